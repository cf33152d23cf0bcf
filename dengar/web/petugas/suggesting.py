"""Suggesting: which unit a report may belong to instead, for an officer who hands it back."""

from collections.abc import Iterator, Mapping

from dengar.models import Report, Unit

Groups = tuple[tuple[str, tuple[Unit, ...]], ...]


def suggest_units(report: Report, units: Mapping[str, Unit]) -> Groups:
    """Give the likely units by group: next door, above, the agencies of the same kota, the others of the city."""
    seen = {report.unit}
    groups = []
    for name, codes in _groups(report, units):
        fresh = tuple(units[code] for code in dict.fromkeys(codes) if code in units and code not in seen)
        seen |= {one.code for one in fresh}
        groups.append((name, fresh))
    return tuple((name, found) for name, found in groups if found)


def _groups(report: Report, units: Mapping[str, Unit]) -> Iterator[tuple[str, list[str]]]:
    own = units.get(report.unit or "")
    kota = report.place.kota_code if report.place else ((own.area or "")[:5] if own else "")
    place = report.place
    around = [f"kel:{one.kelurahan_code}" for one in place.candidates] if place else []
    here = [f"kel:{place.kelurahan_code}"] if place and place.kelurahan_code else []
    border = [f"kel:{place.border_code}"] if place and place.border_code else []
    yield "dekat", [*report.routing.neighbours, *border, *around, *here]
    yield "atasan", [own.parent] if own and own.parent else []
    yield "dinas", sorted(one.code for one in units.values() if one.kind == "sudin" and one.area == kota)
    yield "kota", sorted(one.code for one in units.values() if one.area is None)
