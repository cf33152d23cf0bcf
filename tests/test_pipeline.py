import io
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from deskwork import find, make_desk, make_staff
from made import NOW, make_item, make_labels
from PIL import Image

from dengar.answering import Answering
from dengar.classify import Classifier
from dengar.geocode import Locator
from dengar.mask import mask
from dengar.models import Draft, Event, Item, Labels, Located, Media, Photo, Point, Post, Report
from dengar.pipeline import Pipeline, make_post, pseudonym
from dengar.routing import commands as do
from dengar.routing.rules import BUILT_IN, load_rules
from dengar.routing.states import fold_all
from dengar.routing.units import make_units
from dengar.store import Store
from dengar.wiring import category_codes
from dengar.working import Working

KEY = b"sixteen letters!"

HOLE = "Jalan berlubang parah di Jl. Kemang Raya Kelurahan Bangka, banyak motor jatuh"
HOLE_AGAIN = "tolong lubang di Jl Kemang Raya kel Bangka itu ditambal, motor jatuh terus"
FLOOD = "Banjir setinggi lutut di Kelurahan Kampung Melayu sejak subuh, rumah warga terendam"
WASTE = "Sampah menumpuk dua minggu tidak diangkut di Kelurahan Menteng Atas, baunya menyengat"
CHAT = "Selamat pagi semua, semangat bekerja ya teman-teman"


@cache
def locator() -> Locator:
    return Locator()


@cache
def classifier(folder: Path) -> Classifier:
    return Classifier.load(folder)


def make_working(
    store: Store, model_dir: Path, labels: "Labelling | None" = None, answering: Answering | None = None
) -> Working:
    units = {unit.code: unit for unit in make_units(locator().areas)}
    pipeline = Pipeline(
        store=store,
        classifier=labels or classifier(model_dir),
        locator=locator(),
        router=load_rules(BUILT_IN, set(category_codes().values()), units),
        categories=category_codes(),
        author_key=KEY,
        answering=answering,
    )
    return Working(store, pipeline, lambda: NOW, "me")


class Labelling:
    """A classifier that breaks on the texts which hold a word."""

    def __init__(self, word: str) -> None:
        self.word = word

    def label(self, texts: Sequence[str]) -> list[Labels]:
        if any(self.word in text for text in texts):
            raise ZeroDivisionError(self.word)
        return [make_labels() for _ in texts]


@pytest.fixture
def working(store: Store, model_dir: Path) -> Working:
    return make_working(store, model_dir)


def hear(store: Store, working: Working, *items: Item) -> list[Post | None]:
    store.save_batch("kotak", items)
    working.drain()
    assert store.items.count_pending() == 0
    found = store.posts.find_all([make_post_id(item) for item in items])
    return [found.get(make_post_id(item)) for item in items]


def make_post_id(item: Item) -> str:
    from dengar.models import post_id

    return post_id(item.id)


def make_rows(**row: object) -> Item:
    return make_item(str(row.get("id", "1")), payload=json.dumps(row).encode())


def all_reports(store: Store) -> list[Report]:
    return store.reports.newest(100_000)


def check_books(store: Store) -> None:
    """Hold what must always be true: every report is the fold of its events, and its voices are its posts."""
    events: dict[str, list[Event]] = {}
    for event in store.events.all_in_order():
        events.setdefault(event.report, []).append(event)
    assert {number: fold_all(some) for number, some in events.items()} == {
        one.number: one for one in all_reports(store)
    }
    for report in all_reports(store):
        assert report.voices == len(store.posts.of_report(report.number))


