import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from bson import ObjectId
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import KEY, NOW, make_item, make_place, make_post, make_voice

from dengar.errors import DengarError, LeaseLost, StoreUnavailable
from dengar.ingest.protocol import Cursor
from dengar.models import Changes, Event, Gap, Item, Photo, Point, Post, Quarantined, Report, Routing, Run, State, Unit
from dengar.routing.states import fold, fold_all
from dengar.store import Store
from dengar.store.documents import from_document, to_document
from dengar.store.leases import Lease
from dengar.store.migrations import MIGRATIONS, migrate


class Mark(Cursor, frozen=True, kw_only=True):
    place: int = 0


def take_lease(store: Store, holder: str = "me") -> Lease:
    lease = store.leases.take("pipeline", holder, NOW, 60)
    assert lease is not None
    return lease


def pending_ids(store: Store) -> list[str]:
    return [one.item.native_id for one in store.items.pending(100, 10**9)]


def make_bad(item: Item, reason: str = "unreadable", at: datetime = NOW) -> Quarantined:
    return Quarantined(item=item, reason=reason, traceback="Traceback", at=at)


# Migrations and the connection


def test_migrations_are_run_once_and_may_be_repeated(store: Store) -> None:
    assert migrate(store.data) == 0
    store.data["meta"].delete_many({})
    assert migrate(store.data) == len(MIGRATIONS)
    row = store.data["meta"].find_one({"_id": "schema"})
    assert row is not None
    assert row["version"] == len(MIGRATIONS)


def test_two_processes_may_start_at_once(mongo_uri: str) -> None:
    name = f"t{ObjectId()}"
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: Store.connect(mongo_uri, name, key=KEY), range(4)))
    stores[0].data.client.drop_database(name)
    for one in stores:
        one.close()


def test_raw_items_leave_after_thirty_days_unless_they_wait(store: Store) -> None:
    index = next(one for one in store.data["items"].list_indexes() if one.get("expireAfterSeconds"))
    assert index["key"] == {"observed_at": 1}
    assert index["expireAfterSeconds"] == 30 * 86400
    assert index["partialFilterExpression"] == {"state": "done"}


def test_a_silent_address_is_said() -> None:
    with pytest.raises(StoreUnavailable, match="No writable MongoDB"):
        Store.connect("mongodb://%2Fnowhere%2Fmongod.sock/?directConnection=true", "x", key=KEY, patience_seconds=0.2)


def test_a_running_store_is_ready(store: Store) -> None:
    assert store.is_ready()


# Items and cursors


def test_a_batch_and_its_cursor_are_stored_together(store: Store) -> None:
    version = store.save_batch("kotak", [make_item("1"), make_item("2")], cursor=Mark(place=2))
    assert store.cursors.find("kotak", Mark) == (Mark(place=2), version)
    assert pending_ids(store) == ["1", "2"]


def test_a_source_never_read_has_an_empty_cursor(store: Store) -> None:
    assert store.cursors.find("kotak", Mark) == (Mark(), 0)


@pytest.mark.parametrize("version", [0, 1, 7])
def test_a_batch_behind_a_moved_cursor_is_not_stored(store: Store, version: int) -> None:
    store.save_batch("kotak", [], cursor=Mark(place=1))
    store.save_batch("kotak", [], cursor=Mark(place=2), version=1)
    with pytest.raises(LeaseLost):
        store.save_batch("kotak", [make_item("late")], [make_bad(make_item("bad"))], Mark(place=9), version)
    assert pending_ids(store) == []
    assert store.quarantine.ids() == []
    assert store.cursors.find("kotak", Mark) == (Mark(place=2), 2)


def test_of_two_threads_that_move_a_new_cursor_one_wins(mongo_uri: str, store: Store) -> None:
    start = threading.Barrier(4)

    def move(place: int) -> bool:
        start.wait()
        try:
            store.save_batch("kotak", [make_item(str(place))], cursor=Mark(place=place))
        except LeaseLost:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(move, range(4)))
    assert won.count(True) == 1
    assert pending_ids(store) == [str(won.index(True))]


def test_a_paused_or_stopped_source_keeps_its_cursor(store: Store) -> None:
    store.cursors.pause("kotak", NOW, since=NOW, reason="429")
    store.cursors.stop("kotak", "sakit")
    store.save_batch("kotak", [], cursor=Mark(place=1))
    assert store.cursors.find("kotak", Mark) == (Mark(place=1), 1)
    assert store.cursors.paused_until("kotak") == NOW
    assert store.cursors.paused_until("lain") is None
    assert store.cursors.stopped() == {"kotak": "sakit"}
    store.cursors.resume("kotak")
    assert store.cursors.stopped() == {}


