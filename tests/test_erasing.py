"""Deletion, end to end: a real store, real judgement, messages of the `files` collector."""

import base64
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from deskwork import find, make_desk, make_staff
from made import NOW, make_item
from PIL import Image
from test_pipeline import FLOOD, HOLE, HOLE_AGAIN, check_books, make_working

from dengar.erasing import erase_author, make_tombstone
from dengar.models import Item, Quarantined
from dengar.rebuilding import rebuild
from dengar.routing import commands as do
from dengar.store import Store
from dengar.working import Working

AUTHOR_KEY = b"sixteen letters!"  # the one of make_working


@pytest.fixture
def working(store: Store, model_dir: Path) -> Working:
    return make_working(store, model_dir)


def row(native_id: str, text: str, author: str, **changes: Any) -> Item:  # noqa: ANN401
    payload = json.dumps({"id": native_id, "text": text, "author": author}).encode()
    return make_item(native_id, payload=payload, **changes)


def hear(store: Store, working: Working, *items: Item) -> None:
    store.save_batch("kotak", items)
    working.drain()
    assert store.items.count_pending() == 0
    check_books(store)


def tombstone(item: Item) -> Item:
    return make_tombstone(item.id, "kotak", NOW + timedelta(hours=1))


def everything(store: Store) -> str:
    """Give all that is stored, as text, to look for what must be gone."""
    rows = [str(row) for name in store.data.list_collection_names() for row in store.data[name].find()]
    return "\n".join(rows)


FIRST = row("1", HOLE + " kata budi", "budi")
SECOND = row("2", HOLE_AGAIN + " kata siti", "siti")


def test_a_deleted_voice_leaves_the_report_to_the_others(store: Store, working: Working) -> None:
    hear(store, working, FIRST, SECOND)
    (before,) = store.reports.newest()
    assert (before.voices, len(before.authors)) == (2, 2)
    hear(store, working, tombstone(SECOND))
    (after,) = store.reports.newest()
    assert (after.voices, len(after.authors), after.state) == (1, 1, "menunggu")
    assert (after.title, after.place, after.unit) == (before.title, before.place, before.unit)
    assert "siti" not in everything(store)
    assert "kotak" in everything(store)


def test_when_the_first_voice_is_deleted_the_next_one_speaks_for_the_report(store: Store, working: Working) -> None:
    hear(store, working, FIRST, SECOND)
    hear(store, working, tombstone(FIRST))
    (report,) = store.reports.newest()
    assert report.title.startswith("tolong lubang di Jl Kemang Raya")
    assert report.voices == 1
    assert "budi" not in everything(store)
    hear(store, working, tombstone(SECOND))
    (report,) = store.reports.newest()
    assert (report.title, report.voices, report.authors, report.state) == ("", 0, (), "ditolak")
    assert "siti" not in everything(store)
    assert "lubang" not in everything(store)


def test_both_deleted_at_once_close_the_report(store: Store, working: Working) -> None:
    hear(store, working, FIRST, SECOND)
    hear(store, working, tombstone(FIRST), tombstone(SECOND))
    (report,) = store.reports.newest()
    assert (report.voices, report.state) == (0, "ditolak")


def test_reading_the_source_again_does_not_bring_a_message_back(store: Store, working: Working) -> None:
    hear(store, working, FIRST)
    hear(store, working, tombstone(FIRST))
    hear(store, working, FIRST, tombstone(FIRST))
    assert store.posts.count() == 0
    assert store.items.find(FIRST.id) is None
    assert "budi" not in everything(store)


def test_a_message_deleted_before_it_came_never_comes(store: Store, working: Working) -> None:
    hear(store, working, tombstone(FIRST))
    hear(store, working, FIRST)
    assert store.posts.count() == 0


def test_what_was_deleted_while_it_waited_is_never_judged(store: Store, working: Working) -> None:
    store.save_batch("kotak", [FIRST])
    hear(store, working, tombstone(FIRST))
    assert (store.posts.count(), store.reports.count()) == (0, 0)


def test_large_payloads_and_quarantined_bytes_go_too(store: Store, working: Working) -> None:
    large = row("7", FLOOD + " " + "a" * 300_000, "budi")
    bad = make_item("8", payload=b"budi wrote this and it is no JSON")
    store.quarantine.keep([Quarantined(item=bad, reason="rusak", at=NOW)])
    hear(store, working, large)
    assert store.data["payloads.files"].count_documents({}) == 1
    hear(store, working, tombstone(large), tombstone(bad))
    assert store.data["payloads.files"].count_documents({}) == 0
    assert store.quarantine.count() == 0
    assert "budi" not in everything(store)


