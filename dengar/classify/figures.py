"""Numbers to classes: what a number measures says more of a complaint than its digits."""

import re

CLASSES = (
    "rt",
    "uang",
    "cm",
    "meter",
    "km",
    "jam",
    "tanggal",
    "tahun",
    "telepon",
    "persen",
    "angka",
    "tempat",
    "akun",
    "judul",
)
_SOME = r"\d[\d.,]{0,15}(?:\s?-\s?\d[\d.,]{0,15})?\s{0,3}"  # bounded, so that a megabyte of digits takes no longer
_FIGURE = re.compile(
    r"(?=[\dr+])(?:(?P<rt>\br[tw](?:\s?/\s?rw)?[\s.:]{0,5}\d{1,5}(?:\s{0,3}[/.,]?\s{0,3}(?:rw)?[\s.:]{0,5}\d{1,5})?)"
    rf"|(?P<uang>\brp\.?\s*{_SOME}(?:rb|ribu|jt|juta|k\b|miliar|m\b|t\b)?|{_SOME}(?:rb|ribu|jt|juta|rupiah|miliar)\b)"
    rf"|(?P<cm>{_SOME}(?:cm|centi\w*|senti\w*)\b)"
    rf"|(?P<km>{_SOME}(?:km|kilo\w*)\b)"
    rf"|(?P<meter>{_SOME}(?:m|mtr|meter)\b)"
    rf"|(?P<persen>{_SOME}(?:%|persen))"
    r"|(?P<tanggal>\d{1,2}[-/]\d{1,2}(?:[-/]\d{2,4})?(?!\d))"
    r"|(?P<jam>\d{1,2}[.:]\d{2}(?!\d)(?:\s*wib\b)?)"
    r"|(?P<telepon>\+?\d{9,})"
    r"|(?P<tahun>(?:19|20)\d{2}(?!\d))"
    r"|(?P<angka>\d+))"
)
_DIGIT = re.compile(r"\d")
_TWICE = re.compile(r"([a-z]{3,})2(?!\d)")


def number_classes(text: str) -> str:
    """Replace every number of a lower-case text by its class: '30cm' becomes '<cm>', 'rt 05/02' becomes '<rt>'."""
    if not _DIGIT.search(text):
        return text
    return _FIGURE.sub(lambda found: f" <{found.lastgroup}> ", _TWICE.sub(r"\1 ", text))