def test_complaints_become_routed_reports_and_chat_does_not(store: Store, working: Working) -> None:
    hole, flood, waste, chat = hear(
        store, working, *(make_item(str(n), text) for n, text in enumerate([HOLE, FLOOD, WASTE, CHAT]))
    )
    assert hole is not None
    assert flood is not None
    assert waste is not None
    assert chat is not None
    assert chat.report is None
    found = {post: store.reports.find(post.report or "") for post in (hole, flood, waste)}
    told = {report.category: report for report in found.values() if report}
    assert set(told) == {"jalan_rusak", "banjir", "sampah"}
    assert {category: report.unit for category, report in told.items()} == {
        "jalan_rusak": "sudin:bina_marga:31.74",
        "banjir": "sudin:sda:31.75",
        "sampah": "sudin:lh:31.74",
    }
    assert told["banjir"].place is not None
    assert told["banjir"].place.kelurahan == "Kampung Melayu"
    assert told["banjir"].routing.respond_by == NOW + timedelta(hours=24)
    assert all(report.state == "menunggu" and not report.needs_review for report in told.values())
    check_books(store)


def test_two_people_with_one_problem_are_one_report_with_two_voices(store: Store, working: Working) -> None:
    first, second = hear(
        store,
        working,
        make_rows(id=1, text=HOLE, nama="Siti"),
        make_rows(id=2, text=HOLE_AGAIN, nama="Budi", tanggal="2026-11-20T12:00:00+07:00"),
    )
    assert first is not None
    assert second is not None
    assert first.report == second.report is not None
    (report,) = all_reports(store)
    assert (report.voices, len(report.authors)) == (2, 2)
    check_books(store)


def test_a_later_batch_joins_what_an_earlier_one_opened(store: Store, working: Working) -> None:
    hear(store, working, make_item("1", HOLE))
    hear(store, working, make_item("2", HOLE_AGAIN))
    assert [report.voices for report in all_reports(store)] == [2]
    check_books(store)


def test_a_mail_becomes_a_report(store: Store, working: Working) -> None:
    mail = (
        "From: Siti Aminah <siti@example.id>\r\nTo: aduan@example.id\r\nSubject: Lampu jalan padam\r\n"
        "Message-ID: <1@example.id>\r\nDate: Fri, 20 Nov 2026 08:00:00 +0700\r\n\r\n"
        "Lampu penerangan jalan di Kelurahan Petamburan padam semua sejak Senin.\r\nHP 081234567890\r\n"
    )
    (post,) = hear(
        store, working, make_item("<1@example.id>", payload=mail.encode(), media_type="message/rfc822", channel="email")
    )
    assert post is not None
    assert post.report is not None
    assert "[telepon]" in post.text
    report = store.reports.find(post.report)
    assert report is not None
    assert (report.category, report.unit) == ("penerangan_jalan", "sudin:bina_marga:31.71")


def test_personal_data_is_stored_nowhere_but_in_the_raw_item(store: Store, working: Working) -> None:
    secrets = ["3174051208900001", "081234567890", "siti@example.id", "B 1234 XYZ"]
    row = {
        "text": f"{HOLE} {' '.join(secrets)}",
        "nama": secrets[1],
        "lokasi": f"dekat {secrets[1]}",
        "kategori": secrets[0],
    }
    hear(store, working, make_rows(**row))
    kept = repr([list(store.data[name].find()) for name in ("posts", "reports", "events")])
    for secret in secrets:
        assert secret not in kept
    assert "Kemang" in kept


def test_what_breaks_its_parser_is_put_aside_with_everything_and_the_rest_goes_on(
    store: Store, working: Working
) -> None:
    good = make_item("good", HOLE)
    bad = [
        make_item("1", payload=b"no JSON"),
        make_item("2", payload=b"{}"),
        make_item("3", HOLE, collector="fax"),
        make_item("4", HOLE, collector="protocol"),
        make_item("5", payload=b"", media_type="message/rfc822", collector="form"),
    ]
    posts = hear(store, working, bad[0], bad[1], good, *bad[2:])
    assert [post.item_id for post in posts if post] == [good.id]
    entries = {entry.item.native_id: entry for entry in store.quarantine.find_all()}
    assert [entries[item.native_id].item for item in bad] == bad
    assert "cannot be read" in entries["1"].reason
    assert "no text" in entries["2"].reason
    assert "fax" in entries["3"].reason
    assert "Traceback" in entries["3"].traceback
    check_books(store)


