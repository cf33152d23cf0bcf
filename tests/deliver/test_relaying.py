"""What happened reaches everyone who must hear of it, whatever breaks in between."""

from datetime import timedelta
from typing import Any

import pytest
from made import NOW, make_item, make_post
from outboxes import UNIT, Clock, event, happen, hook, open_report, relay

from dengar.answering import Answering
from dengar.models import OutboxMessage, Pause, Post
from dengar.routing.states import fold_all
from dengar.store import Store
from dengar.store.migrations import MIGRATIONS, deliveries

HOOK = hook("http://127.0.0.1:9/")


def kinds(store: Store, target: str = "kait") -> list[str]:
    return [one.kind for one in sorted(store.deliveries.find_all("waiting", target), key=lambda one: one.seq)]


def test_every_event_becomes_one_delivery_for_each_target_that_wants_it(store: Store) -> None:
    report = open_report(store)
    mail_like = hook("http://127.0.0.1:9/", "kedua", events=("routed",))
    assert relay(store, HOOK, mail_like) == 2
    happen(store, report, event("note", reason="x"))
    assert relay(store, HOOK, mail_like) == 1
    assert relay(store, HOOK, mail_like) == 0
    assert (kinds(store), kinds(store, "kedua")) == (["received", "routed", "note"], ["routed"])


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"units": [UNIT]}, 2),
        ({"units": ["kel:31.74.02.1002"]}, 0),
        ({"categories": ["jalan_rusak"]}, 2),
        ({"categories": ["banjir"]}, 0),
        ({"enabled": False}, 0),
    ],
)
def test_a_target_gets_what_its_section_names(store: Store, section: dict[str, Any], told: int) -> None:
    open_report(store)
    relay(store, hook("http://127.0.0.1:9/", **section))
    assert len(kinds(store)) == told


def test_a_batch_that_was_not_kept_is_read_again_and_doubles_nothing(store: Store) -> None:
    relay(store, HOOK)
    report = open_report(store)
    seen = [event.kind for happened in store.relays.read() for event in happened.events]
    assert seen == ["received", "routed"]
    assert relay(store, HOOK) == 2
    happen(store, report, event("note"))
    store.data["deliveries"].delete_many({"kind": "note"})
    assert relay(store, HOOK) == 1
    assert kinds(store) == ["received", "routed", "note"]


@pytest.mark.parametrize("token", [None, {"_data": "82" + "00" * 30}, {"_data": "nonsense"}, {"other": 1}])
def test_a_lost_place_in_the_stream_is_made_good_by_the_versions(store: Store, token: dict[str, object] | None) -> None:
    reports = [open_report(store, f"DKI-2611-00000{number}") for number in range(3)]
    assert relay(store, HOOK) == 6
    # told by a post that was written long ago: its time says nothing of when it was stored
    happen(store, reports[1], event("note", at=NOW - timedelta(days=9)), event("note"))
    store.data["relays"].update_one({"_id": "relay"}, {"$set": {"token": token}} if token else {"$unset": {"token": 1}})
    open_report(store, "DKI-2611-000009")
    assert relay(store, HOOK) == 4
    happen(store, reports[2], event("note"))
    assert relay(store, HOOK) == 1
    assert len(kinds(store)) == 11


def test_what_happened_before_the_outbox_was_there_is_told_to_nobody(store: Store) -> None:
    report = open_report(store)
    store.data["meta"].update_one({"_id": "schema"}, {"$set": {"version": MIGRATIONS.index(deliveries)}})
    Store.connect(f"{store_uri(store)}", store.data.name, key=b"k").close()
    happen(store, report, event("note"))
    relay(store, HOOK)
    assert kinds(store) == ["note"]


def store_uri(store: Store) -> str:
    address = next(iter(store.data.client.nodes))
    host, port = address
    return f"mongodb://{host.replace('/', '%2F') if port is None else f'{host}:{port}'}/?directConnection=true"


