"""Is this post about a problem that is already reported? Place, time, category and words decide."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from dengar.models import OPEN_STATES, Place, Post, Report
from dengar.routing.tallying import EXACT
from dengar.routing.traits import SAME_TEXT, find_traits, read_gist

NEAR_METRES = 200
RELATED_TEXT = 0.12  # shared words of the shorter one, with the same street or landmark, or a point near by
MOST_WORDS = 24
SHORTEST_WORD = 4
LASTING = timedelta(days=14)
PASSING = timedelta(hours=24)
PASSING_CATEGORIES = {"macet", "banjir", "kebakaran", "kriminal", "transportasi_umum"}
POINTED = {"street", "landmark", "area", "transit_stop", "waterway", "road_structure"}
_WORD = re.compile(r"[^\W\d_]+")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """yang dengan untuk dari pada sudah belum tidak mohon tolong segera saya kami kita pak bapak ibu admin warga
        daerah wilayah jalan kelurahan kecamatan kota jakarta dekat depan belakang sampai karena juga masih banyak
        sekali lagi selamat pagi siang sore malam terima kasih ini itu agar bisa akan ada lapor laporan telepon
        assalamualaikum ditindaklanjuti tindakan perhatian melaporkan dilaporkan terkait bantuannya""",
    )
)


class OpenReports:
    """The open reports that a batch may join; grows with the batch.

    They are found by what two posts about one problem must share: a named spot, a cell of the map, or one of the few
    words that any two similar texts have in common (prefix filtering, Chaudhuri et al. 2006).
    """

    def __init__(self, reports: Iterable[Report] = ()) -> None:
        self._reports: dict[str, Report] = {}
        self._by_trait: dict[str, list[str]] = defaultdict(list)
        for report in sorted(reports, key=lambda report: report.number):
            self.put(report)

    def put(self, report: Report) -> None:
        """Add a report, or replace its earlier version."""
        if report.number not in self._reports:
            for trait in report.traits:
                self._by_trait[trait].append(report.number)
        self._reports[report.number] = report

    def find(self, number: str) -> Report | None:
        """Give a report by its number."""
        return self._reports.get(number)

    def find_same(self, post: Post, category: str | None, gist: tuple[str, ...]) -> Report | None:
        """Give the report of the same problem, the most similar one when several could be."""
        near = [one for one in self._find_near(post, category, gist) if _in_time(one, post)]
        scored = [(_likeness(report, post, gist), report.number) for report in near]
        best, number = max(scored, default=(0.0, ""))
        return self._reports[number] if best > 0 else None

    def _find_near(self, post: Post, category: str | None, gist: tuple[str, ...]) -> Iterator[Report]:
        traits = find_traits(category, gist, post.place)
        numbers = {number for trait in traits for number in self._by_trait.get(trait, ())}
        # closed reports are at hand as well, for the answers to their posts
        return (self._reports[number] for number in numbers if self._reports[number].state in OPEN_STATES)


def make_gist(post: Post) -> tuple[str, ...]:
    """Give the telling words of a post; the names of streets and landmarks are marked with @."""
    names = {"@" + " ".join(_WORD.findall(one.text.lower())[-2:]) for one in post.mentions if one.type in POINTED}
    words = dict.fromkeys(word for word in _WORD.findall(post.text.lower()) if len(word) >= SHORTEST_WORD)
    telling = [word for word in words if word not in _COMMON][:MOST_WORDS]
    return (*sorted(names), *telling)


def metres(a: Place, b: Place) -> float:
    """Measure between two points of a city, on a flat earth; infinite without points."""
    if a.lat is None or a.lon is None or b.lat is None or b.lon is None:
        return math.inf
    north = (a.lat - b.lat) * 110_574
    east = (a.lon - b.lon) * 111_320 * math.cos(math.radians(a.lat))
    return math.hypot(north, east)


def _in_time(report: Report, post: Post) -> bool:
    lasting = PASSING if report.category in PASSING_CATEGORIES else LASTING
    return report.created_at - lasting <= post.created_at <= report.last_voice_at + lasting


def _likeness(report: Report, post: Post, gist: tuple[str, ...]) -> float:
    """Score from 0 (another problem) to 2."""
    mine, theirs = read_gist(gist), read_gist(report.gist)
    shared = len(mine.told & theirs.told) / (min(len(mine.told), len(theirs.told)) or 1)
    located = post.place is not None and post.place.kelurahan_code is not None
    if located and shared >= RELATED_TEXT and (mine.spots & theirs.spots or _are_near(report.place, post.place)):
        return 1 + shared
    jaccard = len(mine.words & theirs.words) / (len(mine.words | theirs.words) or 1)
    return jaccard if jaccard >= SAME_TEXT else 0.0


def _are_near(a: Place | None, b: Place | None) -> bool:
    return a is not None and b is not None and {a.precision, b.precision} <= EXACT and metres(a, b) <= NEAR_METRES
