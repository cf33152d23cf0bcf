"""Made complaints of which is known who speaks of the same problem; the same seed gives the same city.

A problem has a kind, a point on a street of the gazetteer, and people who say it in their own words: with or without
a geotag, by street, landmark, house number, RT/RW or kelurahan alone, with slips of the keyboard, in many channels,
over hours or days; some repeat a post. Beside them stand problems that are easily taken for one: 600 m along the same
street, in the next street, three weeks later, another kind in the same street, and floods at the same time in another
kota. Chain messages speak of no problem at all.
"""

import math
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from dengar.geocode import Locator
from dengar.geocode.tables import Entry, read_names

TEXTS = Path(__file__).parent / "complaints"
METRES_NORTH, METRES_EAST = 1 / 110_574, 1 / 110_650  # degrees a metre, at the latitude of Jakarta
LASTS_HOURS = {"macet": 2, "kebakaran": 3, "kriminal": 10, "banjir": 8, "transportasi_umum": 4, "bencana": 24}
CHANNELS = ("app", "whatsapp", "email", "form", "x", "lapor", "facebook")
CASUAL = {"whatsapp", "x", "facebook"}
KEYS = {"a": "s", "e": "r", "i": "u", "o": "p", "n": "m", "t": "r", "k": "l"}
TWINS = 3  # every third problem has one that is easily taken for it
LANDMARK_METRES = 250
NEXT_STREET = 350
FLOODS_SPREAD = 300.0  # metres: a flood is seen at many points


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where a problem is, and how people may name it."""

    lat: float
    lon: float
    street: str
    kelurahan: str
    kota: str
    landmark: str | None
    rt_rw: str
    house: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem; `people` say it from `start` on, `hours` long.

    It is plain when its street or kelurahan alone tells which one is meant.
    """

    key: str
    category: str
    kind: str
    site: Site
    start: datetime
    hours: float
    people: int
    is_plain: bool = True


@dataclass(frozen=True, kw_only=True)
class Told:
    """One post and the key of the problem that it speaks of."""

    problem: str
    said_at: datetime
    row: Mapping[str, object]


