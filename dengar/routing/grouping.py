"""Is this post about a problem that is already reported? The open reports that it may join, and the likeliest."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from dengar.models import OPEN_STATES, Post, Report
from dengar.routing.gist import make_gist, read_gist
from dengar.routing.kinship import find_categories
from dengar.routing.likeness import are_rivals, compare
from dengar.routing.sides import Heard, Known, Likeness, read_report
from dengar.routing.timing import is_in_time


class Match(NamedTuple):
    """A report that may be about the same problem, and how likely that is."""

    report: Report
    likeness: Likeness


class OpenReports:
    """The reports that a batch may join; grows with the batch.

    They are found by what two posts about one problem must share: a cell of the map, a name, the kelurahan and the
    category, a photo, or one of the rare words that any two copies of a text have in common.
    """

    def __init__(self, reports: Iterable[Report] = ()) -> None:
        self._reports: dict[str, Report] = {}
        self._known: dict[str, Known] = {}
        self._by_trait: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for report in sorted(reports, key=lambda report: report.number):
            self.put(report)

    def put(self, report: Report) -> None:
        """Add a report, or replace its earlier version."""
        before = self._reports.get(report.number)
        for trait in {*report.traits, _shelf(report)} - {*(before.traits if before else ())}:
            self._by_trait[trait][report.number] = None
        self._reports[report.number] = report
        self._known.pop(report.number, None)

    def find(self, number: str) -> Report | None:
        """Give a report by its number."""
        return self._reports.get(number)

    def follow(self, number: str) -> Report | None:
        """Give the report in which this one goes on, when it is a duplicate, or itself."""
        seen: set[str] = set()
        report = self._reports.get(number)
        while report is not None and report.duplicate_of and report.number not in seen:
            seen.add(report.number)
            report = self._reports.get(report.duplicate_of) or report
        return report

    def find_like(self, post: Post, category: str | None) -> list[Match]:
        """Give the reports that may be about the same problem, the likeliest first; closed ones stand among them."""
        heard = hear(post, category)
        known = [self._read(one) for one in self._find_near(heard) if is_in_time(one, post.created_at)]
        rivals = sum(one.report.state in OPEN_STATES and are_rivals(heard, one) for one in known)
        matches = [Match(one.report, compare(heard, one, rivals)) for one in known]
        return sorted(matches, key=lambda match: (-match.likeness.odds, match.report.number))

    def weigh(self, post: Post, category: str | None, number: str) -> Match | None:
        """Compare a post with the report that its author names; None when there is none, or not for so long."""
        report = self.follow(number)
        if report is None or not is_in_time(report, post.created_at):
            return None
        return Match(report, compare(hear(post, category), self._read(report), 1))

    def _read(self, report: Report) -> Known:
        if report.number not in self._known:
            self._known[report.number] = read_report(report)
        return self._known[report.number]

    def _find_near(self, heard: Heard) -> list[Report]:
        shelves = (f"{kel} {category}" for kel, category in heard.shelves)
        keys = (*heard.traits, *shelves)
        numbers = dict.fromkeys(number for key in keys for number in self._by_trait.get(key, ()))
        return [self._reports[number] for number in numbers]


def hear(post: Post, category: str | None) -> Heard:
    """Take a post apart."""
    return Heard(
        categories=find_categories(post.labels, category),
        gist=read_gist(make_gist(post)),
        place=post.place,
        said_at=post.created_at,
        author=post.author,
        prints=tuple(one.print for one in post.media if one.print),
    )


def _shelf(report: Report) -> str:
    return f"{report.kel} {report.category}"
