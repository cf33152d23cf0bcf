"""The command line: `dengar COMMAND --help` explains each."""

import logging
import sys
from collections.abc import Collection
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Never

import click
import msgspec
from tqdm import tqdm

from dengar import __version__
from dengar.clients_cli import clients
from dengar.deliveries_cli import deliveries
from dengar.errors import BadSettings, DengarError
from dengar.export_cli import export
from dengar.flood_cli import flood, water
from dengar.gazetteer_cli import gazetteer
from dengar.ingest.protocol import Batch, Window
from dengar.model_cli import drift, evaluate, label, models, reclassify, train
from dengar.models import Run
from dengar.ranking_cli import leaders, ranking
from dengar.routing_cli import routing
from dengar.settings import Settings, explain_file, load_settings
from dengar.staff_cli import staff
from dengar.terminal import open_parts, print_lines, width

if TYPE_CHECKING:
    from dengar.filters import Answer
    from dengar.wiring import Parts

TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"])


MOST_REASONS = 20


class Commands(click.Group):
    """Says our own errors in plain sentences, with exit code 2; anything else is a bug and shows its traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except BadSettings as error:
            for problem in error.problems:
                click.echo(f"- {problem}", err=True)
        except DengarError as error:
            click.echo(f"dengar: {error}", err=True)
        except OSError as error:
            if error.filename is None:  # no file or folder is to blame
                raise
            click.echo(f"dengar: {explain_file(error)}", err=True)
        sys.exit(2)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("-v", "--verbose", is_flag=True, help="Also log what is well.")
def main(*, verbose: bool) -> None:
    """Dengar listens to a city: complaints in, understood and routed reports out."""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("stamina").setLevel(logging.ERROR)  # what a retry did not mend is told by the run
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it tells addresses, and some hold a token


@main.command()
def run() -> None:
    """Run everything in one process: MongoDB (unless one is configured), scheduler, pipeline, web."""
    _serve()


@main.command()
def demo() -> None:
    """Run everything, and take in the bundled sample day: no network and no accounts needed."""
    from dengar.demo import load_sample_day
    from dengar.serving import serve
    from dengar.web.words import SAMPLE_DAY

    settings = load_settings()
    serve(settings, announce=partial(_announce, settings), notice=SAMPLE_DAY, beside=load_sample_day)


@main.command()
def schedule() -> None:
    """Run only the scheduler and the collectors (a second one is a hot standby)."""
    _serve("schedule")


@main.command()
def work() -> None:
    """Run only the pipeline worker."""
    _serve("work")


@main.command()
def web() -> None:
    """Run only the web pages and the doors for forms and webhooks."""
    _serve("web")


@main.command()
@click.option("--connect/--no-connect", default=True, help="Also try the credentials of every source.")
def check(*, connect: bool) -> None:
    """Explain every wrong setting in one sentence, and try every source; exit code 2 when something is wrong."""
    from dengar.checking import find_problems, find_remarks

    settings = load_settings()
    for remark in find_remarks(settings):
        click.echo(f"  {remark}")
    problems = find_problems(settings, connect=connect)
    if problems:
        raise BadSettings(problems)
    click.echo("Everything is set up well." if connect else "Everything is set up well, as far as seen from here.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the whole status as JSON.")
def status(*, as_json: bool) -> None:
    """Tell how everything is doing; exit code 1 when a person must act."""
    from dengar.listing import status_lines

    with open_parts() as parts:
        found = parts.status()
    if as_json:
        click.echo(msgspec.json.encode(found, order="deterministic").decode())
    else:
        print_lines(status_lines(found, width()))
    sys.exit(1 if found.problems else 0)


@main.command()
def collectors() -> None:
    """List the channels that Dengar knows: how long each keeps messages, whether it tells of edits and deletions."""
    from dengar.listing import collector_lines

    print_lines(collector_lines(width()))


@main.command()
@click.option("--close", metavar="NAME", help="Say that what the source NAME has not covered will stay so.")
def gaps(*, close: str | None) -> None:
    """List what is not covered, each with the command that fills it; exit code 1 when there is any."""
    from dengar.listing import gap_lines

    with open_parts() as parts:
        found = parts.store.gaps.find_open()
        if close is not None:
            closed = [gap for gap in found if gap.source == close]
            for gap in closed:
                parts.store.gaps.close(close, gap.since, gap.until, parts.clock())
            found = [gap for gap in found if gap.source != close]
            click.echo(f"{close}: {len(closed)} closed.")
        print_lines(gap_lines(found, {one.name: one for one in parts.sources}, parts.clock()))
    sys.exit(1 if found else 0)


@main.command()
@click.argument("name")
@click.option("--once", is_flag=True, help="Read one time, also a source that stands still, then end (the default).")
@click.option("--since", type=TIME, help="Read this window again, beside the cursor.")
@click.option("--until", type=TIME, help="End of the window (not included).")
def collect(name: str, *, once: bool, since: datetime | None, until: datetime | None) -> None:
    """Read the source NAME now and take what it brings through the pipeline."""
    del once  # reading one time is all that this command does: the word makes scripts clear
    with open_parts() as parts:
        source = next((one for one in parts.sources if one.name == name and one.is_pulled), None)
        if source is None:
            known = ", ".join(one.name for one in parts.sources if one.is_pulled) or "none"
            raise BadSettings([f"There is no source {name!r} that can be read; configured: {known}."])
        window = _window(since, until, parts.clock())
        parts.store.cursors.resume(name)
        with tqdm(desc=name, unit=" items") as progress:
            ended = parts.collecting.run(source, window=window, on_batch=partial(_advance, progress))
        _drain(parts)
    _report(ended, name)


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--channel", default="berkas", show_default=True, help="Channel of rows that do not name one.")
def ingest(files: tuple[Path, ...], channel: str) -> None:
    """Take in FILES: .csv, .jsonl, .mbox, .eml, or folders of them.

    Interrupted, it goes on where it was; given again, it doubles nothing. A bad row goes to quarantine.
    """
    from dengar.ingest.files import find_files
    from dengar.wiring import make_source

    paths = [path for given in files for path in find_files(given)]
    with open_parts() as parts:
        before = parts.store.quarantine.count_by_source().get("ingest", 0)
        for path in paths:
            section: dict[str, object] = {"collector": "files", "path": path, "channel": channel}
            with tqdm(desc=path.name, unit=" items") as progress:
                ended = parts.collecting.run(make_source("ingest", section), on_batch=partial(_advance, progress))
            _report(ended, path.name)
        _drain(parts)
        new = parts.store.quarantine.count_by_source().get("ingest", 0) - before
    if new > 0:
        click.echo(f"{new} could not be used and are in quarantine: `dengar replay` says why.")


@main.command()
@click.option("--channel", help="Only items of this channel.")
def replay(channel: str | None) -> None:
    """Try everything in quarantine again, after a fix, and say why what is left cannot be used; doubles nothing."""
    with open_parts() as parts:
        before = parts.store.quarantine.ids(channel)
        for item_id in tqdm(before, desc="quarantine", unit=" items"):
            parts.store.replay(item_id)
        _drain(parts)
        left = len(set(before) & set(parts.store.quarantine.ids(channel)))
        reasons = [f"  {one.item.id}: {one.reason}" for one in parts.store.quarantine.find_all(channel, MOST_REASONS)]
    click.echo(f"{len(before) - left} of {len(before)} items are posts now, {left} are still in quarantine.")
    click.echo("".join(f"{reason}\n" for reason in reasons), nl=False)


@main.command()
@click.option("--author", required=True, help="What the channel calls the person: an account's id, address, number.")
@click.option("--channel", help="Only in this channel.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
def erase(*, author: str, channel: str | None, yes: bool) -> None:
    """Delete everything that a person wrote, for good, and say what that touched."""
    if not yes:
        click.confirm(f"Delete everything that {author} wrote in {channel or 'any channel'}, for good?", abort=True)
    with open_parts() as parts:
        touched = parts.erase_author(author, channel)
        _drain(parts)
    for name, count in sorted(touched.posts.items()):
        click.echo(f"{name}: {count} messages deleted.")
    if touched.leaders:
        click.echo("The account is no longer registered for an RT or RW.")
    if not touched.posts:
        click.echo("No message that was read is by this author: names are told exactly, with the channel's own id.")
    click.echo(
        f"{len(touched.reports)} reports changed, {touched.photos} photos; besides, {touched.waiting} messages that "
        f"waited and {touched.quarantined} in quarantine that held the name."
    )
    click.echo("".join(f"  {number}\n" for number in touched.reports), nl=False)


@main.command()
@click.option("--check", is_flag=True, help="Only compare.")
def rebuild(*, check: bool) -> None:
    """Make every report again from its events; exit code 1 when one differed or cannot be made."""
    from dengar.rebuilding import rebuild as make_again

    with open_parts() as parts, tqdm(total=parts.store.reports.count(), desc="reports") as progress:
        found = make_again(parts.store, write=not check, on_batch=progress.update)
    click.echo(f"{found.reports} reports, {len(found.differing)} differed, {len(found.broken)} cannot be made.")
    print_lines([*found.differing[:MOST_REASONS], *found.broken[:MOST_REASONS]])
    sys.exit(1 if found.differing or found.broken else 0)


@main.command()
@click.argument("name")
@click.argument("url")
def new_source(name: str, url: str) -> None:
    """Add the web site whose list of messages is at URL as the source NAME: guesses, and shows what that finds."""
    from dengar.new_source import find_clone, find_source, tell, write_source
    from dengar.settings import config_path
    from dengar.wiring import utc_now

    config = config_path()
    with tqdm(desc=name, unit=" pages") as progress:
        new = find_source(
            name, url, clone=find_clone(), config=config, clock=utc_now, on_page=lambda _: _count(progress)
        )
    write_source(new, config)
    click.echo(tell(new, config))


@main.command()
@click.option("--in", "source", type=click.File("rb"), default="-", help="Rows {id, text}; left out: standard input.")
@click.option("--out", "target", type=click.File("wb"), default="-", help="Left out: standard output.")
def classify(source: BinaryIO, target: BinaryIO) -> None:
    """Say what texts are about: rows of JSON in, rows of JSON out; exit code 1 when a row got an error."""
    from dengar.filters import classify_rows
    from dengar.wiring import load_classifier

    _filter(source, target, classify_rows(load_classifier(load_settings()).label))


@main.command()
@click.option("--in", "source", type=click.File("rb"), default="-", help="Rows {id, text[, lat, lon]}.")
@click.option("--out", "target", type=click.File("wb"), default="-", help="Left out: standard output.")
def locate(source: BinaryIO, target: BinaryIO) -> None:
    """Say where texts are about: rows of JSON in, rows of JSON out; exit code 1 when a row got an error."""
    from dengar.filters import locate_rows
    from dengar.wiring import load_locator

    _filter(source, target, locate_rows(load_locator(load_settings()).locate))


def _serve(*parts: str) -> None:
    from dengar.serving import ALL_PARTS, serve

    settings = load_settings()
    chosen = frozenset(parts) or ALL_PARTS
    serve(settings, chosen, announce=partial(_announce, settings, chosen))


def _announce(settings: Settings, parts: Collection[str] = ("web",)) -> None:
    host = f"[{settings.web.host}]" if ":" in settings.web.host else settings.web.host
    does = f"open http://{host}:{settings.web.port}" if "web" in parts else f"ready to {' and '.join(parts)}"
    click.echo(f"Dengar {__version__}: {does} (Ctrl+C stops).")


def _advance(progress: "tqdm[Never]", batch: Batch) -> bool:
    progress.update(len(batch.items) + len(batch.poison))
    return True


def _count(progress: "tqdm[Never]") -> None:
    progress.update()


def _drain(parts: "Parts") -> None:
    """Take what waits through the pipeline, unless a running Dengar does so anyway."""
    waiting = parts.store.items.count_pending()
    if not waiting:
        return  # loading the classifier takes seconds
    with tqdm(total=waiting, desc="pipeline", unit=" items") as progress:

        def go_on(count: int) -> bool:
            progress.update(count)
            return True

        done = parts.working.drain(go_on)
    if not done:
        click.echo("Another process runs the pipeline and takes care of them.", err=True)


def _report(ended: Run | None, name: str) -> None:
    if ended is None:
        raise DengarError(f"{name} is being read by another process now.")
    if ended.error:
        raise DengarError(f"{name} ended as {ended.outcome} after {ended.items} items: {ended.error}")
    click.echo(f"{name}: {ended.items} items, {ended.poison} in quarantine.")


def _window(since: datetime | None, until: datetime | None, now: datetime) -> Window | None:
    if since is None:
        if until is not None:
            raise BadSettings(["--until needs --since: a window has a beginning."])
        return None
    start = since.astimezone()
    end = (until or now).astimezone()
    if start >= end:
        raise BadSettings([f"The window is empty: --since {start:%Y-%m-%d %H:%M} is not before {end:%Y-%m-%d %H:%M}."])
    return Window(since=start, until=end)


def _filter(source: BinaryIO, target: BinaryIO, answer: "Answer") -> None:
    from dengar.filters import filter_rows

    errors = filter_rows(source, target, answer)
    sys.exit(1 if errors else 0)


for _command in (
    train,
    evaluate,
    models,
    label,
    drift,
    reclassify,
    gazetteer,
    routing,
    staff,
    clients,
    ranking,
    leaders,
    water,
    flood,
    export,
    deliveries,
):
    main.add_command(_command)
