"""The forms of an SMS to 1708, read tolerantly: what is not filled in as asked is a text like any other."""

import re

from dengar.models import Record

# KELUHAN#name#place#text; the name is optional and not kept
_FORM = re.compile(r"\s*(?:lapor!?|keluhan|aduan|pengaduan)\s*#(.*)", re.IGNORECASE | re.DOTALL)
_KEYWORD = re.compile(r"\s*(?:lapor!?|keluhan|aduan|pengaduan)(?=[\s:.,!-])[\s:.,!-]*", re.IGNORECASE)
# JKT KEL MENTENG ...: the city says nothing new, the kelurahan is read from the text
_CITY = re.compile(r"\s*(?:jkt|jakarta|dki)[\s:.,#-]+(?=ke[lc])", re.IGNORECASE)
_NAME_PLACE_TEXT = 3


class Filled(Record, frozen=True, kw_only=True):
    """What an SMS says, and where, if it was told in a field of its own."""

    text: str
    place: str = ""


def read_form(text: str) -> Filled:
    """Read an SMS with or without the form."""
    found = _FORM.match(text)
    if found is None:
        plain = _CITY.sub("", _KEYWORD.sub("", text, count=1), count=1).strip()
        return Filled(text=plain or text.strip())
    parts = [part.strip() for part in found[1].split("#", 2)]
    if len(parts) == _NAME_PLACE_TEXT and parts[2]:
        return Filled(text=parts[2], place=parts[1])
    said = [part for part in parts if part]
    if not said:
        return Filled(text=text.strip())
    return Filled(text=said[-1], place=said[0] if len(said) > 1 else "")
