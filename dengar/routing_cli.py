"""The commands of the routing rules: which there were, which decide, and what a change would do."""

import getpass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec
from tqdm import tqdm

from dengar.errors import BadSettings
from dengar.settings import load_settings
from dengar.terminal import open_parts, print_lines, width

if TYPE_CHECKING:
    from dengar.wiring import Parts

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"])
file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def routing() -> None:
    """Look at the rules that choose who acts and by when, try a change, and bring it into use."""


@routing.command()
@file_argument
def check(file: Path) -> None:
    """Say what is wrong with the rules in FILE, one sentence each; exit code 2 when anything is."""
    from dengar.routing.rules import load_rules
    from dengar.wiring import category_codes, make_city_units

    router = load_rules(file, set(category_codes().values()), make_city_units(load_settings()))
    click.echo(f"{file.name}: {len(router.rules)} rules, all in order.")


@routing.command()
def history() -> None:
    """List all versions, newest first; the one that decides is marked *."""
    from dengar.routing_listing import history_lines

    with open_parts() as parts:
        print_lines(history_lines(parts.store.rules.history()))


@routing.command()
@click.argument("version", type=int, required=False)
def show(version: int | None) -> None:
    """Print the rules of VERSION, by default those that decide."""
    from dengar.routing.rules import BUILT_IN, read_text

    with open_parts() as parts:
        number = parts.store.rules.last_number() if version is None else version
        text = parts.ruling.find(number).text if number else read_text(parts.settings.rules or BUILT_IN)
    click.echo(text, nl=False)


@routing.command()
@click.argument("rules", metavar="FILE|VERSION")
@click.option("--by", default=getpass.getuser, show_default="your user name", help="Who does this.")
@click.option("--note", required=True, help="Why: it stays in the history.")
def use(rules: str, *, by: str, note: str) -> None:
    """Let the rules of a FILE or of an earlier VERSION decide; running processes follow within seconds."""
    with open_parts() as parts:
        text, name = _find(parts, rules)
        version = parts.ruling.use(text, name, by, note)
    click.echo(f"Version {version.number} of the routing rules decides now.")


@routing.command()
@file_argument
@click.option("--days", default=30, show_default=True, type=click.IntRange(1), help="How far to look back.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole comparison as JSON.")
def test(file: Path, *, days: int, as_json: bool) -> None:
    """Show what the rules in FILE would have done to the reports of the last days; nothing is changed."""
    from dengar.rehearsing import rehearse
    from dengar.routing.rules import read_text
    from dengar.routing_listing import rehearsal_lines
    from dengar.wiring import category_codes

    with open_parts() as parts:
        before, after = parts.router, parts.ruling.read(read_text(file), file.name)
        since = parts.clock() - timedelta(days=days)
        with tqdm(total=parts.store.events.count_received(since), desc="reports", unit=" reports") as progress:
            found = rehearse(parts.store, before, after, category_codes(), since=since, on_report=progress.update)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        print_lines(rehearsal_lines(found, width()))


@routing.command()
@click.argument("duration")
@click.option("--from", "start", type=MOMENT, required=True, help="When it begins; without a zone in WIB.")
@click.option("--rules", type=click.Path(exists=True, path_type=Path), help="A file with the calendar to count by.")
def deadline(duration: str, *, start: datetime, rules: Path | None) -> None:
    """Say when DURATION ends ("24 hours", "8 office hours", "5 working days"), and how it is counted day by day."""
    from dengar.models import WIB
    from dengar.routing.deadlines import parse_duration
    from dengar.routing.rules import BUILT_IN, load_rules
    from dengar.routing_listing import deadline_lines
    from dengar.wiring import category_codes, make_city_units

    try:
        wanted = parse_duration(duration)
    except ValueError as error:
        raise BadSettings([f"{error}."]) from error
    settings = load_settings()
    router = load_rules(
        rules or settings.rules or BUILT_IN, set(category_codes().values()), make_city_units(settings)
    )  # fmt: skip
    at = start if start.tzinfo else start.replace(tzinfo=WIB)
    print_lines(deadline_lines(wanted, at, router.clocks.calendar))


def _find(parts: "Parts", rules: str) -> tuple[str, str]:
    from dengar.routing.rules import read_text

    if rules.isdecimal():
        version = parts.ruling.find(int(rules))
        return version.text, version.name
    return read_text(Path(rules)), Path(rules).name
