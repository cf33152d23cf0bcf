"""Personal data leaves the text before anyone can search it: identity numbers, phones, plates, e-mails, accounts."""

import re

# Every quantifier is bounded, so that the time is linear whatever the text.
_PLATE_REGIONS = "A[ABDEG]?|B[ABDEGHKLMNP]?|D[ABCDEGHKLMNRST]?|E[ABD]?|F|G|H|K[BHTU]?|L|M|N|P[AB]?|R|S|T|W|Z"
# Programs put other blanks and dashes between digits than people type.
_GAP = "[ .\u00a0\u2009\u2010-\u2013-]"
_PATTERNS = {
    "url": r"https?://\S{1,2000}",
    "email": r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}",
    "rekening": (
        r"(?:rek(?:ening)?|norek|BCA|BNI|BRI|BSI|Mandiri|CIMB|Danamon|Permata|Bank\s+DKI)\b\.?"
        rf"[^\d\n]{{0,20}}\d(?:{_GAP}?\d){{7,17}}"
    ),
    "NIK": (
        rf"(?<!\d)\d{{4}}(?:{_GAP}?\d{{4}}){{3}}(?!\d)"
        rf"|(?<!\d)\d\d{_GAP}?\d\d{_GAP}?\d\d{_GAP}\d\d{_GAP}?\d\d{_GAP}?\d\d{_GAP}\d{{4}}(?!\d)"
    ),
    "telepon": (
        rf"(?<![\d.,])(?:\+?62|0){_GAP}?\(?8\d{{1,3}}\)?(?:{_GAP}?[\dx]){{5,10}}(?!\d)"
        rf"|\(0\d{{2,3}}\){_GAP}?\d{{5,8}}(?!\d)|(?<![\d.,-])0\d{{2,3}}{_GAP}\d{{6,8}}(?!\d)"
        rf"|\+62{_GAP}?\(?\d{{2,3}}\)?(?:{_GAP}?\d){{6,8}}(?!\d)"
    ),
    "plat": (
        rf"\b(?:{_PLATE_REGIONS})(?:[ .-]\d{{3,4}}[ .-]|\d{{1,4}})[A-Z]{{1,3}}\b"
        r"|\bb ?\d{4} ?[a-z]{2,3}\b|\bB ?\d{4} ?[a-z]{3}\b"
    ),
    "nomor": r"(?<![\w.,])\d{10,20}(?![\d.,]\d|\d)",
}
_PERSONAL = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS.items()))
_IN_URL = re.compile("|".join(f"(?P<{name}>{_PATTERNS[name]})" for name in ("email", "telepon")))
_HINT = re.compile(rf"\d{_GAP}?\d{_GAP}?\d|[A-Za-z]\.?\d|@|https?://")  # nothing personal is without one of these
_ACCOUNT_NUMBER = re.compile(rf"\d(?:{_GAP}?\d){{7,17}}$")
_PHONE_LINKS = ("wa.me/", "api.whatsapp.com/")


_LOGIN = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@]{1,500}@")
_QUERY = re.compile(r"(?P<page>https?://[^\s?#]{1,2000}\?)[^\s#]{1,4000}?(?=[.,:;]?(?:\s|$)|#)")
_BOT = re.compile(r"(?<=/bot)\d{5,12}:[\w-]{30,50}")


def hide_credentials(text: str) -> str:
    """Replace what opens a door in the addresses that an error names: names, passwords, questions, bots' tokens."""
    return _BOT.sub("…", _QUERY.sub(r"\g<page>…", _LOGIN.sub(r"\g<scheme>…@", text)))


def mask(text: str) -> str:
    """Replace each piece of personal data by its kind in brackets: [NIK], [telepon], [plat], [email], ..."""
    return _PERSONAL.sub(_replace, text) if _HINT.search(text) else text


def _replace(match: re.Match[str]) -> str:
    kind = str(match.lastgroup)
    found = match.group()
    if kind == "url":
        return "[telepon]" if any(link in found for link in _PHONE_LINKS) else _IN_URL.sub(_replace, found)
    if kind == "rekening":
        return _ACCOUNT_NUMBER.sub("[rekening]", found)
    return f"[{kind}]"
