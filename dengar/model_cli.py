"""The analysts' commands: train, evaluate, models, label, drift, reclassify."""

import getpass
from datetime import datetime
from pathlib import Path

import click
import msgspec
from tqdm import tqdm

from dengar.errors import DengarError
from dengar.settings import load_settings
from dengar.terminal import open_parts, print_lines, width

TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
by_option = click.option("--by", default=getpass.getuser, show_default="your user name", help="Who does this.")
reason_option = click.option("--reason", required=True, help="Why: it stays in the history.")
version_argument = click.argument("version", required=False)


@click.command()
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same model.")
@click.option("--packaged", is_flag=True, help="Train the model that comes along, of the corpus alone, and end.")
@click.option("--promote", is_flag=True, help="Let the new version serve when the gate lets it pass.")
@by_option
def train(*, seed: int, packaged: bool, promote: bool, by: str) -> None:
    """Train a new version of the classifier from the corpus and all labels, and let it sit at the gate."""
    from dengar import model_listing as listing

    if packaged:
        from dengar.classify.train import train as train_packaged
        from dengar.wiring import packaged_model

        manifest = train_packaged(packaged_model(load_settings()), seed=seed, progress=True)
        click.echo(f"Trained the model {manifest.version}.")
        return
    from dengar.classify.corpus import read_corpus
    from dengar.retraining import retrain

    with open_parts() as parts:
        version = retrain(parts.store, parts.registry, read_corpus(), by=by, seed=seed, progress=True)
        click.echo(f"Trained the model {version.version}, of {version.labelled_posts:,} labelled posts and the corpus.")
        if version.version == parts.registry.adopt().version:
            click.echo("It is the one that serves: nothing was labelled since.")
            return
        verdict = parts.registry.judge(version.version)
        print_lines(listing.verdict_lines(verdict))
        if promote:
            parts.registry.promote(version.version, by, "trained and better", verdict=verdict)
            click.echo(f"The model {version.version} serves now.")


@click.command()
@version_argument
@click.option("--in", "source", type=click.Path(exists=True, path_type=Path), help="Rows {id, text, category}.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the report for a browser here.")
@click.option("--json", "as_json", type=click.Path(path_type=Path), help="Write the evaluation here.")
def evaluate(version: str | None, source: Path | None, html: Path | None, as_json: Path | None) -> None:
    """Show how good VERSION is, by default the one that serves: on its exam, or on your own labelled rows (--in)."""
    from dengar import model_listing as listing
    from dengar.classify.corpus import read_corpus
    from dengar.classify.report import make_report
    from dengar.evaluating import evaluate_rows, texts_of

    with open_parts() as parts:
        name = parts.registry.find(version).version if version else parts.registry.adopt().version
        evaluation = parts.registry.evaluation(name)
        texts = texts_of(read_corpus(), parts.store)
        if source is not None:
            evaluation, texts = evaluate_rows(parts.registry.load(name), evaluation, source)
    print_lines(listing.evaluation_lines(evaluation, width()))
    if html is not None:
        html.write_text(make_report(evaluation, texts), encoding="utf-8")
        click.echo(f"Report: {html}")
    if as_json is not None:
        as_json.write_bytes(msgspec.json.format(msgspec.json.encode(evaluation), indent=1))


@click.group()
def models() -> None:
    """Look at the versions of the classifier, and choose which one serves."""


@models.command("list")
def list_models() -> None:
    """List all versions, newest first; the one that serves is marked *, the one in the shadow ~."""
    from dengar import model_listing as listing

    with open_parts() as parts:
        serving = parts.registry.adopt()
        shadow = parts.store.versions.shadow()
        versions = parts.store.versions.find_all()
    print_lines(listing.version_lines(versions, serving.version, shadow.version if shadow else None, width()))


@models.command()
def history() -> None:
    """List who put which version where, and why, newest first."""
    from dengar import model_listing as listing

    with open_parts() as parts:
        parts.registry.adopt()
        print_lines(listing.move_lines(parts.store.versions.history(), width()))


@models.command()
@version_argument
def card(version: str | None) -> None:
    """Print the model card of VERSION, by default of the one that serves."""
    from dengar.classify.saved import CARD

    with open_parts() as parts:
        name = parts.registry.find(version).version if version else parts.registry.adopt().version
        click.echo((parts.registry.unpack(name) / CARD).read_text(encoding="utf-8"), nl=False)


@models.command()
@click.argument("version")
def judge(version: str) -> None:
    """Let VERSION sit at the gate against the one that serves, and change nothing; exit code 1 when it fails."""
    from dengar import model_listing as listing

    with open_parts() as parts:
        verdict = parts.registry.judge(version)
    print_lines(listing.verdict_lines(verdict))
    raise SystemExit(0 if verdict.passed else 1)


@models.command()
@click.argument("version")
@reason_option
@by_option
@click.option("--approved-by", help="A second person, for a version that is surely not worse but not surely better.")
def promote(version: str, *, reason: str, by: str, approved_by: str | None) -> None:
    """Let VERSION serve when the gate lets it pass; running processes follow within seconds."""
    with open_parts() as parts:
        move = parts.registry.promote(version, by, reason, approved_by)
    click.echo(f"The model {move.version} serves now.")


@models.command()
@reason_option
@by_option
def rollback(*, reason: str, by: str) -> None:
    """Let the version serve again that served before; running processes follow within seconds."""
    with open_parts() as parts:
        move = parts.registry.roll_back(by, reason)
    click.echo(f"The model {move.version} serves again.")


