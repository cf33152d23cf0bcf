"""The commands `water` and `flood`: levels from a file, and the flood now."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from dengar.models.months import JAKARTA
from dengar.terminal import open_parts, print_lines, width

if TYPE_CHECKING:
    from datetime import datetime

    from dengar.flooding import Flood, FloodArea, FloodGate

MOST_SHOWN = 20


@click.group()
def water() -> None:
    """Take in levels of water."""


@water.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--rows", default="", help="Where the list stands in a JSON object, such as data.items.")
@click.pass_context
def import_levels(context: click.Context, file: Path, rows: str) -> None:
    """Take in the levels of FILE (.csv, .json, .jsonl) with gate, at, cm, weather; names as in the section [water]."""
    from dengar.water.readings import make_readings, read_rows, say_refused
    from dengar.watering import fields_of

    with open_parts() as parts:
        given = parts.settings.water
        found = read_rows(file.read_bytes(), rows or given.rows)
        readings, refused = make_readings(found, parts.clock(), fields_of(given))
        new = parts.store.water.save(readings)
    click.echo(f"{len(readings)} readings, {new} of them new; {len(refused)} rows refused.")
    print_lines(say_refused(refused[:MOST_SHOWN]))
    context.exit(1 if refused else 0)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print what /api/banjir gives.")
def flood(*, as_json: bool) -> None:
    """Show the flood now: open reports by river and kelurahan, and how high the water stands."""
    from dengar.flooding import find_flood

    with open_parts() as parts:
        found = find_flood(parts.store, parts.clock())
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        print_lines(_flood_lines(found))


def _flood_lines(found: "Flood") -> Iterator[str]:
    from dengar.listing import table

    deep = ", ".join(f"{name} cm: {count}" for name, count in sorted(found.by_depth.items()))
    yield f"{found.reports} open reports since {_moment(found.since)}, in {found.areas} kelurahan. {deep}".rstrip()
    areas = [(basin.name or "river not known", *_area_row(area)) for basin in found.basins for area in basin.areas]
    if areas:
        header = ("basin", "kelurahan", "reports", "voices", "depth cm", "points")
        yield from table([header, *areas], (0, 1, 0, 0, 0, 0), width())
    yield ""
    gates = [_gate_row(gate) for gate in found.gates if gate.at]
    if gates:
        header = ("gate", "river", "cm", "siaga", "read", "weather")
        yield from table([header, *gates], (1, 0, 0, 0, 0, 0), width())
    else:
        yield "No level of water is known: `dengar water import FILE`, or set water.url."
    if found.levels_problem:
        yield f"! Levels could not be asked for: {found.levels_problem}"


def _area_row(area: "FloodArea") -> tuple[str, ...]:
    return (
        area.name or "not known",
        str(area.reports),
        "<5 people" if area.voices is None else str(area.voices),
        area.deepest or "",
        str(len(area.points)),
    )


def _gate_row(gate: "FloodGate") -> tuple[str, ...]:
    siaga = "?" if gate.siaga is None else str(gate.siaga) + ("" if gate.is_sure else " (to be checked)")
    read = _moment(gate.at) + (" STALE" if gate.is_stale else "") if gate.at else ""
    return gate.name, gate.river, str(gate.cm), siaga, read, gate.weather


def _moment(at: "datetime") -> str:
    return f"{at.astimezone(JAKARTA):%Y-%m-%d %H:%M}"
