"""HTML as people read it: text with line breaks where a browser shows them."""

import html as entities
import re
from collections import Counter

_BREAK = frozenset({"br", "tr", "dt", "dd", "hr", "option", "figcaption", "caption"})
_BLOCK = frozenset({"address", "article", "aside", "blockquote", "center", "div", "dl", "fieldset", "figure", "footer"})
_BLOCK |= {"form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "main", "nav", "ol", "pre", "section", "table", "ul"}
_CELL = frozenset({"td", "th"})
_HIDDEN = frozenset({"head", "title", "script", "style", "template", "noscript", "svg", "math", "object", "iframe"})
_HIDDEN |= {"select", "textarea", "button"}
_CLOSED_BY_ITSELF = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"})
_CLOSED_BY_ITSELF |= {"track", "wbr", "p", "li", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead"}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})([^<>]*)")
_INLINE_DATA = re.compile(r"data:[a-z0-9/+.-]{1,60};base64,[A-Za-z0-9+/=\s]*")
_ATTRIBUTE = re.compile(r"[\s/=]+")
_LARGEST = 2_000_000
_MOST_WORK = 1_000_000
_MOST_ATTRIBUTES = 1000


def to_text(html: str) -> str:
    """Turn HTML into readable text.

    The HTML parser takes time (and for unclosed formatting tags memory) with tags x depth, and with the square of a
    tag's attributes: past limits that no real page reaches, the tags are cut out without parsing.
    """
    html = _INLINE_DATA.sub("", html[:_LARGEST].replace("\0", ""))
    return _tidy(_strip(html) if _is_crafted(html) else _walk(html))


def _is_crafted(html: str) -> bool:
    depth, work = 0, 0
    opened: Counter[str] = Counter()
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if name not in _CLOSED_BY_ITSELF:
            if not match[1]:
                opened[name] += 1
                depth += 1
            elif opened[name]:
                opened[name] -= 1
                depth -= 1
        work += depth
        if work > _MOST_WORK or len(_ATTRIBUTE.findall(match[3])) > _MOST_ATTRIBUTES:
            return True
    return False


def _strip(html: str) -> str:
    first, *rest = html.split("<")
    text = first + "".join(f"\n{tail}" if found else f"<{piece}" for piece, tail, found in map(_after_tag, rest))
    try:
        return entities.unescape(text)
    except ValueError:  # a numeric entity of more than 4,300 digits
        return text


def _after_tag(piece: str) -> tuple[str, str, bool]:
    _, found, tail = piece.partition(">")
    return piece, tail, bool(found)


def _walk(html: str) -> str:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

    root = LexborHTMLParser(html.encode("utf-8", "replace")).root
    stack: list[LexborNode | str] = [root] if root else []
    out: list[str] = []
    preformatted = 0
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            out.append(node)
            preformatted -= node == "\n\n\n"
        elif node.is_text_node:
            text = node.text_content or ""
            out.append(text if preformatted else re.sub(r"\s+", " ", text))
        elif node.is_element_node and (tag := node.tag or "") not in _HIDDEN and not _is_invisible(node):
            before, after = _breaks(tag)
            out.append(before)
            preformatted += tag == "pre"
            stack.append("\n\n\n" if tag == "pre" else after)
            stack.extend(reversed(list(node.iter(include_text=True))))
    return "".join(out)


def _is_invisible(node: object) -> bool:
    style = (getattr(node, "attributes", {}).get("style") or "").replace(" ", "").lower()
    return "display:none" in style


def _breaks(tag: str) -> tuple[str, str]:
    if tag == "p":
        return "\n\n", "\n\n"
    if tag == "li":
        return "\n- ", ""
    if tag in _BLOCK:
        return "\n", "\n"
    if tag in _BREAK:
        return "\n", ""
    return "", " " if tag in _CELL else ""


def _tidy(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