@models.command()
@version_argument
@click.option("--off", is_flag=True, help="End the shadow.")
@click.option("--reason", default="", help="Why: it stays in the history.")
@by_option
def shadow(version: str | None, *, off: bool, reason: str, by: str) -> None:
    """Let VERSION judge beside the one that serves, without effect; without VERSION show what it has seen."""
    from dengar import model_listing as listing

    with open_parts() as parts:
        if off:
            parts.registry.end_shadow(by, reason)
        elif version:
            parts.registry.begin_shadow(version, by, reason)
        move = parts.store.versions.shadow()
        print_lines(listing.shadow_lines(move, parts.store.shadows.find(move.version) if move else None))


@click.group()
def label() -> None:
    """Say what posts are about: by this the classifier learns, and is judged."""


@label.command()
@click.option("--size", default=200, show_default=True, help="How many posts to choose.")
@click.option("--seed", default=0, show_default=True, help="For the choice among the posts drawn.")
def fill(*, size: int, seed: int) -> None:
    """Choose posts of the last 30 days to be labelled: unsure ones, ones with new words, and some at random."""
    from dengar.labelling import fill as fill_queue

    with open_parts() as parts:
        chosen = fill_queue(parts.store, parts.judging.current(), parts.clock(), size=size, seed=seed)
    said = ", ".join(f"{count} {why}" for why, count in sorted(chosen.items()))
    click.echo(f"{sum(chosen.values())} posts wait to be labelled now{f': {said}' if said else ''}.")


@label.command("next")
@by_option
def label_next(*, by: str) -> None:
    """Label post after post in the terminal; the model's guess is shown only after your choice."""
    from dengar import model_listing as listing
    from dengar.labelling import answer

    with open_parts() as parts:
        count = 0
        while task := parts.store.human_labels.claim(by, parts.clock()):
            post = parts.store.posts.find_all([task.post]).get(task.post)
            if post is None:
                parts.store.human_labels.erase([task.post])
                continue
            print_lines(listing.label_lines(post.text, post.channel, width()))
            choice = click.prompt("", prompt_suffix="> ").strip().lower()
            if choice == "q":
                break
            if choice == "u":
                undone = parts.store.human_labels.withdraw(by, parts.clock())
                click.echo(f"Taken back: {undone.category}." if undone else "There is nothing to take back.")
            elif choice == "s":
                parts.store.human_labels.skip(task.post, by)
            elif (code := listing.code_of(choice)) is None:
                click.echo(f"{choice!r} is none of these.")
            else:
                answer(parts.store, task.post, code, by, parts.clock())
                count += 1
                click.echo(f"{code}. The model said {task.guess}.")
        else:
            click.echo("Nothing waits for you: `dengar label fill` chooses more.")
        click.echo(f"{count} labelled.")


@label.command("set")
@click.argument("post")
@click.argument("category")
@by_option
def label_set(post: str, category: str, *, by: str) -> None:
    """Say that POST is about CATEGORY, as an operator who corrects the classifier."""
    from dengar.labelling import correct

    with open_parts() as parts:
        correct(parts.store, post, category, by, parts.clock())
    click.echo(f"{post}: {category}.")


@label.command("status")
def label_status() -> None:
    """Show what waits, how many labels there are, how far people agree, and what they dispute."""
    from dengar import labelling
    from dengar import model_listing as listing

    with open_parts() as parts:
        print_lines(
            listing.label_status_lines(
                parts.store.human_labels.waiting_by_reason(),
                labelling.examples(parts.store),
                labelling.agreement(parts.store),
                labelling.disputed(parts.store),
            )
        )


@label.command("export")
@click.argument("file", type=click.Path(path_type=Path))
def label_export(file: Path) -> None:
    """Write the queue to FILE as tasks for Label Studio."""
    from dengar.label_studio import write_tasks

    with open_parts() as parts:
        count = write_tasks(parts.store, file)
    click.echo(f"{count} tasks: {file}")


@label.command("import")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def label_import(file: Path) -> None:
    """Take in the annotations of a Label Studio export (JSON)."""
    from dengar.label_studio import read_annotations
    from dengar.labelling import answer

    with open_parts() as parts:
        taken, refused = 0, []
        for post, category, by in tqdm(read_annotations(file), desc=file.name, unit=" labels"):
            try:
                answer(parts.store, post, category, by, parts.clock())
                taken += 1
            except DengarError as error:
                refused.append(str(error))
    click.echo(f"{taken} labels taken in, {len(refused)} refused.")
    print_lines(f"  {reason}" for reason in sorted(set(refused)))


@click.command()
def drift() -> None:
    """Compare this week's posts with the four weeks before; exit code 1 when people write otherwise now."""
    from dengar import model_listing as listing
    from dengar.drifting import find_drift

    with open_parts() as parts:
        found = find_drift(parts.store, parts.judging.current(), parts.clock())
    print_lines(listing.drift_lines(found))
    raise SystemExit(1 if found.alarms else 0)


@click.command()
@version_argument
@click.option("--since", type=TIME, help="Only posts that were read since then.")
@click.option("--apply", is_flag=True, help="Write the change; without it the difference is only shown.")
def reclassify(version: str | None, *, since: datetime | None, apply: bool) -> None:
    """Judge the archive again by VERSION, by default the one that serves: shows what would change first.

    With --apply labels are written, and open reports that no person has touched get their new category and unit.
    """
    from dengar import model_listing as listing

    with open_parts() as parts:
        name = parts.registry.find(version).version if version else parts.registry.adopt().version
        work = parts.reclassifying(name)
        with tqdm(total=parts.store.posts.count(), desc="posts", unit=" posts") as progress:
            judged = work.apply if apply else work.compare
            found = judged(since.astimezone() if since else None, progress.update)
    print_lines(listing.difference_lines(found, width(), applied=apply))
