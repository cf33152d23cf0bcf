"""The command that writes reports or posts into files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

import click
from tqdm import tqdm

from dengar.errors import BadRequest
from dengar.terminal import open_parts

if TYPE_CHECKING:
    from dengar.exporting import StoredNames
    from dengar.feeds.rows import Gone, ReportRow
    from dengar.models import Selection
    from dengar.wiring import Parts

T = TypeVar("T")
FORMATS = ("csv", "geojson", "jsonl", "parquet")
FILTERS = {
    "category": "Only this category.",
    "kel": "Only this kelurahan, kecamatan or kota, by its code.",
    "unit": "Only what this unit has.",
    "state": "Only this state: open, closed, or one such as proses.",
    "urgency": "Only danger, today or routine.",
    "created_since": "Only what was said since then (2026-11-20, in Jakarta's time).",
    "created_until": "Only what was said before then.",
    "updated_since": "Only what changed since then.",
    "updated_until": "Only what changed last before then.",
    "bbox": "Only within west,south,east,north (degrees).",
    "number": "Only numbers that begin like this.",
}


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    for name, told in reversed(FILTERS.items()):
        command = click.option(f"--{name.replace('_', '-')}", name, help=told)(command)
    return command


@click.command()
@click.argument("what", type=click.Choice(["reports", "posts"]))
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Left out: standard output.")
@click.option("--after", help="Only reports that changed behind this cursor, and those that are gone (jsonl).")
@click.option("--with-authors", is_flag=True, help="Posts with the pseudonyms of their authors.")
@_filters
def export(
    what: str, form: str, out: Path | None, after: str | None, *, with_authors: bool, **asked: str | None
) -> None:
    """Write reports (as everybody may see them) or posts (masked texts, for operators) into a file."""
    from dengar.exporting import read_posts, read_reports, write_rows
    from dengar.feeds.rows import PostRow, ReportRow

    if after is not None and (what, form) != ("reports", "jsonl"):
        raise BadRequest("--after: changes can be told of reports in jsonl alone; write `reports --format jsonl`.")
    with open_parts() as parts:
        selection, names = _prepare(parts, asked)
        if after is not None:
            with _open(out) as target:
                _export_changes(parts, after, selection, names, target)
        elif what == "posts":
            pages = read_posts(parts.store, selection, with_authors=with_authors)
            with _open(out) as target:
                write_rows(_watch(pages, parts.store.posts.count_selected(selection), what), PostRow, form, target)
        else:
            cursor = parts.store.news.position()  # before the first row: what changes meanwhile comes again
            pages = read_reports(parts.store, selection, names, parts.settings.web.public_url)
            with _open(out) as target:
                write_rows(_watch(pages, parts.store.reports.count_selected(selection), what), ReportRow, form, target)
            _tell_cursor(cursor)


def _prepare(parts: "Parts", asked: dict[str, str | None]) -> tuple["Selection", "StoredNames"]:
    from dengar.exporting import StoredNames
    from dengar.feeds.selecting import parse_selection
    from dengar.wiring import category_names

    names = StoredNames(
        categories=category_names(), units={code: unit.name for code, unit in parts.store.units.find_all().items()}
    )
    given = {name: value for name, value in asked.items() if value}
    return parse_selection(given, names.categories, names.units), names


def _export_changes(
    parts: "Parts", after: str, selection: "Selection", names: "StoredNames", target: IO[bytes]
) -> None:
    from dengar.exporting import read_changes
    from dengar.feeds.lines import write_lines

    reached = after

    def read() -> Iterator[Sequence["ReportRow | Gone"]]:
        nonlocal reached
        with tqdm(desc="changes", unit=" reports") as progress:
            for rows, position in read_changes(parts.store, after, selection, names, parts.settings.web.public_url):
                reached = position
                yield rows
                progress.update(len(rows))

    target.writelines(write_lines(read()))
    _tell_cursor(reached)


def _tell_cursor(cursor: str) -> None:
    click.echo(f"What changes from here on: dengar export reports --format jsonl --after {cursor}", err=True)


def _watch(pages: Iterable[Sequence[T]], total: int, what: str) -> Iterator[Sequence[T]]:
    with tqdm(total=total, desc=what, unit=f" {what}") as progress:
        for page in pages:
            yield page
            progress.update(len(page))


@contextmanager
def _open(out: Path | None) -> Iterator[IO[bytes]]:
    """Open the file; it appears when it is whole, so that nobody takes half of it for all."""
    if out is None:
        with click.open_file("-", "wb") as target:
            yield target
        return
    draft = out.with_name(out.name + ".part")
    try:
        with draft.open("wb") as target:
            yield target
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