def test_a_text_that_breaks_the_judgement_is_put_aside_alone(store: Store, model_dir: Path) -> None:
    working = make_working(store, model_dir, Labelling("mogok"))
    posts = hear(store, working, *(make_item(str(n), "mogok" if n in {3, 7} else HOLE) for n in range(11)))
    assert [n for n, post in enumerate(posts) if post is None] == [3, 7]
    assert sorted(entry.item.native_id for entry in store.quarantine.find_all()) == ["3", "7"]
    assert all("ZeroDivisionError" in entry.reason for entry in store.quarantine.find_all())


ODD = ["\ud800 " + HOLE, "a\0b " + HOLE, "\U0001f30a" * 50, "\u202e" + HOLE, " ".join(["banjir"] * 3000), "...", "1"]


def test_odd_texts_never_stop_the_queue(store: Store, working: Working) -> None:
    rows: list[dict[str, object]] = [
        {"id": n, "text": text, "url": text, "lokasi": text, "kategori": text, "in_reply_to": text, "nama": text}
        for n, text in enumerate(ODD)
    ]
    posts = hear(store, working, *(make_rows(**row) for row in rows), make_rows(id="x", text=HOLE, url="u" * 5_000_000))
    assert all(posts)
    check_books(store)


def test_odd_characters_from_markup_never_stop_the_queue(store: Store, working: Working) -> None:
    entry = "<rss><channel><item><title>&amp;#xD800; Banjir &amp;#0; di sini</title></item></channel></rss>"
    head = b"Subject: =?utf-8?q?=ED=A0=80?= \xff\nFrom: \xed\xa0\x80 <a@b>\nContent-Type: text/html\n\n"
    mail = head + b"&#xD800; Banjir \xed\xa0\x80"
    hear(
        store,
        working,
        make_item("1", payload=entry.encode(), collector="feed", media_type="application/xml"),
        make_item("2", payload=mail, media_type="message/rfc822"),
    )
    assert store.posts.count() == 2


def test_replaying_everything_changes_nothing(store: Store, working: Working) -> None:
    items = [make_item(str(n), text) for n, text in enumerate([HOLE, HOLE_AGAIN, FLOOD, CHAT])]
    hear(store, working, *items, make_item("bad", payload=b"no JSON"))
    before = [sorted(store.data[name].find(), key=repr) for name in ("posts", "reports", "events")]
    for item in items:
        store.items.put_back(item)
    store.replay("berkas:berkas:bad")
    working.drain()
    assert [sorted(store.data[name].find(), key=repr) for name in ("posts", "reports", "events")] == before
    assert store.quarantine.ids() == ["berkas:berkas:bad"]


def test_an_edited_item_keeps_its_report(store: Store, working: Working) -> None:
    (first,) = hear(store, working, make_item("1", HOLE))
    (edited,) = hear(store, working, make_item("1", HOLE + ". Sudah saya foto."))
    assert first is not None
    assert edited is not None
    assert (edited.report, edited.revision) == (first.report, 2)
    assert "foto" in edited.text
    assert [report.voices for report in all_reports(store)] == [1]
    check_books(store)


def test_a_repost_joins_the_report_of_its_original(store: Store, working: Working) -> None:
    hear(store, working, make_item("1", HOLE))
    (repost,) = hear(store, working, make_rows(id=2, text="RT @siti: baca ini dong", repost_of="1"))
    assert repost is not None
    assert repost.report == all_reports(store)[0].number
    check_books(store)


def test_the_reporters_own_category_counts_where_the_text_says_too_little(store: Store, working: Working) -> None:
    row = {"text": "Mohon ditindaklanjuti ya pak, terima kasih", "kategori": "Banjir", "number": "1"}
    item = make_rows(**row).replace(collector="webhook", number="DKI-2611-000700")
    (post,) = hear(store, working, item)
    assert post is not None
    report = store.reports.find("DKI-2611-000700")
    assert report is not None
    assert report.number == post.report == "DKI-2611-000700"
    if post.labels is not None and (post.labels.abstained or not post.labels.is_complaint):
        assert report.category == "banjir"
    assert report.needs_review


