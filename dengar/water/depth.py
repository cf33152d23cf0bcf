"""How deep people say that the water is: centimetres, and the three classes of the flood page."""

import re

DEEPEST_CM = 500
# How people measure with what they have: heights of a grown person and of things, in cm.
HEIGHTS = {
    "mata kaki": 10,
    "semata kaki": 10,
    "betis": 30,
    "sebetis": 30,
    "dengkul": 50,
    "sedengkul": 50,
    "lutut": 50,
    "selutut": 50,
    "paha": 70,
    "sepaha": 70,
    "pinggang": 100,
    "sepinggang": 100,
    "perut": 110,
    "seperut": 110,
    "pusar": 110,
    "dada": 125,
    "sedada": 125,
    "leher": 145,
    "seleher": 145,
    "kepala": 165,
    "sekepala": 165,
    "orang dewasa": 165,
    "ban motor": 40,
    "ban mobil": 60,
    "jok motor": 75,
    "kap mobil": 90,
    "atap mobil": 150,
    "atap": 300,
    "setengah meter": 50,
    "semeter": 100,
    "satu meter": 100,
    "dua meter": 200,
    "tiga meter": 300,
}
CLASSES: tuple[tuple[str, int], ...] = (("10-70", 70), ("71-150", 150))
DEEPEST_CLASS = ">150"

# "dada" may be a name, "kepala" a headache: a word counts behind one that measures; with se- it measures by itself.
_MEASURES = r"(?:setinggi|sedalam|sampai|sampe|nyampe|hingga|mencapai|capai|tinggi|dalam|kedalaman|ketinggian|air)"
_TO = r"\s*(?:-|\u2013|sampai|s/d|sd|hingga)\s*"
_WORD = re.compile(
    rf"\b{_MEASURES}\s+(?:\w+\s+)?({'|'.join(sorted(HEIGHTS, key=len, reverse=True))})\b"
    r"|\b(se(?:mata kaki|betis|dengkul|lutut|paha|pinggang|perut|dada|leher|kepala|meter)|setengah meter)\b"
)
_CM = re.compile(rf"(?<![\d.,])(?:\d{{1,3}}{_TO})?(\d{{1,3}})\s*(?:cm|centi\w*|senti\w*)\b")
# Metres also measure how far something is.
_METRES = re.compile(
    rf"\b(?:{_MEASURES}|banjir|genangan)\s+(?:\w+\s+){{0,2}}?(\d(?:[.,]\d{{1,2}})?)"
    rf"(?:{_TO}(\d(?:[.,]\d{{1,2}})?))?\s*(?:m|mtr|meter)\b(?!\s*(?:dari|jauh|lagi))"
)


def find_depth(text: str) -> int | None:
    """Give the greatest depth in cm that a text tells, None when it tells none."""
    lower = text.lower()
    found = [HEIGHTS[word] for match in _WORD.finditer(lower) if (word := match[1] or match[2])]
    found += [int(match[1]) for match in _CM.finditer(lower)]
    found += [round(float((match[2] or match[1]).replace(",", ".")) * 100) for match in _METRES.finditer(lower)]
    return max((cm for cm in found if 0 < cm <= DEEPEST_CM), default=None)


def class_of(cm: int) -> str:
    """Give the class of a depth: 10-70, 71-150 or >150 cm."""
    return next((name for name, most in CLASSES if cm <= most), DEEPEST_CLASS)
