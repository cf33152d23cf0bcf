"""Numbers to classes: what a number measures says more of a complaint than its digits."""

import re

_SOME = r"\d[\d.,]{0,15}(?:\s?-\s?\d[\d.,]{0,15})?\s{0,3}"  # bounded, so that a megabyte of digits takes no longer
_WRITTEN = {
    "rt": r"r[tw](?:\s?/\s?rw)?[\s.:]{0,5}\d{1,5}(?:\s{0,3}[/.,]?\s{0,3}(?:rw)?[\s.:]{0,5}\d{1,5})?",
    "uang": rf"rp\.?\s*{_SOME}(?:rb|ribu|jt|juta|k\b|miliar|m\b|t\b)?|{_SOME}(?:rb|ribu|jt|juta|rupiah|miliar)\b",
    "cm": rf"{_SOME}(?:cm|centi[a-z]*|senti[a-z]*)\b",
    "km": rf"{_SOME}(?:km|kilo[a-z]*)\b",
    "meter": rf"{_SOME}(?:m|mtr|meter)\b",
    "persen": rf"{_SOME}(?:%|persen)",
    "tanggal": r"\d{1,2}[-/]\d{1,2}(?:[-/]\d{2,4})?(?!\d)",
    "jam": r"\d{1,2}[.:]\d{2}(?!\d)(?:\s*wib\b)?",
    "telepon": r"\+?\d{9,}",
    "tahun": r"(?:19|20)\d{2}(?!\d)",
    "angka": r"\d+",
}
FIGURE = rf"(?=[\dr+])(?:{'|'.join(_WRITTEN.values())})"
_CLASS = re.compile("|".join(f"(?P<{name}>{written})" for name, written in _WRITTEN.items()))
CLASSES = (*_WRITTEN, "tempat", "pejabat", "akun", "tautan", "judul")


def figure_class(piece: str) -> str | None:
    """Give the class of a piece that `FIGURE` has found, such as '<cm>' for '30cm'; None for any other piece."""
    found = _CLASS.fullmatch(piece)
    return f"<{found.lastgroup}>" if found else None