def test_the_same_bytes_again_change_nothing(store: Store) -> None:
    store.save_batch("kotak", [make_item("1")])
    (first,) = store.items.pending(10, 10**9)
    store.items.settle([first.order], None)
    store.save_batch("kotak", [make_item("1", observed_at=NOW + timedelta(hours=1))])
    assert pending_ids(store) == []
    found = store.items.find(first.item.id)
    assert found is not None
    assert found.observed_at == NOW


def test_other_bytes_are_a_new_revision_that_waits(store: Store) -> None:
    store.save_batch("kotak", [make_item("1", "satu")])
    (first,) = store.items.pending(10, 10**9)
    store.items.settle([first.order], None)
    store.save_batch("kotak", [make_item("1", "dua")])
    (second,) = store.items.pending(10, 10**9)
    assert (first.revision, second.revision) == (1, 2)
    assert second.item == make_item("1", "dua")


def test_settling_an_old_revision_keeps_the_new_one_waiting(store: Store) -> None:
    store.save_batch("kotak", [make_item("1", "satu")])
    (first,) = store.items.pending(10, 10**9)
    store.save_batch("kotak", [make_item("1", "dua")])
    store.items.settle([first.order], None)
    assert [one.item for one in store.items.pending(10, 10**9)] == [make_item("1", "dua")]
    assert store.items.count_pending() == 1


def test_of_one_id_twice_in_a_batch_the_last_counts(store: Store) -> None:
    store.save_batch("kotak", [make_item("1", "satu"), make_item("1", "dua")])
    assert [one.item for one in store.items.pending(10, 10**9)] == [make_item("1", "dua")]


def test_items_wait_in_the_order_in_which_they_came(store: Store) -> None:
    for start in (0, 50, 100):
        store.save_batch("kotak", [make_item(str(n)) for n in range(start, start + 50)])
    assert [one.item.native_id for one in store.items.pending(150, 10**9)] == [str(n) for n in range(150)]
    assert len(store.items.pending(7, 10**9)) == 7


def test_a_batch_ends_when_its_bytes_are_passed(store: Store) -> None:
    store.save_batch("kotak", [make_item(str(n), payload=b"x" * 1000) for n in range(10)])
    assert len(store.items.pending(10, 2500)) == 3
    assert len(store.items.pending(10, 1)) == 1