def test_photos_are_cleaned_and_shown_with_the_report(store: Store, working: Working) -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "gray").save(out, "JPEG")
    part = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    fields = part % (b"text", b"", HOLE.encode()) + part % (b"foto", b'; filename="a.jpg"', out.getvalue()) + b"--b--"
    item = make_item(payload=fields, media_type="multipart/form-data; boundary=b", collector="form", channel="form")
    (post,) = hear(store, working, item)
    assert post is not None
    (media,) = post.media
    kept = store.media.find(media.id)
    assert kept is not None
    assert (len(kept[0]), kept[1]) == (media.size, "image/jpeg")
    assert all_reports(store)[0].photos == (media.id,)


def test_a_post_hides_its_author_behind_a_keyed_pseudonym() -> None:
    assert pseudonym("x:siti", KEY) == pseudonym("x:siti", KEY) != pseudonym("x:siti", b"another key")
    assert re.fullmatch(r"[0-9a-f]{20}", pseudonym("\ud800", KEY))


def test_a_draft_becomes_a_post_field_by_field() -> None:
    from dengar.models import Pending

    photo = Photo(data=b"123", media_type="image/jpeg")
    draft = Draft(
        text="NIK 3174051208900001", author="Siti", created_at=NOW, geotag=Point(lat=-6.2, lon=106.8), flags=("a",)
    )
    pending = Pending(item=make_item("7", number="N"), order="0", revision=3)
    post = make_post(pending, draft, [("digest", photo)], KEY)
    assert post.text == mask(draft.text)
    assert post.author == pseudonym("berkas:siti", KEY)
    assert (post.revision, post.number, post.flags) == (3, "N", ("a",))
    assert post.media == (Media(id="digest", media_type="image/jpeg", size=3),)
    nameless = [make_post(pending.replace(item=make_item(n)), draft.replace(author=""), [], KEY) for n in "12"]
    assert nameless[0].author != nameless[1].author


def test_an_empty_batch_is_no_work(store: Store, working: Working) -> None:
    assert working.drain() == 0
    located: list[Located] = locator().locate([])
    assert located == []


def test_a_report_ends_when_all_its_sources_say_so_and_begins_again(store: Store, working: Working) -> None:
    first, second = make_item("1", HOLE), make_item("2", HOLE_AGAIN)
    hear(store, working, first, second)
    (before,) = all_reports(store)
    assert before.voices == 2
    hear(store, working, first.replace(kind="ended", payload=b""))
    assert all_reports(store) == [before]
    hear(store, working, second.replace(kind="ended", payload=b""))
    (ended,) = all_reports(store)
    assert (ended.state, ended.voices) == ("selesai", 2)
    hear(store, working, second.replace(observed_at=NOW + timedelta(hours=2)))
    (again,) = all_reports(store)
    assert (again.state, again.voices) == ("dibuka_lagi", 2)
    check_books(store)


def test_a_duplicate_that_has_not_ended_keeps_the_report_open(store: Store, working: Working) -> None:
    first, second = make_item("1", HOLE), make_item("2", FLOOD)
    hear(store, working, first, second)
    winner, loser = all_reports(store)
    make_desk(store).act(make_staff(), loser.number, do.Merge(into=winner.number))
    mine, other = (first, second) if HOLE.startswith(winner.title[:10]) else (second, first)
    hear(store, working, mine.replace(kind="ended", payload=b""))
    assert find(store, winner.number).state == "menunggu"
    hear(store, working, other.replace(kind="ended", payload=b""))
    assert find(store, winner.number).state == "selesai"


def test_the_end_of_the_unknown_is_nothing(store: Store, working: Working) -> None:
    hear(store, working, make_item("1", HOLE, kind="ended", payload=b""))
    assert (store.posts.count(), store.reports.count(), store.quarantine.count()) == (0, 0, 0)


def test_an_edit_changes_the_post_and_the_title_it_gave(store: Store, working: Working) -> None:
    item = make_item("1", HOLE)
    hear(store, working, item)
    hear(store, working, make_item("1", FLOOD, kind="edit"))
    (report,) = all_reports(store)
    (post,) = store.posts.of_report(report.number)
    assert post.text == FLOOD
    assert report.title.startswith("Banjir setinggi lutut")
    check_books(store)
