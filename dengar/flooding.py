"""The flood now: open reports by basin and kelurahan, gates with their alarm, pumps; nothing that names a person."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median_high

from dengar.models import Record, Report
from dengar.models.reading import Reading
from dengar.store import Store
from dengar.water.depth import class_of, find_depth
from dengar.water.facts import Gate, Pump, read_basins, read_gates, read_pumps
from dengar.water.readings import is_stale

CATEGORY = "banjir"
RECENT = timedelta(hours=24)
MOST_REPORTS = 5000
ENOUGH_PEOPLE = 5
EXACT, COARSE = 4, 3  # decimals of degrees: about 11 m and 110 m
UNKNOWN = ""


class FloodPoint(Record, frozen=True, kw_only=True):
    """A point of a report, rounded: to 110 m while fewer than five people in the kelurahan said so."""

    report: str
    lat: float
    lon: float
    depth: str | None


class FloodArea(Record, frozen=True, kw_only=True):
    """A kelurahan (code "" when it is not known); `voices` is None while fewer than five people said it."""

    code: str
    name: str
    reports: int
    voices: int | None
    deepest_cm: int | None
    deepest: str | None
    basin_is_sure: bool
    points: tuple[FloodPoint, ...]


class FloodBasin(Record, frozen=True, kw_only=True):
    """The kelurahan at one river, most reports first; the name is "" where the river is not known."""

    name: str
    reports: int
    areas: tuple[FloodArea, ...]


class FloodGate(Record, frozen=True, kw_only=True):
    """A gate with its newest reading: `siaga` 4 (ordinary) to 1; a reading older than two hours `is_stale`.

    `is_sure` is about the levels from which an alarm is called.
    """

    code: str
    name: str
    river: str
    basin: str
    lat: float
    lon: float
    cm: int | None
    siaga: int | None
    at: datetime | None
    weather: str
    is_stale: bool
    is_sure: bool


class Flood(Record, frozen=True, kw_only=True):
    """Everything at one moment, for the open reports that were spoken of since then."""

    at: datetime
    since: datetime
    reports: int
    areas: int
    by_depth: dict[str, int]
    highest_alarm: int | None
    levels_problem: str
    basins: tuple[FloodBasin, ...]
    gates: tuple[FloodGate, ...]
    pumps: tuple[Pump, ...]


def find_flood(store: Store, now: datetime) -> Flood:
    """Gather what is known of the flood."""
    since = now - RECENT
    reports = store.reports.open_now(CATEGORY, since, MOST_REPORTS)
    texts = store.posts.texts_of_reports([report.number for report in reports])
    depths = {number: deep for number, said in texts.items() if (deep := judge_depth(said)) is not None}
    areas = make_areas(reports, depths)
    gates = make_gates(store.water.newest(), now)
    poll = store.water.last_poll()
    return Flood(
        at=now,
        since=since,
        reports=len(reports),
        areas=sum(bool(area.code) for area in areas),
        by_depth=dict(Counter(map(class_of, depths.values()))),
        highest_alarm=min((one.siaga for one in gates if one.siaga and not one.is_stale), default=None),
        levels_problem=poll.problem if poll else "",
        basins=tuple(make_basins(areas)),
        gates=gates,
        pumps=read_pumps(),
    )


def judge_depth(texts: Iterable[str]) -> int | None:
    """Give the depth in cm in the middle of what several people say, so that one who exaggerates moves nothing."""
    said = [cm for text in texts if (cm := find_depth(text)) is not None]
    return median_high(said) if said else None


def make_areas(reports: Iterable[Report], depths: Mapping[str, int]) -> list[FloodArea]:
    """Gather reports by kelurahan."""
    by_kel: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_kel[(report.place.kelurahan_code if report.place else None) or UNKNOWN].append(report)
    return [_make_area(code, some, depths) for code, some in by_kel.items()]


def _make_area(code: str, reports: Sequence[Report], depths: Mapping[str, int]) -> FloodArea:
    is_crowd = len({author for report in reports for author in report.authors}) >= ENOUGH_PEOPLE
    deepest = max((depths[one.number] for one in reports if one.number in depths), default=None)
    basin = read_basins().get(code)
    return FloodArea(
        code=code,
        name=(reports[0].place.kelurahan if reports[0].place else None) or UNKNOWN,
        reports=len(reports),
        voices=sum(one.voices for one in reports) if is_crowd else None,
        deepest_cm=deepest,
        deepest=class_of(deepest) if deepest is not None else None,
        basin_is_sure=basin.is_sure if basin else False,
        points=tuple(
            dict.fromkeys(
                FloodPoint(report=one.number, lat=lat, lon=lon, depth=_class(depths.get(one.number)))
                for one in reports
                for lat, lon in _points(one, EXACT if is_crowd else COARSE)
            )
        ),
    )


def _class(cm: int | None) -> str | None:
    return class_of(cm) if cm is not None else None


def _points(report: Report, decimals: int) -> Iterator[tuple[float, float]]:
    place = report.place
    if place and place.lat is not None and place.lon is not None:
        yield round(place.lat, decimals), round(place.lon, decimals)
    for point in report.points:
        yield round(point.lat, decimals), round(point.lon, decimals)


def make_basins(areas: Iterable[FloodArea]) -> list[FloodBasin]:
    """Gather kelurahan by the basin of their nearest river, most reports first."""
    known = read_basins()
    by_basin: defaultdict[str, list[FloodArea]] = defaultdict(list)
    for area in areas:
        by_basin[known[area.code].name if area.code in known else UNKNOWN].append(area)
    basins = [
        FloodBasin(
            name=name,
            reports=sum(one.reports for one in some),
            areas=tuple(sorted(some, key=lambda one: (-one.reports, one.code))),
        )
        for name, some in by_basin.items()
    ]
    return sorted(basins, key=lambda one: (-one.reports, one.name))


def make_gates(readings: Mapping[str, Reading], now: datetime) -> tuple[FloodGate, ...]:
    """Give every gate with its newest reading, upstream first as in the table."""
    return tuple(_make_gate(gate, readings.get(gate.code), now) for gate in read_gates().values())


def _make_gate(gate: Gate, reading: Reading | None, now: datetime) -> FloodGate:
    return FloodGate(
        code=gate.code,
        name=gate.name,
        river=gate.river,
        basin=gate.basin,
        lat=gate.lat,
        lon=gate.lon,
        cm=reading.cm if reading else None,
        siaga=gate.siaga(reading.cm) if reading else None,
        at=reading.at if reading else None,
        weather=reading.weather if reading else "",
        is_stale=reading is None or is_stale(reading.at, now),
        is_sure=gate.is_sure,
    )
