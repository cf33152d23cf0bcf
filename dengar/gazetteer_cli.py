"""The commands of the gazetteer: what a city imports, and which versions are in use."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Never, TextIO

import click
from tqdm import tqdm

from dengar.errors import DengarError
from dengar.settings import load_settings
from dengar.terminal import print_lines

if TYPE_CHECKING:
    from dengar.geocode.ground import Ground
    from dengar.geocode.importing.names import Report
    from dengar.geocode.sights import Sight

MOST_SHOWN = 10
STOPS = "stops.txt"
file_argument = click.argument("file", type=click.Path(exists=True, path_type=Path))
name_option = click.option("--name", help="What the layer is called; the same name replaces it.")
report_option = click.option(
    "--report", "report_file", type=click.Path(dir_okay=False, path_type=Path), help="Write what does not fit here."
)


@click.group()
def gazetteer() -> None:
    """Import names and boundaries, and choose which versions are in use."""


@gazetteer.command("import-osm")
@file_argument
@name_option
@report_option
def import_osm(file: Path, name: str | None, report_file: Path | None) -> None:
    """Import the roads, places, buildings and addresses of an OpenStreetMap extract (.osm.pbf)."""
    from dengar.geocode.importing.osm import read_osm

    with tqdm(desc=file.name, unit=" objects") as progress:
        _import(name or "osm", lambda *_: read_osm(file, progress.update), file, report_file)


@gazetteer.command("import-gtfs")
@file_argument
@name_option
@report_option
def import_gtfs(file: Path, name: str | None, report_file: Path | None) -> None:
    """Import the stops of a GTFS feed: its zip, its folder, or its stops.txt."""
    from dengar.geocode.stops import read_stops

    with _open_stops(file) as stops, tqdm(desc=file.name, unit=" sights") as progress:
        _import(name or "gtfs", lambda *_: _watch(read_stops(stops), progress), file, report_file)


@gazetteer.command("import-table")
@file_argument
@name_option
@report_option
def import_table(file: Path, name: str | None, report_file: Path | None) -> None:
    """Import a table (CSV) of names with columns nama, jenis, lat, lon, kelurahan, alias."""
    from dengar.geocode.importing.table import read_table

    chosen = name or file.stem.lower()
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as rows, tqdm(unit=" rows") as progress:

        def read(ground: "Ground", report: "Report") -> "Iterable[Sight]":
            return _watch(read_table(rows, chosen, ground.areas, report.refuse), progress)

        _import(chosen, read, file, report_file)


@gazetteer.command("import-areas")
@file_argument
def import_areas(file: Path) -> None:
    """Import the exact boundaries of all kelurahan (GeoJSON): they replace the built-in areas and their grid."""
    from dengar.geocode.boundaries import find_overlaps, read_boundaries
    from dengar.geocode.importing.areas import write_ground
    from dengar.geocode.importing.folder import AREAS
    from dengar.geocode.tables import read_areas
    from dengar.wiring import gazetteer_folder, utc_now

    boundaries = read_boundaries(file)
    found = gazetteer_folder(load_settings())
    with tqdm(total=3, desc=file.name, unit=" steps") as progress:
        overlaps = list(find_overlaps(boundaries))
        progress.update()
        version, is_new = found.add(
            AREAS,
            "areas",
            file,
            utc_now(),
            lambda path: sum(a.level == "kelurahan" for a in write_ground(path, boundaries)),
        )
        progress.update(2)
    for first, second, share in overlaps[:MOST_SHOWN]:
        click.echo(f"  {first.kelurahan} ({first.code}) and {second.kelurahan} ({second.code}) overlap by {share:.0%}")
    built_in, imported = {area.code for area in read_areas()}, {one.code for one in boundaries}
    lost, new = sorted(code for code in built_in - imported if len(code) > 8), sorted(imported - built_in)  # noqa: PLR2004
    for codes, what in ((lost, "are not in this file"), (new, "are not among the built-in areas")):
        if codes:
            click.echo(f"  {len(codes)} kelurahan {what}: {', '.join(codes[:MOST_SHOWN])}")
    told = f"is in use: {version.rows} kelurahan" if is_new else "is in use already: nothing changed"
    click.echo(f"areas version {version.number} {told}.")


@gazetteer.command("list")
def list_versions() -> None:
    """Show every import, newest first, and which are in use."""
    from dengar.wiring import gazetteer_folder

    index = gazetteer_folder(load_settings()).index()
    if not index.versions:
        click.echo("Nothing was imported: the built-in names are in use. `dengar gazetteer --help` shows what can be.")
    for one in sorted(index.versions, key=lambda one: one.made_at, reverse=True):
        mark = "*" if index.used.get(one.name) == one.number else " "
        click.echo(f"{mark} {one.name} {one.number}  {one.rows:,} rows  {one.source}  {one.made_at:%Y-%m-%d %H:%M}")


@gazetteer.command("use")
@click.argument("name")
@click.argument("number", type=int)
def use_version(name: str, number: int) -> None:
    """Take version NUMBER of the layer NAME into use."""
    from dengar.wiring import gazetteer_folder

    one = gazetteer_folder(load_settings()).use(name, number)
    click.echo(f"{one.name} version {one.number} is in use.")


@gazetteer.command("drop")
@click.argument("name")
def drop_layer(name: str) -> None:
    """Take the layer NAME out of use; its versions stay."""
    from dengar.wiring import gazetteer_folder

    gazetteer_folder(load_settings()).drop(name)
    click.echo(f"{name} is no longer in use.")


def _import(
    name: str, read: "Callable[[Ground, Report], Iterable[Sight]]", source: Path, report_file: Path | None
) -> None:
    from dengar.geocode.importing.names import Importing, Report, write_report
    from dengar.wiring import gazetteer_folder, load_ground, utc_now

    settings = load_settings()
    ground, report = load_ground(settings), Report()
    importing = Importing(gazetteer_folder(settings), ground.areas, ground.points)
    importing.run(name, read(ground, report), source, utc_now(), report)
    print_lines(_tell(report))
    if report_file:
        write_report(report, report_file)
        click.echo(f"Everything that does not fit stands in {report_file}.")


def _tell(report: "Report") -> Iterator[str]:
    version = report.version
    assert version is not None  # noqa: S101  an import without one has raised
    state = "is in use" if report.is_new else "is in use already: nothing changed"
    yield f"{version.name} version {version.number} {state}: {report.names:,} names of {report.sights:,} sights."
    if report.replaced:
        yield f"  {report.replaced:,} names that were only remembered are replaced by what was measured"
    for count, what in (
        (report.outside, "sights outside all kelurahan were left out"),
        (report.without_name, "sights without a name were left out"),
        (len(report.refused), "rows cannot be used"),
        (len(report.conflicts), "names are elsewhere than the built-in table says"),
    ):
        if count:
            yield f"  {count:,} {what}"
    for line, reason in report.refused[:MOST_SHOWN]:
        yield f"    line {line}: {reason}"
    for one in report.conflicts[:MOST_SHOWN]:
        yield f"    {one.name} ({one.kind}): {' '.join(one.imported)}; {one.known_by} says {' '.join(one.known)}"


@contextmanager
def _open_stops(file: Path) -> Iterator[TextIO]:
    """Open the stops of a feed; raises DengarError when it has none."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as feed:
            if STOPS not in feed.namelist():
                raise DengarError(f"{file} holds no {STOPS}: it is no GTFS feed.")
            with io.TextIOWrapper(feed.open(STOPS), encoding="utf-8-sig", errors="replace", newline="") as stops:
                yield stops
        return
    path = file / STOPS if file.is_dir() else file
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stops:
        yield stops


def _watch(sights: "Iterable[Sight]", progress: "tqdm[Never]") -> "Iterator[Sight]":
    for sight in sights:
        progress.update()
        yield sight
