"""Say in Indonesian why a place was chosen, in one or two sentences for an operator."""

from collections.abc import Sequence

from dengar.geocode.city import City
from dengar.geocode.evidence import Evidence
from dengar.geocode.resolve import Chosen
from dengar.models.place import Candidate

MOST_NAMED = 4
SURE = 0.9


def make_reason(chosen: Chosen, others: Sequence[Candidate], evidence: Sequence[Evidence], city: City) -> str:
    """Name what the text says that fits the place, then what keeps it from being certain."""
    inside = city.evenly(chosen.code)
    fits: list[str] = []
    against: list[str] = []
    for one in evidence:
        (fits if one.shares @ inside > 0 else against).append(one.words)
    named, place = ", ".join(dict.fromkeys(fits[:MOST_NAMED])), city.address(chosen.code)
    text = f"{named} menunjuk ke {place}." if named else f"Paling mungkin {place}."
    if against:
        return f"{text} Tidak cocok: {', '.join(dict.fromkeys(against[:MOST_NAMED]))}."
    rest = [one.kelurahan for one in others if one.kelurahan_code != chosen.code][:3]
    if chosen.confidence < SURE and rest:
        return f"{text} Bisa juga: {', '.join(rest)}."
    return text