def test_its_photo_goes_with_a_message_unless_another_one_shows_it(store: Store, working: Working) -> None:
    forms = [form(n, text) for n, text in enumerate((HOLE, HOLE_AGAIN), start=1)]
    hear(store, working, *forms)
    (report,) = store.reports.newest()
    (photo,) = report.photos
    hear(store, working, tombstone(forms[0]))
    assert store.reports.newest()[0].photos == (photo,)
    assert store.media.find(photo) is not None
    hear(store, working, tombstone(forms[1]))
    assert store.reports.newest()[0].photos == ()
    assert store.media.find(photo) is None


def form(n: int, text: str) -> Item:
    """Give a submission of the web form with the one photo that all of these have."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "gray").save(out, "JPEG")
    body = json.dumps({"text": text, "foto": base64.b64encode(out.getvalue()).decode()}).encode()
    return make_item(f"form-{n}", payload=body, collector="form", media_type="application/json")


def test_a_person_is_erased_from_every_channel_and_is_told_what_that_touched(store: Store, working: Working) -> None:
    bad = make_item("9", payload=b"{broken, by Budi")
    store.quarantine.keep([Quarantined(item=bad, reason="rusak", at=NOW)])
    hear(store, working, FIRST, SECOND, row("3", FLOOD, "Budi", channel="sms"))
    store.save_batch("kotak", [row("4", "Lampu mati", "budi")])
    touched = erase_author(store, "BUDI", store.posts.channels(), AUTHOR_KEY, NOW)
    working.drain()
    check_books(store)
    assert touched.posts == {"berkas": 1, "sms": 1}
    assert (len(touched.reports), touched.waiting, touched.quarantined) == (2, 1, 1)
    assert "budi" not in everything(store).lower()
    assert store.posts.count() == 1


def test_another_author_is_left_alone(store: Store, working: Working) -> None:
    hear(store, working, FIRST, SECOND)
    touched = erase_author(store, "bud", ["berkas"], AUTHOR_KEY, NOW)
    working.drain()
    assert touched.posts == {}
    assert store.posts.count() == 2


def test_a_hash_without_the_key_tells_nothing(store: Store, mongo_uri: str) -> None:
    store.erased.keep([FIRST.id], NOW)
    other = Store.connect(mongo_uri, store.data.name, key=b"another key of the tests")
    assert other.erased.leave_out([FIRST]) == [FIRST]
    assert store.erased.leave_out([FIRST]) == []
    other.close()


def test_a_voice_that_a_merge_lent_is_forgotten_by_both(store: Store, working: Working) -> None:
    other = row("3", FLOOD + " kata tuti", "tuti")
    hear(store, working, FIRST, SECOND, other)
    winner, loser = sorted(store.reports.newest(), key=lambda report: -report.voices)
    desk = make_desk(store)
    desk.act(make_staff(), loser.number, do.Merge(into=winner.number))
    lent = store.posts.of_report(loser.number)[0].author
    assert lent in everything(store)
    store.save_batch("kotak", [tombstone(other)])
    working.drain()
    after = find(store, winner.number)
    assert (after.voices, lent in after.authors) == (2, False)
    assert lent not in everything(store)
    assert "tuti" not in everything(store)
    desk.act(make_staff(), loser.number, do.Unmerge())
    assert find(store, winner.number).voices == 2
    assert rebuild(store, write=False).differing == ()


def test_a_voice_that_was_split_off_is_forgotten_by_both(store: Store, working: Working) -> None:
    hear(store, working, FIRST, SECOND)
    (report,) = store.reports.newest()
    moved = store.posts.of_report(report.number)[1]
    desk = make_desk(store)
    desk.act(make_staff(), report.number, do.Split(posts=(moved.id,)))
    store.save_batch("kotak", [tombstone(SECOND)])
    working.drain()
    assert moved.author not in everything(store)
    assert "siti" not in everything(store)
    states = {one.number: (one.state, one.voices) for one in store.reports.newest()}
    assert states.pop(report.number) == ("menunggu", 1)
    assert list(states.values()) == [("ditolak", 0)]
    assert rebuild(store, write=False).differing == ()
