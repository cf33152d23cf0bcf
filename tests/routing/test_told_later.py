"""A dialogue: somebody writes what is wrong, and tells more in the messages that follow."""

from collections.abc import Mapping
from itertools import count

from made import NOW, make_labels, make_place, make_post, reasons

from dengar.models import Media, Post, Report
from dengar.routing.grouping import OpenReports
from dengar.routing.joining import Joiner
from dengar.routing.rules import Router
from dengar.routing.states import fold_all

PHOTO = Media(id="a", media_type="image/jpeg", size=3)
ASKED = make_post("1", "Jalan berlubang parah", author="a", place=None, flags=("dialogue",))


def answer(native_id: str, text: str = "", author: str = "a", **changes: object) -> Post:
    post = make_post(native_id, text, author=author, place=None, flags=("dialogue",))
    return post.replace(labels=make_labels("bukan_keluhan", is_complaint=False), **changes)


def talk(*posts: Post, latest: Mapping[str, Post] | None = None, reports: tuple[Report, ...] = ()) -> Joiner:
    numbers = count(1)
    joiner = Joiner(
        Router(rules=(), units={}),
        OpenReports(reports),
        lambda _: f"DKI-2611-{next(numbers):06d}",
        known={},
        referenced={},
        latest=latest,
    )
    for post in posts:
        joiner.join(post, post.labels.category if post.labels and post.labels.is_complaint else None)
    return joiner


def only(joiner: Joiner) -> Report:
    (report,) = joiner.touched.values()
    assert fold_all(joiner.events) == report
    return report


def test_a_place_that_is_told_later_becomes_the_reports() -> None:
    joiner = talk(ASKED, answer("2", place=make_place()))
    report = only(joiner)
    assert (report.voices, report.kel, report.place) == (2, "31.74.02.1001", make_place())
    assert [event.kind for event in joiner.events][:2] == ["received", "routed"]
    assert [event.kind for event in joiner.events][3:] == ["voice", "placed", "routed", "review"]
    assert "Lokasi tidak diketahui." not in reasons(report)
    assert [news.kind for news in joiner.news] == ["received", "placed"]


def test_a_photo_that_is_sent_later_joins_and_asks_nothing() -> None:
    joiner = talk(ASKED, answer("2", media=(PHOTO,)))
    assert only(joiner).photos == ("a",)
    assert [news.kind for news in joiner.news] == ["received"]


def test_small_talk_and_other_people_join_nothing() -> None:
    assert only(talk(ASKED, answer("2", "terima kasih min"))).voices == 1
    assert only(talk(ASKED, answer("2", author="b", place=make_place()))).voices == 1


def test_another_complaint_is_another_report() -> None:
    other = make_post("2", "Lampu jalan mati", author="a", labels=make_labels("lampu_jalan"), flags=("dialogue",))
    assert len(talk(ASKED, other).touched) == 2


def test_the_answer_may_come_in_a_later_batch_and_not_after_the_end() -> None:
    report = only(talk(ASKED))
    latest = {"a": ASKED.replace(report=report.number)}
    later = talk(answer("2", place=make_place()), latest=latest, reports=(report,))
    assert later.touched[report.number].kel == "31.74.02.1001"
    closed = talk(answer("2", place=make_place()), latest=latest, reports=(report.replace(state="selesai"),))
    assert closed.touched == {}


def test_a_report_is_ended_once_and_reopened_when_its_source_shows_it_again() -> None:
    report = only(talk(ASKED))
    joiner = talk(reports=(report,))
    joiner.end(report.number, NOW)
    joiner.end(report.number, NOW)
    ended = joiner.touched[report.number]
    assert (ended.state, ended.version) == ("selesai", report.version + 1)
    known = {ASKED.id: ASKED.replace(report=report.number, ended_at=NOW)}
    again = Joiner(Router(rules=(), units={}), OpenReports([ended]), lambda _: "x", known=known, referenced={})
    again.join(ASKED, "jalan_rusak")
    assert again.touched[report.number].state == "dibuka_lagi"
