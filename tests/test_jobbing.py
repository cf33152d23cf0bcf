"""What people asked for on a page is done a slice at a time, to its end, whatever comes between."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
from made import NOW, make_item

from dengar.collecting import Collecting
from dengar.errors import AuthExpired
from dengar.ingest.protocol import Batch, Cursor, Source, SourceSettings, Window
from dengar.jobbing import REPLAY_AT_ONCE, Jobbing
from dengar.models import Gap, Job, JobKind, Quarantined
from dengar.store import Store

PAGES = 5
GAP = Gap(source="kotak", since=NOW - timedelta(days=2), until=NOW - timedelta(days=1), cause="down", noticed_at=NOW)


class Pages(Cursor, frozen=True, kw_only=True):
    read: int = 0


def pull(_: object, cursor: Pages, window: Window | None, *__: object) -> Iterator[Batch]:
    kind = "window" if window else "now"
    for page in range(cursor.read, PAGES):
        yield Batch(items=(make_item(f"{kind}{page}"),), cursor=Pages(read=page + 1))


def source(read: object = pull) -> Source:
    settings = SourceSettings(name="kotak", collector="made")
    return Source(name="kotak", collector=SimpleNamespace(Cursor=Pages, pull=read), settings=settings)


def make_jobbing(store: Store, one: Source | None = None, seconds: float = -1.0) -> Jobbing:
    """Make one whose slices end after every batch."""
    return Jobbing(store, [one or source()], Collecting(store, lambda: NOW, "me"), lambda: NOW, seconds)


def ask(store: Store, kind: JobKind, gap: Gap | None = None, job_id: str = "1", **more: object) -> Job:
    window = {"since": gap.since, "until": gap.until} if gap else {}
    job = Job(id=job_id, kind=kind, source="kotak", asked_by="Sari", asked_at=NOW).replace(**window, **more)
    assert store.jobs.ask(job)
    return job


def state(store: Store) -> tuple[str, int]:
    job = store.jobs.of_source("kotak")[0]
    return job.state, job.done


def test_a_gap_is_filled_slice_by_slice_and_closed_when_all_of_it_is_there(store: Store) -> None:
    store.gaps.note(GAP)
    ask(store, "fill", GAP)
    seen = []
    for _ in range(PAGES + 1):
        # another process goes on where this one was
        make_jobbing(store).run()
        seen.append(state(store))
    assert seen == [*(("running", page + 1) for page in range(PAGES)), ("done", PAGES)]
    assert store.gaps.find_open() == []
    assert store.items.count_pending() == PAGES
    assert store.cursors.find("kotak", Pages) == (Pages(), 0), "the source's own cursor stays where it was"


def test_reading_now_starts_a_source_again_that_stands_still(store: Store) -> None:
    store.cursors.stop("kotak", "It has changed its shape.")
    ask(store, "read")
    make_jobbing(store, seconds=60).run()
    assert state(store) == ("done", PAGES)
    assert store.cursors.stopped() == {}


def test_what_the_source_refuses_is_told_without_its_password(store: Store) -> None:
    def refuse(*_: object) -> Iterator[Batch]:
        raise AuthExpired("https://siti:rahasia@x.id refuses the password.")
        yield

    ask(store, "read")
    make_jobbing(store, source(refuse)).run()
    job = store.jobs.of_source("kotak")[0]
    assert (job.state, job.error, job.ended_at) == ("failed", "https://…@x.id refuses the password.", NOW)


def test_a_job_of_a_source_that_is_gone_fails_and_the_next_one_has_its_turn(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store.jobs.ask(Job(id="0", kind="read", source="gone", asked_by="Sari", asked_at=NOW))
    ask(store, "read")
    jobbing = make_jobbing(store, seconds=60)
    for _ in range(2):
        jobbing.run()
    assert [one.state for one in (*store.jobs.of_source("gone"), *store.jobs.of_source("kotak"))] == ["failed", "done"]
    assert "please report this" in caplog.text


def test_while_the_source_is_read_the_job_waits_for_another_turn(store: Store) -> None:
    ask(store, "read")
    with store.leases.keep("source:kotak", "somebody else", lambda: NOW):
        make_jobbing(store).run()
        assert state(store) == ("running", 0)
    make_jobbing(store, seconds=60).run()
    assert state(store) == ("done", PAGES)


def test_the_same_is_not_asked_for_twice_while_it_waits(store: Store) -> None:
    job = ask(store, "read")
    assert not store.jobs.ask(job.replace(id="2"))
    assert store.jobs.ask(job.replace(id="3", kind="replay"))
    make_jobbing(store, seconds=60).run()
    assert store.jobs.ask(job.replace(id="4"))


def test_all_of_a_quarantine_goes_back_once_and_what_returns_is_not_tried_for_ever(store: Store) -> None:
    count = REPLAY_AT_ONCE + 10
    store.quarantine.keep([Quarantined(item=make_item(str(n)), reason="?", at=NOW) for n in range(count)])
    ask(store, "replay", total=count)
    jobbing = make_jobbing(store)
    jobbing.run()
    assert state(store) == ("running", REPLAY_AT_ONCE)
    back = Quarantined(item=make_item("0"), reason="still", at=NOW + timedelta(seconds=1))
    store.quarantine.keep([back])
    jobbing.run()
    assert state(store) == ("done", count)
    assert store.quarantine.ids() == [back.item.id]
    assert store.items.count_pending() == count


def test_where_nothing_is_asked_for_nothing_is_done(store: Store) -> None:
    make_jobbing(store).run()
    assert store.jobs.running() == []
