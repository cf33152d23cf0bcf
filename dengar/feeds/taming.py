"""Foreign text, made fit to be shown anywhere."""

import re
from functools import lru_cache

SAFE_TITLE = 160
# Controls, marks and overrides of the direction, and what no XML and no JSON may hold.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_ACCENT = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_TOWERS = re.compile(f"({_ACCENT}{{2}}){_ACCENT}+")
_HANDLE = re.compile(r"(?<![\w@])@\w[\w.-]{0,40}")


def tame(text: str, most: int = SAFE_TITLE) -> str:
    """Make foreign text fit to be shown: cut, without controls, direction overrides and towers of accents."""
    text = _TOWERS.sub(r"\1", _CONTROLS.sub("", text[: most * 4])).strip()
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def tame_line(text: str, most: int = SAFE_TITLE) -> str:
    """Make one line of it, without the names of accounts."""
    return tame(_HANDLE.sub("@…", " ".join(text[: most * 4].split())), most)


def tame_text(text: str, most: int) -> str:
    """Make it fit to be shown with its lines, without the names of accounts."""
    return tame(_HANDLE.sub("@…", text[: most * 4]), most)


@lru_cache(maxsize=4096)
def tame_name(name: str) -> str:
    """Make one line of a name; there are few, and each stands in many rows."""
    return tame_line(name)
