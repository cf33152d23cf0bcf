"""How the whole is doing: one answer for the command line, the status page and other programs."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from dengar import __version__
from dengar.ailments import Seen, find_ailments, say_moment
from dengar.collecting import lease_name
from dengar.habits import Habits
from dengar.ingest.protocol import Limits, Source
from dengar.leading import LEASE
from dengar.models import WENT_WELL, Ailment, BudgetLeft, Gap, Run, Silence, SourceStatus, Status
from dengar.silence import Span, Usual, expected, find_silence
from dengar.store import Store
from dengar.timetable import make_timetable

MOST_WAITING = 5000
LONGEST_WAIT = timedelta(minutes=15)
COUNTS_NEEDED = timedelta(hours=26)

N = TypeVar("N", int, float)


def make_status(
    store: Store,
    sources: Sequence[Source],
    model: str | None,
    now: datetime,
    *,
    habits: Habits | None = None,
    model_problem: str | None = None,
    gazetteer_problem: str | None = None,
    rules_problem: str | None = None,
) -> Status:
    """Look at everything; what was learnt of the sources' `habits` may be used again.

    A store that is down is a problem to tell, not an error.
    """
    if not store.is_ready():
        down = Ailment(
            kind="store_down", says="MongoDB takes no writes: look whether it runs, and whether its disk is full."
        )
        return Status(
            at=now, version=__version__, store_ready=False, model=model, ailments=(down,), problems=(down.says,)
        )
    look = _Look(store, now, habits or Habits(store))
    statuses = tuple(look.status_of(source) for source in sources)
    status = Status(
        at=now,
        version=__version__,
        store_ready=True,
        model=model,
        scheduler=store.leases.holder_of(LEASE, now),
        posts=store.posts.count(),
        reports=store.reports.count(),
        waiting=store.items.count_pending(),
        waiting_since=store.items.waiting_since(),
        review=store.reports.count_review(),
        quarantined=store.quarantine.count(),
        replies=store.outbox.count_by_state(),
        deliveries=store.deliveries.count_unsettled(),
        sources=statuses,
        gaps=tuple(store.gaps.find_open()),
    )
    ailments = (
        *_of_whole(status),
        *_of_model(store, model_problem),
        *_of_chosen("gazetteer", gazetteer_problem),
        *_of_chosen("rules", rules_problem),
        *_of_deliveries(status, store),
    )
    return status.replace(
        ailments=ailments,
        problems=(*(one.says for one in ailments), *_say(statuses, needs_person=True), *_of_gaps(status)),
        warnings=tuple(_say(statuses, needs_person=False)),
    )


def _say(statuses: Sequence[SourceStatus], *, needs_person: bool) -> Iterator[str]:
    return (
        f"{one.name}: {ailment.says}"
        for one in statuses
        for ailment in one.ailments
        if ailment.needs_person is needs_person
    )


def _of_whole(status: Status) -> Iterator[Ailment]:
    if status.scheduler is None and any(one.enabled and (one.every or one.at) for one in status.sources):
        says = "No scheduler runs, so no source is read: start `dengar run` or `dengar schedule`."
        yield Ailment(kind="no_scheduler", says=says)
    since = status.waiting_since
    if since is not None and (status.waiting > MOST_WAITING or status.at - since > LONGEST_WAIT):
        moment = say_moment(since, status.at)
        says = f"{status.waiting:,} messages wait for the pipeline, the first since {moment}: is `dengar work` running?"
        yield Ailment(kind="backlog", says=says, at=since)


def _of_model(store: Store, problem: str | None) -> Iterator[Ailment]:
    if problem:
        yield Ailment(kind="model", says=problem)
    seen = store.drifts.last()
    if seen is not None and seen.alarms:
        says = f"People write otherwise than before: {'; '.join(seen.alarms)}. Label some posts and train again."
        yield Ailment(kind="drift", says=says, at=seen.at)


def _of_chosen(kind: str, problem: str | None) -> Iterator[Ailment]:
    """Tell that what was chosen cannot serve, while what served before does."""
    if problem:
        yield Ailment(kind=kind, says=problem)


def _of_deliveries(status: Status, store: Store) -> Iterator[Ailment]:
    """Tell of targets that take nothing, and of dead letters."""
    for health in store.targets.find_unwell(status.at):
        waiting = status.deliveries.get(health.target, {}).get("waiting", 0)
        if health.stopped:
            cure = f"Mend it or switch it off; `dengar deliveries replay --target {health.target}` starts it again."
            says = f"The target {health.target} wants nothing more: {health.stopped} {cure}"
            yield Ailment(kind="target_gone", says=says, cause=health.stopped)
        elif health.resting_until:
            until = say_moment(health.resting_until, status.at)
            says = f"The target {health.target} takes nothing, {waiting:,} wait; tried again at {until}: {health.error}"
            yield Ailment(kind="target_down", says=says, cause=health.error, at=health.resting_until)
    for target, counts in sorted(status.deliveries.items()):
        if dead := counts.get("dead"):
            says = f"{dead:,} dead letters to {target}: `dengar deliveries list` says why; then replay or drop them."
            yield Ailment(kind="dead_letters", says=says)


def _of_gaps(status: Status) -> Iterator[str]:
    newest: dict[str, Gap] = {}
    for gap in status.gaps:
        newest.setdefault(gap.source, gap)
    for source, count in Counter(gap.source for gap in status.gaps).items():
        yield f"{source}: {_say_gap(newest[source], status.at)}{_others(count)} `dengar gaps` says how to fill this."


def _say_gap(gap: Gap, now: datetime) -> str:
    return f"{say_moment(gap.since, now)} to {say_moment(gap.until, now)} is not covered, {gap.cause.rstrip('.')}"


def _others(count: int) -> str:
    return f"; {count - 1} more." if count > 1 else "."


class _Look:
    """One look at all sources: what concerns several of them is asked once."""

    def __init__(self, store: Store, now: datetime, habits: Habits) -> None:
        self._store = store
        self._now = now
        self._runs = store.runs.last_by_source()
        self._quarantined = store.quarantine.count_by_source()
        self._stopped = store.cursors.stopped()
        self._pauses = store.cursors.pauses()
        self._expiries = store.expiries.find_all()
        self._totals = store.tallies.totals()
        self._counts = store.tallies.since(now - COUNTS_NEEDED)
        self._gaps = Counter(gap.source for gap in store.gaps.find_open())
        self._usual: Mapping[str, Usual] = habits.usual(now)
        self._apart: Mapping[str, Sequence[Span]] = habits.apart(now)

    def status_of(self, source: Source) -> SourceStatus:
        """Say how one source is doing."""
        name, settings = source.name, source.settings
        pause, expiry, total = self._pauses.get(name), self._expiries.get(name), self._totals.get(name)
        good = self._last_good(source)
        is_paused = pause is not None and pause.until > self._now
        told = SourceStatus(
            name=name,
            collector=settings.collector,
            enabled=settings.enabled,
            every=settings.every,
            at=settings.at,
            is_pushed=source.is_pushed,
            last_run=self._runs.get(name),
            last_good=good.started_at if good else None,
            last_recheck=self._runs.get(f"{name}.recheck"),
            last_message=total.last if total else None,
            messages=total.items if total else 0,
            paused_until=pause.until if pause and is_paused else None,
            pause_reason=pause.reason if pause and is_paused else None,
            stopped=self._stopped.get(name),
            gaps=self._gaps[name],
            quarantined=self._quarantined.get(name, 0),
            budget=self._budget_left(source),
            expires_at=expiry.expires_at if expiry else None,
        )
        return self._with_ailments(source, self._with_silence(source, told)) if settings.enabled else told

    def _last_good(self, source: Source) -> Run | None:
        last = self._runs.get(source.name)
        return last if last is None or last.outcome in WENT_WELL else self._store.runs.last_good(source.name)

    def _with_silence(self, source: Source, told: SourceStatus) -> SourceStatus:
        """Compare what came with what usually comes, up to where we looked."""
        usual = self._usual.get(source.name)
        until = self._now if source.is_pushed else told.last_good
        is_listening = source.is_pushed or make_timetable(source.settings) or hasattr(source.collector, "wait")
        if usual is None or until is None or told.last_message is None or not is_listening:
            return told
        apart = self._apart.get(source.name, ())
        silence: Silence | None = None
        if told.paused_until is None:
            silence = find_silence(usual, told.last_message, until, self._counts.get(source.name, {}), apart)
        return told.replace(expected=round(expected(usual, told.last_message, until, apart), 1), silence=silence)

    def _with_ailments(self, source: Source, told: SourceStatus) -> SourceStatus:
        run, failing = told.last_run, None
        if run is not None and run.outcome == "transient":
            failing = self._store.runs.first_behind(source.name, told.last_good)
        seen = Seen(
            source=source,
            now=self._now,
            last_run=run,
            is_being_read=self._store.leases.holder_of(lease_name(source.name), self._now) is not None,
            failing_since=failing.started_at if failing else None,
            last_recheck=told.last_recheck,
            pause=self._pauses.get(source.name),
            stopped=told.stopped,
            expiry=self._expiries.get(source.name),
            silence=told.silence,
        )
        ailments = tuple(find_ailments(seen))
        return told.replace(ailments=ailments, ails=" ".join(one.says for one in ailments) or None)

    def _budget_left(self, source: Source) -> BudgetLeft | None:
        limits: Limits = source.settings.budget
        by_time = (limits.posts_per_day, limits.posts_per_month, limits.money_per_day, limits.money_per_month)
        if all(limit is None for limit in by_time):
            return None
        today = self._store.spending.on_day(source.name, self._now)
        month = self._store.spending.in_month(source.name, self._now)
        return BudgetLeft(
            posts_today=_left(limits.posts_per_day, today.posts),
            posts_this_month=_left(limits.posts_per_month, month.posts),
            money_today=_left(limits.money_per_day, today.money),
            money_this_month=_left(limits.money_per_month, month.money),
        )


def _left(limit: N | None, used: N) -> N | None:
    return None if limit is None else max(limit - used, type(limit)(0))
