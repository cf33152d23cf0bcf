"""The two sides of a comparison: what a post says, and what a report knows."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from dengar.models import Place, Report
from dengar.routing.gist import Gist, LatLon, read_gist
from dengar.routing.kinship import UNSURE
from dengar.routing.traits import find_traits, points_of, shares


class Heard(NamedTuple):
    """What is compared of a post; `categories` are those it may have, with the odds of each."""

    categories: Mapping[str | None, float]
    gist: Gist
    place: Place | None
    said_at: datetime
    author: str
    prints: tuple[str, ...]

    @property
    def traits(self) -> list[str]:
        """The traits of which a report has one."""
        return find_traits(self.categories, self.gist, self.place, self.prints)

    @property
    def shelves(self) -> list[tuple[str, str | None]]:
        """The kelurahan and categories in which a report stands that tells no finer place."""
        likely = [odds_of for odds_of in self.categories.items() if odds_of[1] >= UNSURE]
        return [(kel, category) for kel in shares(self.place) for category, _ in likely]


class Known(NamedTuple):
    """What is compared of a report: its first post's words, and all that its voices told of the place."""

    report: Report
    gist: Gist
    names: Gist
    measured: tuple[LatLon, ...]
    anchors: tuple[LatLon, ...]


class Likeness(NamedTuple):
    """The log odds, and the facts for people, in Indonesian."""

    odds: float
    facts: tuple[str, ...]


def read_report(report: Report) -> Known:
    """Take a report apart."""
    gist = read_gist(report.gist)
    anchors = points_of(report)
    measured = [(one.lat, one.lon) for one in report.points if one.is_measured]
    if gist.point:
        measured.append(gist.point)
    return Known(report, gist, read_gist(report.names), tuple(measured), tuple(anchors))