@pytest.mark.parametrize("size", [256 * 1024, 256 * 1024 + 1, 17_000_000])
def test_payloads_of_any_size_come_back_as_they_were(store: Store, size: int) -> None:
    item = make_item("1", payload=bytes(range(256)) * (size // 256) + b"x" * (size % 256))
    store.save_batch("kotak", [item])
    store.save_batch("kotak", [item])
    assert store.items.find(item.id) == item
    assert [one.item for one in store.items.pending(5, 10**9)] == [item]
    assert store.data["payloads.files"].count_documents({}) == (size > 256 * 1024)


def test_payload_files_that_no_item_uses_are_dropped(store: Store) -> None:
    used, unused = make_item("1", payload=b"a" * 300_000), make_item("2", payload=b"b" * 300_000)
    store.save_batch("kotak", [used, unused])
    store.data["items"].delete_one({"_id": unused.id})
    later = datetime.now().astimezone() + timedelta(days=1)
    assert store.items.drop_files(later - timedelta(days=3)) == 0
    assert store.items.drop_files(later) == 1
    assert store.items.find(used.id) == used


def test_a_payload_in_quarantine_keeps_its_file(store: Store) -> None:
    item = make_item("1", payload=b"a" * 300_000)
    store.quarantine.keep([make_bad(item)])
    store.items.drop_files(datetime.now().astimezone() + timedelta(days=1))
    assert [one.item for one in store.quarantine.find_all()] == [item]


def test_a_tracking_number_leads_to_its_item(store: Store) -> None:
    store.save_batch("form", [make_item("1", number="DKI-2611-000001")])
    assert store.items.numbers_of(["berkas:berkas:1"]) == {"berkas:berkas:1": "DKI-2611-000001"}
    assert store.items.find_number("DKI-2611-000001") == "berkas:berkas:1"
    assert store.items.numbers_of(["berkas:berkas:2"]) == {}
    assert store.items.find_number("DKI-2611-000009") is None
    assert store.items.find("berkas:berkas:2") is None


# Quarantine


def test_what_is_in_quarantine_keeps_bytes_reason_and_traceback(store: Store) -> None:
    small, large = make_item("1", payload=b"\0\xff"), make_item("2", payload=b"\xff" * 300_000, channel="email")
    entries = [make_bad(small), make_bad(large, at=NOW + timedelta(hours=1))]
    store.save_batch("kotak", [], entries)
    assert list(store.quarantine.find_all()) == entries[::-1]
    assert list(store.quarantine.find_all("email", limit=5)) == entries[1:]
    assert store.quarantine.ids() == [small.id, large.id]
    assert store.quarantine.count_by_source() == {"kotak": 2}


def test_the_same_bad_item_again_replaces_its_entry(store: Store) -> None:
    store.quarantine.keep([make_bad(make_item("1"), "satu"), make_bad(make_item("1"), "dua")])
    assert [one.reason for one in store.quarantine.find_all()] == ["dua"]


def test_a_replayed_item_waits_again_with_its_bytes(store: Store) -> None:
    item = make_item("1", payload=b"\0" * 300_000)
    store.quarantine.keep([make_bad(item)])
    store.replay(item.id)
    assert store.quarantine.ids() == []
    assert [one.item for one in store.items.pending(5, 10**9)] == [item]
    with pytest.raises(DengarError, match="not in quarantine"):
        store.replay(item.id)


def test_a_replay_never_puts_old_contents_over_newer_ones(store: Store) -> None:
    store.save_batch("kotak", [make_item("1", "rusak")])
    (first,) = store.items.pending(5, 10**9)
    store.items.settle([first.order], None)
    store.quarantine.keep([make_bad(first.item)])
    store.save_batch("kotak", [make_item("1", "baik")])
    store.replay(first.item.id)
    (waiting,) = store.items.pending(5, 10**9)
    assert waiting.item == make_item("1", "baik")
    assert waiting.revision == 2


# Leases


def test_a_lease_has_one_holder_until_it_ends(store: Store) -> None:
    first = take_lease(store, "a")
    assert store.leases.take("pipeline", "b", NOW + timedelta(seconds=59), 60) is None
    assert store.leases.holder_of("pipeline", NOW) == "a"
    second = store.leases.take("pipeline", "b", NOW + timedelta(seconds=60), 60)
    assert second is not None
    assert second.token > first.token
    assert store.leases.holder_of("pipeline", NOW + timedelta(seconds=121)) is None


def test_a_renewed_lease_lasts_longer(store: Store) -> None:
    lease = store.leases.renew(take_lease(store), NOW + timedelta(seconds=30), 60)
    assert lease.until == NOW + timedelta(seconds=90)
    assert store.leases.take("pipeline", "other", NOW + timedelta(seconds=89), 60) is None


def test_a_lost_lease_cannot_be_renewed_used_or_given_back(store: Store) -> None:
    lost = take_lease(store, "a")
    kept = store.leases.take("pipeline", "b", NOW + timedelta(seconds=61), 60)
    assert kept is not None
    with pytest.raises(LeaseLost):
        store.leases.renew(lost, NOW, 60)
    with pytest.raises(LeaseLost):
        store.save_changes(Changes(posts=(make_post(),)), lost, NOW)
    store.leases.release(lost)
    assert store.posts.find_all([make_post().id]) == {}
    assert store.leases.holder_of("pipeline", kept.until - timedelta(seconds=1)) == "b"


def test_a_released_lease_is_free_at_once(store: Store) -> None:
    store.leases.release(take_lease(store, "a"))
    assert store.leases.take("pipeline", "b", NOW, 60) is not None


def test_of_threads_that_race_for_a_lease_one_wins(store: Store) -> None:
    for name in ("never held", "ended"):
        if name == "ended":
            store.leases.take(name, "old", NOW - timedelta(hours=1), 1)
        start = threading.Barrier(4)

        def take(holder: str, name: str = name, start: threading.Barrier = start) -> Lease | None:
            start.wait()
            return store.leases.take(name, holder, NOW, 60)

        with ThreadPoolExecutor(4) as pool:
            assert sum(lease is not None for lease in pool.map(take, "abcd")) == 1


# Numbers


def test_numbers_are_unique_over_stores_and_threads(mongo_uri: str, store: Store) -> None:
    other = Store.connect(mongo_uri, store.data.name, key=KEY)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda n: (store, other)[n % 2].numbers.take(NOW), range(800)))
    other.close()
    assert len(set(taken)) == 800
    assert all(number.startswith("DKI-2611-") for number in taken)


def test_numbers_carry_the_month_of_jakarta(store: Store) -> None:
    eve = datetime.fromisoformat("2026-11-30T17:30:00+00:00")
    numbers = [store.numbers.take(at) for at in (NOW, eve, NOW)]
    assert [number[:8] for number in numbers] == ["DKI-2611", "DKI-2612", "DKI-2611"]
    assert len(set(numbers)) == 3


