"""The commands `ranking` and `leaders`: who is how responsive, and what RT/RW heads reported."""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, get_args

import click
import msgspec
from tqdm import tqdm

from dengar.errors import DengarError
from dengar.models import UnitKind
from dengar.models.months import JAKARTA, month_of
from dengar.settings import load_author_key, load_settings
from dengar.terminal import open_parts, print_lines, width

if TYPE_CHECKING:
    from dengar.comparing import Ranking
    from dengar.routing.ranking import Ranked

DAY = click.DateTime(["%Y-%m-%d"])
MONTH = click.DateTime(["%Y-%m"])
KINDS = (*get_args(UnitKind), "staff")
MOST_SHOWN = 20
FORMULA = ("=", "+", "-", "@", "\t", "\r")
HEADER = (
    "rank", "band", "who", "reports", "late/expected", "answered", "first h/90%", "solved h/90%", "overdue",
    "reopened", "rating",
)  # fmt: skip
WHO = HEADER.index("who")


@click.command()
@click.option("--level", type=click.Choice(KINDS), required=True, help="Which units; or staff.")
@click.option("--since", type=DAY, help="Reports received from this day on; left out: this month and the two before.")
@click.option("--until", type=DAY, help="Reports received before this day.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def ranking(level: str, since: datetime | None, until: datetime | None, form: str) -> None:
    """Rank units or staff: late cases beside those to be expected of their categories; too few cases get no rank."""
    from dengar.comparing import compare, usual_start

    with open_parts() as parts:
        now = parts.clock()
        start = since.replace(tzinfo=JAKARTA) if since else usual_start(now)
        end = until.replace(tzinfo=JAKARTA) if until else now
        if start >= end:
            raise DengarError(f"The window is empty: --since {start:%Y-%m-%d} is not before --until {end:%Y-%m-%d}.")
        found = compare(parts.store, level, start, end, now)
    if form == "json":
        click.echo(msgspec.json.encode(found).decode())
    elif form == "csv":
        _write_csv(found, sys.stdout)
    else:
        print_lines(_ranking_lines(found))


def _write_csv(found: "Ranking", file: TextIO) -> None:
    from dengar.routing.ranking import Ranked

    columns = list(Ranked.__struct_fields__)
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(["name", *columns])
    for one in found.rows:
        rows.writerow(
            [_harmless(found.names.get(one.code, one.code)), *(_cell(getattr(one, name)) for name in columns)]
        )


def _cell(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else _harmless(value) if isinstance(value, str) else value


def _harmless(text: str) -> str:
    """Keep spreadsheets from reading a name as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _ranking_lines(found: "Ranking") -> Iterator[str]:
    from dengar.listing import table
    from dengar.routing.ranking import LEAST_CASES

    since, until = (at.astimezone(JAKARTA) for at in (found.since, found.until))
    yield f"{found.level}: reports received from {since:%Y-%m-%d} to {until:%Y-%m-%d %H:%M} WIB"
    if not found.rows:
        yield "Nobody has a report of that time."
        return
    shares = [int(place == WHO) for place in range(len(HEADER))]
    yield from table([HEADER, *(_row(one, found.names) for one in found.rows)], shares, width())
    if any(one.rank is None for one in found.rows):
        yield f"Without a rank: belum cukup data (under {LEAST_CASES} settled cases)."


def _row(one: "Ranked", names: dict[str, str]) -> Sequence[str]:
    return (
        f"{one.rank} ({one.rank_from}-{one.rank_to})" if one.rank else "-",
        one.band or "-",
        names.get(one.code, one.code),
        f"{one.cases:,}",
        f"{one.late:,}/{one.expected:,.1f}",
        _percent(one.answered_share),
        _hours(one.answer_median, one.answer_90),
        _hours(one.solution_median, one.solution_90),
        _percent(one.overdue_share),
        _percent(one.reopened_share),
        f"{one.rating:.1f} ({one.ratings:,})" if one.rating is not None else "",
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _hours(median: float | None, most: float | None) -> str:
    return f"{median:.1f}/{most:.1f}" if median is not None and most is not None else ""


@click.group()
def leaders() -> None:
    """Register the accounts of RT/RW heads, and count the reports of theirs that were verified."""


@leaders.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_leaders(file: Path) -> None:
    """Register the accounts of a table (CSV) with columns kanal, akun, kelurahan, rw, rt; only pseudonyms stay."""
    from dengar.leaders import read_leaders
    from dengar.wiring import load_ground

    settings = load_settings()
    kelurahan = {area.code for area in load_ground(settings).areas if area.level == "kelurahan"}
    with open_parts() as parts, file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        found, refused = read_leaders(lines, kelurahan, load_author_key(settings), parts.clock())
        parts.store.leaders.save(found)
    click.echo(f"{len(found)} accounts are registered. Keep or delete {file.name} as the law wants: it names them.")
    _tell_refused(refused)


def _tell_refused(refused: Sequence[tuple[int, str]]) -> None:
    for line, reason in refused[:MOST_SHOWN]:
        click.echo(f"  line {line}: {reason}")
    if refused:
        click.echo(f"{len(refused)} lines could not be used.")
        sys.exit(1)


@leaders.command("list")
@click.option("--kel", help="Only of the kelurahan with this code.")
def list_leaders(kel: str | None) -> None:
    """List for which RT and RW accounts are registered, by pseudonym."""
    with open_parts() as parts:
        found = parts.store.leaders.find_all(kel)
    for one in found:
        click.echo(f"{one.kel}  RW {one.rw}  RT {one.rt or '-  '}  {one.channel}  {one.author}")
    click.echo(f"{len(found)} accounts.")


@leaders.command("remove")
@click.option("--channel", required=True, help="The channel of the account.")
@click.option("--account", required=True, help="What the channel calls the person.")
def remove_leader(channel: str, account: str) -> None:
    """Forget an account; its reports stay (`dengar erase` deletes them as well)."""
    from dengar.pipeline import make_author

    with open_parts() as parts:
        gone = parts.store.leaders.remove([make_author(channel, account, load_author_key(parts.settings))])
    if not gone:
        raise DengarError(f"No account {account!r} of {channel!r} is registered.")
    click.echo("It is no longer registered.")


@leaders.command("counts")
@click.option("--month", type=MONTH, required=True, help="Such as 2026-11, in Jakarta's time.")
@click.option("--kel", help="Only of the kelurahan with this code.")
@click.option("--most-per-day", type=click.IntRange(1), default=3, show_default=True, help="How many a day count.")
@click.option("--out", "target", type=click.File("w", encoding="utf-8"), default="-", help="Left out: standard output.")
def count_reports(month: datetime, kel: str | None, most_per_day: int, target: TextIO) -> None:
    """Write a table (CSV) of the reports of every RT and RW in a month: sent, verified, and how many of them count."""
    from dengar.leaders import Counted, count_month

    columns = Counted.__struct_fields__
    rows = csv.writer(target, lineterminator="\n")
    rows.writerow(columns)
    with open_parts() as parts:
        counted = count_month(parts.store, month_of(month.replace(tzinfo=JAKARTA)), most_per_day, kel)
        for one in _watch(counted):
            rows.writerow([getattr(one, name) for name in columns])


def _watch(rows: Iterable[object]) -> Iterator[object]:
    with tqdm(rows, unit=" RT") as progress:
        yield from progress
