"""What ails a source, in words that an operator can act on: what it is, what the source said, what to do."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dengar.ingest.protocol import Source
from dengar.models import WENT_WELL, Ailment, Record, Run, Silence
from dengar.store.cursors import Pause
from dengar.store.expiries import Expiry
from dengar.timetable import JAKARTA

FINE = {*WENT_WELL, "running", "lease_lost"}
PAUSING = {"rate_limited", "budget_spent"}
WARN_BEFORE = timedelta(days=14)
UNREACHED_FOR = timedelta(hours=1)  # by then it does not look as if it would mend itself
LONGEST_RUN = timedelta(hours=3)

# kind: what it is, what to do
WORDS: dict[str, tuple[str, str]] = {
    "auth_expired": (
        "The credentials are refused.",
        "Renew the password or token in its settings, then run `dengar check`.",
    ),
    "forbidden": (
        "The account may not do this.",
        "Give it the right at the source, or change the setting that asks for it, then run `dengar check`.",
    ),
    "rate_limited": (
        "The source wants a pause until {at}.",
        "It goes on by itself; if this comes back, read it less often.",
    ),
    "budget_spent": (
        "Its budget is used up until {at}.",
        "It goes on by itself; raise its budget if that is too little.",
    ),
    "retention": (
        "The source no longer has what was asked for.",
        "Ask its owner for an export and take that in by `dengar ingest`.",
    ),
    "blocked": (
        "Something else answered in place of the source.",
        "Open its address in a browser in this network: a login page, a captcha or a proxy stands in the way.",
    ),
    "changed": (
        "The source answers in a shape that its collector does not know.",
        "Install the newest Dengar, or report this; `dengar replay` then takes in what was put aside.",
    ),
    "transient": (
        "The source cannot be reached now.",
        "It is tried again by itself.",
    ),
    "unreachable": (
        "The source has not been reached since {at}.",
        "Check its address, and the network of this machine; it is tried again by itself.",
    ),
    "crashed": (
        "Its collector has a bug.",
        "Please report it with what `dengar status --json` says; the other sources go on.",
    ),
    "dead": (
        "The process that read it at {at} died.",
        "Nothing is lost, and it is read again; if this comes back, look whether memory or disk run out.",
    ),
    "failed": (
        "The last run failed.",
        "Look at the log of Dengar, then run `dengar check`.",
    ),
    "stopped": (
        "It stands still.",
        "`dengar replay` says what could not be read; `dengar collect {name} --once` starts it again.",
    ),
    "long": (
        "It is being read since {at}.",
        "A large backlog takes its time; if there is none, restart Dengar.",
    ),
    "expiring": (
        "The token of {name} ends on {day}: renew it.",
        "",
    ),
    "expired": (
        "The token of {name} ended on {day}: renew it.",
        "",
    ),
    "silent": (
        "No message since {at}, {expected} were expected.",
        "Look whether people still write there, and whether the source still delivers.",
    ),
    "nearly_silent": (
        "Only {came} messages since {at}, {expected} were expected.",
        "Look whether people still write there, and whether the source still delivers all.",
    ),
}
MENDS_ITSELF = {"rate_limited", "budget_spent", "transient", "dead", "long", "silent", "nearly_silent"}


class Seen(Record, frozen=True, kw_only=True):
    """What is known of a source; `failing_since` is when the first run began of those that fail without a break."""

    source: Source
    now: datetime
    last_run: Run | None = None
    is_being_read: bool = False
    failing_since: datetime | None = None
    last_recheck: Run | None = None
    pause: Pause | None = None
    stopped: str | None = None
    expiry: Expiry | None = None
    silence: Silence | None = None


def find_ailments(seen: Seen) -> Iterator[Ailment]:
    """Give what ails an enabled source, the most urgent first."""
    found = [*_of_standstill(seen), *_of_run(seen), *_of_recheck(seen), *_of_credentials(seen)]
    yield from sorted(found, key=lambda one: not one.needs_person)
    if not found and seen.silence is not None:
        silence = seen.silence
        kind = "nearly_silent" if silence.came else "silent"
        yield _make(seen, kind, at=silence.since, came=silence.came, expected=round(silence.expected))


def say_moment(at: datetime, now: datetime) -> str:
    """Write a moment in Jakarta's time, with its day when that is not today."""
    local, today = at.astimezone(JAKARTA), now.astimezone(JAKARTA).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local.day} {local:%b %H:%M}"


def _of_standstill(seen: Seen) -> Iterator[Ailment]:
    if seen.stopped:
        yield _make(seen, "stopped", cause=seen.stopped)


def _of_run(seen: Seen) -> Iterator[Ailment]:
    run = seen.last_run
    if run is None or seen.stopped:
        return
    if run.outcome == "running" and not seen.is_being_read:
        yield _make(seen, "dead", at=run.started_at)
    elif run.outcome == "running" and seen.now - run.started_at > LONGEST_RUN:
        yield _make(seen, "long", at=run.started_at)
    elif run.outcome not in FINE:
        yield from _of_failure(seen, run)


def _of_failure(seen: Seen, run: Run) -> Iterator[Ailment]:
    cause = (run.error or "").strip().rpartition("\n")[2]
    if run.outcome in PAUSING:
        if seen.pause is not None and seen.pause.until > seen.now:
            yield _make(seen, run.outcome, at=seen.pause.until, cause=cause)
    elif run.outcome == "crashed" and run.error is None:
        yield _make(seen, "dead", at=run.started_at)
    elif run.outcome == "transient" and seen.failing_since and run.started_at - seen.failing_since >= UNREACHED_FOR:
        yield _make(seen, "unreachable", at=seen.failing_since, cause=cause)
    else:
        yield _make(seen, run.outcome if run.outcome in WORDS else "failed", cause=cause)


def _of_recheck(seen: Seen) -> Iterator[Ailment]:
    run = seen.last_recheck
    if run is None or run.outcome in FINE | PAUSING | {"transient"}:
        return
    for one in _of_failure(seen.replace(failing_since=None), run):
        if one.kind != "dead":
            yield one.replace(says=f"When its messages were looked up again: {one.says}")


def _of_credentials(seen: Seen) -> Iterator[Ailment]:
    if seen.expiry is None:
        return
    if seen.expiry.refused and (seen.last_run is None or seen.last_run.outcome != "auth_expired"):
        yield _make(seen, "auth_expired", cause=seen.expiry.refused)
    elif seen.expiry.expires_at and seen.expiry.expires_at - seen.now < WARN_BEFORE:
        yield _make(seen, "expired" if seen.expiry.expires_at <= seen.now else "expiring", at=seen.expiry.expires_at)


def _make(seen: Seen, kind: str, *, at: datetime | None = None, cause: str | None = None, **values: int) -> Ailment:
    what, cure = WORDS[kind]
    told = {
        "name": seen.source.name,
        "at": say_moment(at, seen.now) if at else "",
        "day": f"{at.astimezone(JAKARTA).day} {at.astimezone(JAKARTA):%b %Y}" if at else "",
    }
    sentences = (what.format(**told, **values), _end(cause or ""), cure.format(**told))
    return Ailment(
        kind=kind,
        says=" ".join(one for one in sentences if one),
        needs_person=kind not in MENDS_ITSELF,
        cause=cause or None,
        at=at,
    )


def _end(sentence: str) -> str:
    return sentence if not sentence or sentence[-1] in ".!?" else f"{sentence}."
