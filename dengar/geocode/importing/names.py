"""Make a layer of sights: names in kelurahan, and a report of what does not fit what is known."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from math import isnan
from pathlib import Path

from dengar.errors import DengarError
from dengar.geocode.gazetteer import REMEMBERED, Gazetteer
from dengar.geocode.importing.folder import Folder, Version
from dengar.geocode.importing.layer import write_layer
from dengar.geocode.points import Points
from dengar.geocode.sights import Key, Name, Sight, gather, give_codes
from dengar.geocode.text import canonical
from dengar.models.place import Area

CHUNK = 50_000
COLUMNS = ("what", "name", "kind", "imported", "known", "known_by")


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A name that the import and what is known put into kelurahan that are not even neighbours (codes)."""

    name: str
    kind: str
    imported: tuple[str, ...]
    known: tuple[str, ...]
    known_by: str


@dataclass(kw_only=True)
class Report:
    """What became of an import: names and sights taken, what was left out, and what does not fit."""

    sights: int = 0
    names: int = 0
    outside: int = 0
    without_name: int = 0
    replaced: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    version: Version | None = None
    is_new: bool = False

    def refuse(self, line: int, reason: str) -> None:
        """Note a row that cannot be used."""
        self.refused.append((line, reason))


class Importing:
    """An import into a folder, judged by the areas, points and built-in names of the city."""

    def __init__(self, folder: Folder, areas: tuple[Area, ...], points: Points) -> None:
        self._folder = folder
        self._areas = {area.code: area for area in areas}
        self._points = points
        self._known = Gazetteer(areas)

    def run(self, name: str, sights: Iterable[Sight], source: Path, now: datetime, report: Report) -> None:
        """Make a layer of sights, take it into use, and fill the report; raises DengarError when nothing is usable."""
        names = gather(self._place(sights, report))
        if not names:
            raise DengarError(
                f"{source} names no place in the city: {report.sights:,} sights, {report.outside:,} of them outside, "
                f"{report.without_name:,} without a name, {len(report.refused):,} rows that cannot be read."
            )
        report.names = len(names)
        self._compare(names, report)

        def write(path: Path) -> int:
            write_layer(path, names)
            return len(names)

        report.version, report.is_new = self._folder.add(name, "names", source, now, write)

    def _place(self, sights: Iterable[Sight], report: Report) -> Iterator[Sight]:
        """Give the sights in the city, each with its kelurahan."""
        rest = iter(sights)
        while chunk := list(islice(rest, CHUNK)):
            report.sights += len(chunk)
            for sight in give_codes(chunk, self._points):
                if not canonical(sight.name):
                    report.without_name += 1
                elif sight.code not in self._areas:
                    report.outside += 1
                else:
                    yield self._centred(sight)

    def _centred(self, sight: Sight) -> Sight:
        """Give a sight that is only known by its kelurahan the point in the middle of that."""
        area = self._areas[sight.code]
        return sight._replace(lat=area.lat, lon=area.lon) if isnan(sight.lat) else sight

    def _compare(self, names: Mapping[Key, Name], report: Report) -> None:
        """Note where the import and the built-in names differ."""
        for (spelling, kind), name in names.items():
            known = [entry for entry in self._known.named.get(spelling, ()) if entry.kind == kind and entry.codes]
            report.replaced += any(entry.source in REMEMBERED for entry in known)
            near = {one for code in name.codes for one in (code, *self._areas[code].neighbours)}
            report.conflicts += [
                Conflict(name=name.name, kind=kind, imported=name.codes, known=entry.codes, known_by=entry.source)
                for entry in known
                if near.isdisjoint(entry.codes)
            ]


def write_report(report: Report, path: Path) -> None:
    """Write everything that did not fit to a table (CSV)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for one in report.conflicts:
            rows.writerow(["conflict", one.name, one.kind, " ".join(one.imported), " ".join(one.known), one.known_by])
        for line, reason in report.refused:
            rows.writerow(["refused", f"line {line}", "", reason, "", ""])