# Posts, reports, events


def make_received(number: str = "DKI-2611-000001", **changes: object) -> Event:
    event = Event(
        report=number, seq=0, kind="received", at=NOW, actor="dengar", category="banjir", title="Banjir",
        urgency="today", confidence=0.8, place=make_place(), voice=make_voice(number=number), gist=("@kemang", "air"),
    )  # fmt: skip
    return event.replace(**changes)


def grow(report: Report, n: int = 1) -> tuple[Report, Event]:
    event = Event(report=report.number, seq=report.version, kind="voice", at=NOW, actor="dengar",
                  voice=make_voice(f"v{report.version}.{n}"))  # fmt: skip
    return fold(report, event), event


def save(store: Store, report: Report, *events: Event, posts: tuple[Post, ...] = ()) -> None:
    store.save_changes(Changes(reports=(report,), events=events, posts=posts), take_lease(store), NOW)


def test_a_report_is_found_by_each_of_its_numbers_and_equals_its_history(store: Store) -> None:
    received = make_received()
    report = fold(None, received)
    save(store, report, received)
    grown, voice = grow(report)
    numbered = voice.replace(voice=make_voice("9", number="DKI-2611-000099"))
    grown = fold(report, numbered)
    save(store, grown, numbered)
    assert store.reports.find("DKI-2611-000001") == store.reports.find("DKI-2611-000099") == grown
    assert fold_all(store.events.of_report(report.number)) == grown
    assert list(store.events.all_in_order()) == [received, numbered]
    assert store.reports.find("DKI-2611-999999") is None
    assert store.reports.find_all([report.number]) == [grown]
    assert store.reports.count() == 1


def test_a_report_changed_by_another_is_not_overwritten_and_nothing_is_half_written(store: Store) -> None:
    received = make_received()
    report = fold(None, received)
    save(store, report, received)
    mine, my_event = grow(report, 1)
    theirs, their_event = grow(report, 2)
    save(store, theirs, their_event)
    store.save_batch("kotak", [make_item("1")])
    order = store.items.pending(1, 1)[0].order
    other = make_received("DKI-2611-000002")
    changes = Changes(
        posts=(make_post("1"),),
        reports=(fold(None, other), mine),
        events=(other, my_event),
        quarantined=(make_bad(make_item("2")),),
        settled=(order,),
    )
    with pytest.raises(LeaseLost):
        store.save_changes(changes, take_lease(store), NOW)
    assert store.reports.find(report.number) == theirs
    assert store.reports.find("DKI-2611-000002") is None
    assert store.posts.find_all([make_post("1").id]) == {}
    assert store.quarantine.ids() == []
    assert len(list(store.events.all_in_order())) == 2
    assert pending_ids(store) == ["1"]


def test_reports_are_found_by_their_traits_and_done_ones_for_some_days(store: Store) -> None:
    received = make_received("DKI-2611-000001", gist=("@satrio", "lubang"))
    report = fold(None, received)
    save(store, report, received)
    assert [one.number for one in store.reports.find_open(report.traits, [], NOW)] == [report.number]
    assert store.reports.find_open(["n 31.74 - @satrio"], [], NOW) == []
    closing = Event(report=report.number, seq=1, kind="state", at=NOW, actor="desk", state="selesai")
    done = fold(report, closing)
    save(store, done, closing)
    assert store.reports.find_open(report.traits, [], NOW) == []
    shelf = (report.kel, report.category)
    assert [one.number for one in store.reports.find_done([shelf], NOW - timedelta(days=1))] == [report.number]
    assert store.reports.find_done([shelf], NOW + timedelta(days=1)) == []
    assert store.reports.find_done([], NOW) == []


def test_open_reports_are_found_by_kelurahan_and_category(store: Store) -> None:
    cases: list[tuple[str, str, State | None]] = [
        ("1", "banjir", None),
        ("2", "macet", None),
        ("3", "banjir", "ditolak"),
    ]
    for number, category, state in cases:
        received = make_received(f"DKI-2611-00000{number}", category=category)
        report = fold(None, received)
        closing = Event(report=report.number, seq=1, kind="state", at=NOW, actor="desk", state=state)
        save(store, *((fold(report, closing), received, closing) if state else (report, received)))
    kel = make_place().kelurahan_code
    assert kel is not None
    assert [one.number for one in store.reports.find_open([], [(kel, "banjir")], NOW)] == ["DKI-2611-000001"]
    assert len(store.reports.find_open([], [(kel, "banjir"), (kel, "macet"), ("_", None)], NOW)) == 2
    assert store.reports.find_open([], [], NOW) == []
    assert store.reports.find_open([], [(kel, "banjir")], NOW + timedelta(days=99)) == []
    assert len(store.reports.newest()) == 3
    assert [one.number for one in store.reports.newest(kel=kel, category="macet")] == ["DKI-2611-000002"]