@cache
def read_texts(name: str) -> Mapping[str, Sequence[str]]:
    """Give the phrases of a file by their headings."""
    sections: dict[str, list[str]] = defaultdict(list)
    heading = ""
    for line in (TEXTS / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif line:
            sections[heading].append(line)
    return sections


class Town:
    """Makes sites, problems and posts; `texts` names the file of phrases."""

    def __init__(self, seed: int, start: datetime, texts: str = "tuned") -> None:
        self._rng = random.Random(seed)  # noqa: S311  what is made must be repeatable
        self._start = start
        self._texts = read_texts(texts)
        self._kinds = [tuple(heading.split()) for heading in self._texts if " " in heading]
        self._locator = Locator()
        self._areas = {area.code: area for area in self._locator.areas}
        names = dict.fromkeys(entry for _, entry in read_names())
        self._streets = [one for one in names if one.kind == "street" and len(one.spots) == 1]
        self._landmarks = [one for one in names if one.kind in {"landmark", "transit_stop"} and _is_sharp(one)]

    def problems(self, count: int, days: int = 30) -> list[Problem]:
        """Give problems and, for every third one, another that is easily taken for it."""
        made: list[Problem] = []
        for number in range(count):
            one = self._make_problem(f"p{number}", self._start + timedelta(days=self._rng.uniform(0, days)))
            twins = [self._make_twin(one, number)] if number % TWINS == 0 else []
            is_plain = all(twin.start != one.start or twin.category != one.category for twin in twins)
            made += (replace(some, is_plain=is_plain) for some in (one, *twins))
        return made

    def tell(self, problems: Sequence[Problem]) -> list[Told]:
        """Give all posts in the order of their times."""
        told = [post for problem in problems for post in self._tell(problem)]
        for number, text in enumerate(read_texts("pesan_berantai")[""]):
            told += [self._chain(number, text) for _ in range(4)]
        return sorted(told, key=lambda one: (one.said_at, str(one.row["id"])))

    def _make_problem(self, key: str, start: datetime) -> Problem:
        category, kind = self._rng.choice(self._kinds)
        hours = LASTS_HOURS.get(category, 96) if kind != "saluran" else 96
        people = min(30, 1 + int(self._rng.paretovariate(0.9)))
        site = self._make_site(self._rng.choice(self._streets))
        return Problem(key=key, category=category, kind=kind, site=site, start=start, hours=hours, people=people)

    def _make_twin(self, one: Problem, number: int) -> Problem:
        """Give another problem that resembles this one."""
        twin = replace(one, key=f"{one.key}-twin", people=1 + self._rng.randrange(5))
        how = number // TWINS % 4
        street = next(entry for entry in self._streets if entry.name == one.site.street)
        if one.kind == "genangan":
            far = [entry for entry in self._streets if entry.codes[0][:5] != street.codes[0][:5]]
            return replace(twin, site=self._make_site(self._rng.choice(far)))
        if how == 0:
            return replace(twin, site=self._make_site(street, away=one.site))
        if how == 1:
            return replace(twin, site=self._make_site(self._nearest_street(street)))
        if how == 2:  # noqa: PLR2004  the third of four ways
            return replace(twin, start=one.start + timedelta(days=21, hours=one.hours))
        category, kind = self._rng.choice([kind for kind in self._kinds if kind[0] != one.category])
        return replace(twin, category=category, kind=kind)

    def _nearest_street(self, street: Entry) -> Entry:
        (here,) = street.spots
        others = (one for one in self._streets if one is not street)
        far = [one for one in others if _distance(one, here.lat, here.lon) > NEXT_STREET]
        return min(far, key=lambda one: _distance(one, here.lat, here.lon))

    def _make_site(self, street: Entry, away: Site | None = None) -> Site:
        """Give a point on a street, 600 m along it from another when that is named."""
        (spot,) = street.spots
        bearing = random.Random(street.name).uniform(0, math.tau)  # noqa: S311  the same
        along = self._rng.uniform(-150, 150)
        lat, lon = (spot.lat, spot.lon) if away is None else (away.lat, away.lon)
        lat, lon = move(lat, lon, along if away is None else 600, bearing)
        code = self._locator.kelurahan_of([lat], [lon])[0] or spot.code
        area = self._areas[str(code)]
        near = [one for one in self._landmarks if _distance(one, lat, lon) < LANDMARK_METRES]
        near.sort(key=lambda one: _distance(one, lat, lon))
        return Site(
            lat=lat,
            lon=lon,
            street=street.name,
            kelurahan=area.name,
            kota=self._areas[area.code[:5]].name,
            landmark=near[0].name if near else None,
            rt_rw=f"RT {self._rng.randint(1, 16)} RW {self._rng.randint(1, 12)}",
            house=self._rng.randint(1, 200),
        )

    def _tell(self, problem: Problem) -> Iterator[Told]:
        first: str | None = None
        for number in range(problem.people):
            after = 0.0 if number == 0 else self._rng.random() ** 1.5 * problem.hours
            row = self._make_row(problem, f"{problem.key}-{number}")
            if first and self._rng.random() < 0.05:  # noqa: PLR2004  one in twenty repeats a post
                row |= {"repost_of": first, "text": f"RT {row['text']}"}
            first = first or str(row["id"])
            at = problem.start + timedelta(hours=after)
            yield Told(problem=problem.key, said_at=at, row=row | {"created_at": at.isoformat()})

    def _make_row(self, problem: Problem, key: str) -> dict[str, object]:
        channel = self._rng.choice(CHANNELS)
        where, has_geotag = self._say_where(problem)
        text = self._say(f"{problem.category} {problem.kind}", where)
        if channel in CASUAL:
            text = self._slip(text.lower())
        row: dict[str, object] = {"id": key, "text": text, "author": f"warga {key}", "channel": channel}
        if has_geotag:
            spread = FLOODS_SPREAD if problem.kind == "genangan" else 0.0
            noise = self._rng.uniform(5, 80) + self._rng.uniform(0, spread)
            lat, lon = move(problem.site.lat, problem.site.lon, noise, self._rng.uniform(0, math.tau))
            row |= {"lat": lat, "lon": lon}
        return row

    def _say_where(self, problem: Problem) -> tuple[str, bool]:
        """Give words for the place, and whether a geotag comes with them; they tell it from other problems."""
        site = problem.site
        street = self._rng.choice(
            [site.street, site.street.replace("Jalan", "Jl."), site.street.replace("Jalan", "jl")]
        )
        landmark = (
            f"{self._rng.choice(['depan', 'dekat', 'dkt', 'seberang'])} {site.landmark}"
            if site.landmark
            else f"sekitar {street}"
        )
        kelurahan = self._rng.choice([f"Kelurahan {site.kelurahan}", f"kel {site.kelurahan}", site.kelurahan])
        ways = [
            ("di sini", True), ("", True), (f"di {street}", True), (landmark, True),
            (f"di {street}", False), (f"di {street} {kelurahan}", False), (f"{street} {landmark}", False),
            (f"di {street} no {site.house}", False), (f"{street} {site.rt_rw}, {kelurahan}", False),
            (f"{landmark} {kelurahan}", False), (landmark, False), (f"di {kelurahan}", False),
        ]  # fmt: skip
        weights = (12, 10, 14, 6, 12, 12, 8, 5, 6, 6, 4, 5)
        if not problem.is_plain:
            named = bool(site.landmark)
            weights = (12, 10, 14, 6, 0, 0, 8 * named, 0, 0, 6 * named, 4 * named, 0)
        return self._rng.choices(ways, weights=weights)[0]

    def _say(self, heading: str, where: str) -> str:
        phrase = self._rng.choice(self._texts[heading])
        frame = self._rng.choice(self._texts["bingkai"])
        opening, closing = self._rng.choice(self._texts["pembuka"]), self._rng.choice(self._texts["penutup"])
        if self._rng.random() < 0.3:  # noqa: PLR2004  some write nothing around it
            frame = "{p} {t}"
        return frame.format(p=phrase, t=where, T=where.capitalize() or "Lapor", o=opening, c=closing).strip()

    def _slip(self, text: str) -> str:
        """Let fingers slip now and then: a letter left out, doubled, or its neighbour."""
        out = []
        for letter in text:
            dice = self._rng.random() * 250
            out.append("" if dice < 1 else letter * 2 if dice < 2 else KEYS.get(letter, letter) if dice < 3 else letter)  # noqa: PLR2004  each slip once in 250 letters
        return "".join(out)

    def _chain(self, number: int, text: str) -> Told:
        key = f"chain{number}-{self._rng.randrange(10**6)}"
        at = self._start + timedelta(days=self._rng.uniform(0, 3))
        row = {"id": key, "text": text, "author": key, "channel": "whatsapp", "created_at": at.isoformat()}
        return Told(problem=f"chain{number}", said_at=at, row=row)


def move(lat: float, lon: float, distance: float, bearing: float) -> tuple[float, float]:
    """Give the point so many metres away."""
    return lat + distance * math.cos(bearing) * METRES_NORTH, lon + distance * math.sin(bearing) * METRES_EAST


def metres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Measure on a flat earth."""
    return math.hypot((lat - other_lat) / METRES_NORTH, (lon - other_lon) / METRES_EAST)


def _distance(entry: Entry, lat: float, lon: float) -> float:
    return metres(lat, lon, entry.spots[0].lat, entry.spots[0].lon)


def _is_sharp(entry: Entry) -> bool:
    return len(entry.spots) == 1 and (entry.precision_m or 999) <= 100  # noqa: PLR2004  metres: where it really is
