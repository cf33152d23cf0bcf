"""RT/RW heads: who they are, and how many of their reports the kelurahan's secretary verified."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime

from dengar.errors import DengarError
from dengar.models import Record
from dengar.models.leader import Leader
from dengar.models.months import day_of, next_month
from dengar.pipeline import make_author
from dengar.store import Store

COLUMNS = ("kanal", "akun", "kelurahan", "rw", "rt")
NEEDED = COLUMNS[:4]
LONGEST_NUMBER = 3
Refused = tuple[int, str]


class Counted(Record, frozen=True, kw_only=True):
    """One RT (or RW without RT) in one month.

    Of the reports `sent`, so many were `verified`; `full_days` are days on which enough were; `counted` are those
    verified ones that count when only so many a day do.
    """

    kel: str
    rw: str
    rt: str
    sent: int
    verified: int
    full_days: int
    counted: int


def read_leaders(
    lines: Iterable[str], kelurahan: Collection[str], key: bytes, now: datetime
) -> tuple[list[Leader], list[Refused]]:
    """Read a CSV with the columns kanal, akun, kelurahan (its code), rw, rt; gives also the lines that cannot be used.

    Raises DengarError when a column is missing. The account is turned into its pseudonym at once.
    """
    rows = csv.DictReader(lines, skipinitialspace=True)
    missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
    if missing:
        raise DengarError(f"The table has no column {', '.join(missing)}: it needs {', '.join(COLUMNS)}.")
    leaders: dict[str, Leader] = {}
    refused: list[Refused] = []
    for line, row in enumerate(rows, start=2):
        said = {name: (row.get(name) or "").strip() for name in COLUMNS}
        problem = _find_problem(said, kelurahan)
        if problem:
            refused.append((line, problem))
            continue
        one = _make_leader(said, key, now)
        if one.author in leaders:
            refused.append((line, "this account stands there twice: the first line counts"))
            continue
        leaders[one.author] = one
    return list(leaders.values()), refused


def _find_problem(said: Mapping[str, str], kelurahan: Collection[str]) -> str | None:
    if empty := [name for name in NEEDED if not said[name]]:
        return f"{', '.join(empty)} is empty"
    if said["kelurahan"] not in kelurahan:
        return f"{said['kelurahan']!r} is no code of a kelurahan such as 31.74.02.1001"
    wrong = [name for name in ("rw", "rt") if said[name] and not re.fullmatch(r"\d{1,3}", said[name])]
    return f"{wrong[0]} {said[wrong[0]]!r} is no number of at most three digits" if wrong else None


def _make_leader(said: Mapping[str, str], key: bytes, now: datetime) -> Leader:
    return Leader(
        author=make_author(said["kanal"], said["akun"], key),
        channel=said["kanal"],
        kel=said["kelurahan"],
        rw=said["rw"].zfill(LONGEST_NUMBER),
        rt=said["rt"].zfill(LONGEST_NUMBER) if said["rt"] else "",
        added_at=now,
    )


def count_month(store: Store, month: datetime, most_per_day: int, kel: str | None = None) -> Iterator[Counted]:
    """Count the reports of every RT and RW that were sent in the month (Jakarta's) that begins then."""
    by_kel: defaultdict[str, list[Leader]] = defaultdict(list)
    for leader in store.leaders.find_all(kel):
        by_kel[leader.kel].append(leader)
    for leaders in by_kel.values():
        sent = store.posts.reported_by([one.author for one in leaders], month, next_month(month))
        verified = store.events.verified(sent)
        yield from count_posts(leaders, sent, verified, most_per_day)


def count_posts(
    leaders: Iterable[Leader], sent: Mapping[str, tuple[str, datetime]], verified: Collection[str], most_per_day: int
) -> Iterator[Counted]:
    """Count by RT and RW; `sent` has the author and the time of each post by its id."""
    places = {one.author: (one.kel, one.rw, one.rt) for one in leaders}
    all_sent = Counter(places[author] for author, _ in sent.values())
    days: Counter[tuple[tuple[str, str, str], date]] = Counter(
        (places[author], day_of(at)) for post, (author, at) in sent.items() if post in verified
    )
    for place in sorted(set(places.values())):
        counts = [count for (where, _), count in days.items() if where == place]
        yield Counted(
            kel=place[0],
            rw=place[1],
            rt=place[2],
            sent=all_sent[place],
            verified=sum(counts),
            full_days=sum(count >= most_per_day for count in counts),
            counted=sum(min(count, most_per_day) for count in counts),
        )
