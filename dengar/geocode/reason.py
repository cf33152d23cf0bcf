"""Say in Indonesian why a place was chosen, in one or two sentences for an operator."""

from collections.abc import Sequence

from dengar.geocode.city import City
from dengar.geocode.evidence import Evidence
from dengar.geocode.resolve import Chosen
from dengar.models.place import Area, Candidate

SHORT = {"kelurahan": "Kel.", "kecamatan": "Kec.", "kota": ""}
MOST_NAMED = 4
SURE = 0.9


def area_name(code: str, city: City) -> str:
    """Give "Kel. Pekojan, Kec. Tambora"."""
    names = [f"{SHORT[area.level]} {area.name}".strip() for area in _chain(code, city)]
    return ", ".join(names[:2] if len(names) > 2 else names[:1])  # noqa: PLR2004


def _chain(code: str, city: City) -> list[Area]:
    """Give an area and those around it, the smallest first."""
    return [city.areas[code[:digits]] for digits in (13, 8, 5) if len(code) >= digits]


def make_reason(
    chosen: Chosen, others: Sequence[Candidate], evidence: Sequence[Evidence], said: Sequence[str], city: City
) -> str:
    """Name what the text says that fits the place, then what keeps it from being certain."""
    inside = city.evenly(chosen.code)
    fits: list[str] = []
    against: list[str] = []
    for one, words in zip(evidence, said, strict=True):
        (fits if one.shares @ inside > 0 else against).append(words)
    named, place = ", ".join(dict.fromkeys(fits[:MOST_NAMED])), area_name(chosen.code, city)
    text = f"{named} menunjuk ke {place}." if named else f"Paling mungkin {place}."
    if against:
        return f"{text} Tidak cocok: {', '.join(dict.fromkeys(against[:MOST_NAMED]))}."
    rest = [one.kelurahan for one in others if one.kelurahan_code != chosen.code][:3]
    if chosen.confidence < SURE and rest:
        return f"{text} Bisa juga: {', '.join(rest)}."
    return text
