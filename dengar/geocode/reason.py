"""Say in Indonesian why a place was chosen, in one or two sentences for an operator."""

from dengar.geocode.evidence import Evidence
from dengar.models.place import Place

WORDS = {"kelurahan": "Kel.", "kecamatan": "Kec.", "kota": ""}
MOST_NAMED = 4
SURE = 0.9


def area_name(place: Place) -> str:
    """Give "Kel. Pekojan, Kec. Tambora"."""
    if place.level == "kelurahan":
        return f"Kel. {place.kelurahan}, Kec. {place.kecamatan}"
    return f"Kec. {place.kecamatan}" if place.level == "kecamatan" else place.kota


def make_reason(place: Place, evidence: list[Evidence], said: list[str]) -> str:
    """Name what the text says that fits the place, then what keeps it from being certain."""
    code = place.code
    fits: list[str] = []
    against: list[str] = []
    for one, words in zip(evidence, said, strict=True):
        fit = any(other.startswith(code) for other in one.shares)
        (fits if fit else against).append(words)
    named = ", ".join(dict.fromkeys(fits[:MOST_NAMED]))
    text = f"{named} menunjuk ke {area_name(place)}." if named else f"Paling mungkin {area_name(place)}."
    others = [one.kelurahan for one in place.candidates if one.kelurahan_code != place.kelurahan_code][:3]
    if against:
        return f"{text} Tidak cocok: {', '.join(dict.fromkeys(against[:MOST_NAMED]))}."
    if place.confidence < SURE and others:
        return f"{text} Bisa juga: {', '.join(others)}."
    return text