def test_blanked_events_are_no_news(store: Store) -> None:
    open_report(store)
    relay(store, HOOK)
    blanked = event("received", category="x", title="", urgency="routine", voice=None)
    store.data["events"].replace_one({"_id": "DKI-2611-000001:0"}, {"title": "", "report": blanked.report, "seq": 0})
    assert relay(store, HOOK) == 0


ANSWERING = Answering(sources={"kotak"}, address="https://d.example")


def save_posts(store: Store, *posts: Post) -> None:
    with store.data.client.start_session() as session:
        store.posts.save([post.replace(report="DKI-2611-000001") for post in posts], session)


def told(store: Store) -> list[OutboxMessage]:
    found = []
    while message := store.outbox.take(NOW, ["kotak"]):
        found.append(message)
    return found


def test_authors_are_told_once_of_the_life_of_their_report(store: Store) -> None:
    report = open_report(store)
    two = make_post("2", author="author of 1", created_at=NOW + timedelta(minutes=5))
    save_posts(store, make_post("1"), two, make_post("3"), make_post("4", source="diam"))
    happen(
        store,
        report,
        event("paused", pause=Pause(since=NOW, until=NOW + timedelta(days=3), question="Rumah nomor berapa")),
        event("state", state="selesai", reason="Sudah ditambal"),
        event("state", state="dibuka_lagi", reason="Belum rata"),
        event("state", state="ditolak", reason="Jalan pribadi"),
    )
    assert relay(store, answering=ANSWERING) == 6
    messages = told(store)
    assert sorted({one.item_id for one in messages}) == [make_item("2").id, make_item("3").id]
    words = sorted({one.text.partition(" Pantau")[0] for one in messages})
    assert words == [
        "Laporan DKI-2611-000001 dibuka lagi dan ditangani kembali: Belum rata.",
        "Laporan DKI-2611-000001 dinyatakan selesai: Sudah ditambal. Bila masalahnya masih ada, mohon balas pesan ini.",
        "Mohon maaf, laporan DKI-2611-000001 tidak dapat kami tindak lanjuti: Jalan pribadi.",
        "Untuk laporan DKI-2611-000001 petugas bertanya: Rumah nomor berapa. Mohon balas pesan ini.",
    ]
    assert len(messages) == 8


def test_a_lost_place_tells_no_author_twice_also_when_they_wrote_again(store: Store) -> None:
    report = open_report(store)
    save_posts(store, make_post("1"))
    happen(store, report, event("state", state="selesai", actor="dengar", reason="Sumbernya menyatakan selesai"))
    relay(store, answering=ANSWERING)
    save_posts(store, make_post("2", author="author of 1", created_at=NOW + timedelta(minutes=5)))
    for name in ("relays", "relayed"):
        store.data[name].delete_many({})
    assert relay(store, answering=ANSWERING) == 3
    (message,) = told(store)
    assert "Sumbernya" not in message.text


def test_those_who_wrote_to_a_duplicate_hear_of_the_report_that_goes_on(store: Store) -> None:
    other = open_report(store, "DKI-2611-000002")
    report = open_report(store)
    with store.data.client.start_session() as session:
        store.posts.save([make_post("7", report=other.number)], session)
    history = store.events.of_report(report.number)
    assert fold_all(history) == report
    tally = event("merged", related=other.number)
    merged = report.replace(merged=(other.number,), version=3)
    with store.data.client.start_session() as session:
        store.reports.save([merged], [tally], session)
        store.events.append([tally.replace(seq=2)], session)
    happen(store, merged, event("state", state="selesai"))
    relay(store, answering=ANSWERING)
    assert [one.item_id for one in told(store)] == [make_item("7").id]


def test_the_relay_stops_after_some_seconds_and_goes_on_where_it_was(store: Store) -> None:
    from dengar.relaying import Relaying

    for number in range(120):
        open_report(store, f"DKI-2611-{number:06}")
    ticks = iter(range(0, 1000, 20))
    relaying = Relaying(store, [HOOK], Answering(), Clock(), timer=lambda: next(ticks))
    counts = [relaying.run() for _ in range(4)]
    assert sum(counts) == 240
    assert counts[0] == 200
    assert store.data["deliveries"].count_documents({}) == 240