def test_reports_to_review_are_counted_while_they_are_open(store: Store) -> None:
    received = make_received()
    review = Event(report=received.report, seq=1, kind="review", at=NOW, actor="dengar", reason="Di mana?")
    save(store, fold_all([received, review]), received, review)
    assert store.reports.count_review() == 1


def test_posts_are_found_by_id_report_and_number(store: Store) -> None:
    later = make_post("2", report="DKI-2611-000001", created_at=NOW + timedelta(hours=1))
    first = make_post("1", report="DKI-2611-000001", number="DKI-2611-000007")
    store.posts.save([later, first], None)
    assert store.posts.of_report("DKI-2611-000001") == [first, later]
    assert store.posts.find_number("DKI-2611-000007") == first
    assert store.posts.find_number("DKI-2611-000008") is None
    assert store.posts.find_all([later.id, "nobody"]) == {later.id: later}
    assert store.posts.count() == 2


# Runs, gaps, units, photos


def test_runs_end_crash_and_are_found_newest_first(store: Store) -> None:
    first = Run(id="1", source="kotak", started_at=NOW)
    second = Run(id="2", source="kotak", started_at=NOW + timedelta(hours=1), outcome="done", items=3, cost=0.5)
    store.runs.save(first)
    store.runs.save(second)
    store.runs.close_dead("lain")
    assert store.runs.of_source("kotak") == [second, first]
    store.runs.close_dead("kotak")
    assert [run.outcome for run in store.runs.of_source("kotak")] == ["done", "crashed"]
    assert store.runs.last_by_source() == {"kotak": second}


def test_the_same_gap_is_noted_once(store: Store) -> None:
    gap = Gap(source="surat", since=NOW, until=NOW + timedelta(hours=1), cause="429", noticed_at=NOW)
    store.gaps.note(gap)
    store.gaps.note(gap.replace(cause="503"))
    assert store.gaps.find_open() == [gap.replace(cause="503")]
    store.gaps.note(gap.replace(closed_at=NOW))
    assert store.gaps.find_open() == []


def test_units_are_replaced_by_code(store: Store) -> None:
    unit = Unit(code="dinas:x", name="Satu", kind="dinas")
    store.units.save([unit])
    store.units.save([unit.replace(name="Dua"), unit.replace(code="dinas:y")])
    store.units.save([])
    assert {code: one.name for code, one in store.units.find_all().items()} == {"dinas:x": "Dua", "dinas:y": "Satu"}


def test_a_photo_is_stored_once(store: Store) -> None:
    photo = Photo(data=b"\xff\xd8" * 200_000, media_type="image/jpeg")
    store.media.save([("a", photo), ("a", photo)])
    assert store.media.find("a") == (photo.data, "image/jpeg")
    assert store.media.find("b") is None
    assert store.data["media.files"].count_documents({}) == 1


# Records

TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.timezones())  # noqa: DTZ001  bounds
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    st.builds(Item, channel=WORDS, account=WORDS, native_id=WORDS, collector=WORDS, source=WORDS, media_type=WORDS,
              payload=st.binary(max_size=50), observed_at=TIMES, claimed_at=st.none() | TIMES,
              number=st.none() | WORDS)
    | st.builds(make_post, WORDS, WORDS, author=WORDS, created_at=TIMES, url=st.none() | WORDS,
                geotag=st.none() | st.builds(Point, lat=st.floats(-90, 90), lon=st.floats(-180, 180)),
                flags=st.lists(WORDS, max_size=2).map(tuple))
    | st.builds(make_received, WORDS, place=st.none() | st.builds(make_place, confidence=st.floats(0, 1)),
                routing=st.none() | st.builds(Routing, unit=st.none() | WORDS, respond_by=st.none() | TIMES))
    | st.builds(lambda number, time: fold(None, make_received(number, at=time)), WORDS, TIMES)
)  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
def test_records_come_back_as_they_were_saved(store: Store, record: Item | Post | Event | Report) -> None:
    key = ObjectId()
    store.data["round"].insert_one(to_document(record) | {"_id": key})
    row = store.data["round"].find_one({"_id": key})
    assert row is not None
    assert from_document(row, type(record)) == record
