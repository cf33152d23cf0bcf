"""How the whole is doing: one answer for the command line, the status page and other programs."""

from collections.abc import Sequence
from datetime import datetime

from dengar import __version__
from dengar.ingest.protocol import Source
from dengar.models import Run, SourceStatus, Status
from dengar.store import Store

MOST_WAITING = 5000
FINE = {"done", "empty", "running"}


def make_status(store: Store, sources: Sequence[Source], model: str | None, now: datetime) -> Status:
    """Look at everything; `problems` are sentences that an operator can act on.

    A store that is down is a problem to tell, not an error.
    """
    if not store.is_ready():
        return Status(
            at=now, version=__version__, store_ready=False, model=model, problems=("MongoDB takes no writes now.",)
        )
    statuses = _source_statuses(store, sources)
    waiting = store.items.count_pending()
    gaps = tuple(store.gaps.find_open())
    return Status(
        at=now,
        version=__version__,
        store_ready=True,
        model=model,
        scheduler=store.leases.holder_of("scheduler", now),
        posts=store.posts.count(),
        reports=store.reports.count(),
        waiting=waiting,
        review=store.reports.count_review(),
        quarantined=store.quarantine.count(),
        sources=statuses,
        gaps=gaps,
        problems=(
            *(f"{one.name}: {one.ails}" for one in statuses if one.ails),
            *(
                (f"{waiting:,} messages wait for the pipeline: is `dengar work` running?",)
                if waiting > MOST_WAITING
                else ()
            ),
            *(
                f"{one.source}: {one.since:%d %b %H:%M}-{one.until:%H:%M} UTC not covered, {one.cause}."
                for one in gaps[:20]
            ),
        ),
    )


def _source_statuses(store: Store, sources: Sequence[Source]) -> tuple[SourceStatus, ...]:
    runs = store.runs.last_by_source()
    quarantined = store.quarantine.count_by_source()
    stopped = store.cursors.stopped()
    return tuple(
        SourceStatus(
            name=source.name,
            collector=source.settings.collector,
            enabled=source.settings.enabled,
            every=source.settings.every,
            is_pushed=source.is_pushed,
            last_run=runs.get(source.name),
            quarantined=quarantined.get(source.name, 0),
            ails=_ails(source, runs.get(source.name), stopped.get(source.name)),
        )
        for source in sources
    )


def _ails(source: Source, run: Run | None, stopped: str | None) -> str | None:
    if not source.settings.enabled:
        return None
    if stopped:
        return f"{stopped} It stands still until you run `dengar collect {source.name} --once`."
    if run is not None and run.outcome not in FINE:
        last_line = (run.error or "").strip().rpartition("\n")[2]
        return f"the last run ended as {run.outcome}: {last_line or 'the process died'}"
    return None
