"""Exports of reports and posts, page by page into a file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from dengar.errors import BadRequest
from dengar.feeds.geojson import write_geojson
from dengar.feeds.lines import write_lines
from dengar.feeds.parquet import write_parquet
from dengar.feeds.rows import Gone, PostRow, ReportRow, Row, make_post_row, make_row, tell_change
from dengar.feeds.table import write_csv
from dengar.models import Selection
from dengar.store import Store

CHANGES_A_PAGE = 1000
ONLY_REPORTS = ("unit", "state", "number", "updated_since", "updated_until")
WRITERS: Mapping[str, Callable[[Iterable[Sequence[Row]], type[Row]], Iterator[bytes]]] = {
    "csv": write_csv,
    "geojson": write_geojson,
    "jsonl": write_lines,
    "parquet": write_parquet,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredNames:
    """Names of categories in Indonesian, and of the units in the store."""

    categories: Mapping[str, tuple[str, str]]
    units: Mapping[str, str]

    def category(self, code: str | None) -> str:
        """Name a category; an unknown one is told as it is."""
        known = self.categories.get(code or "")
        return known[0] if known else code or ""

    def unit(self, code: str | None) -> str:
        """Name a unit; an unknown one is told as it is."""
        return self.units.get(code or "", code or "")


def read_reports(store: Store, selection: Selection, names: StoredNames, address: str) -> Iterator[Sequence[Row]]:
    """Give the public rows of a selection, page by page."""
    for page in store.reports.stream(selection):
        yield [make_row(report, names, address) for report in page]


def read_posts(store: Store, selection: Selection, *, with_authors: bool = False) -> Iterator[Sequence[Row]]:
    """Give the rows of posts, page by page; raises BadRequest for a filter that only reports have."""
    wrong = next((name for name in ONLY_REPORTS if getattr(selection, name) is not None), None)
    if wrong is not None:
        raise BadRequest(f"--{wrong.replace('_', '-')}: posts cannot be chosen by it, only reports.")
    return ([make_post_row(post, with_author=with_authors) for post in page] for page in store.posts.stream(selection))


def read_changes(
    store: Store, after: str, selection: Selection, names: StoredNames, address: str
) -> Iterator[tuple[list[ReportRow | Gone], str]]:
    """Give what changed behind a cursor, page by page, each with the cursor behind it.

    Raises BadRequest when the database remembers no more what happened since.
    """
    while True:
        page = store.news.read(after, CHANGES_A_PAGE, selection)
        if page.restarted:
            raise BadRequest("What happened since this cursor is remembered no more: export everything again.")
        yield [tell_change(item.report, item.number, selection, names, address) for item in page.items], page.position
        after = page.position
        if page.is_last:
            return


def write_rows(pages: Iterable[Sequence[Row]], kind: type[ReportRow | PostRow], form: str, target: IO[bytes]) -> None:
    """Write pages of rows in one of the `WRITERS`' formats."""
    for chunk in WRITERS[form](pages, kind):
        target.write(chunk)
