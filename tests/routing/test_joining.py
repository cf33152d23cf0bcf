from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import count

import pytest
from made import NOW, make_labels, make_place, make_post, reasons

from dengar.models import Media, Mention, Point, Post, Report
from dengar.routing.gist import make_gist, metres
from dengar.routing.grouping import OpenReports
from dengar.routing.joining import Joiner, is_reportable, make_title, reference, references
from dengar.routing.rules import Router
from dengar.routing.states import fold_all
from dengar.routing.timing import LASTING
from dengar.routing.traits import kelurahan


class City:
    """Joins posts one after another, as batches of one or of many."""

    def __init__(self, reports: Iterable[Report] = (), known: Mapping[str, Post] | None = None) -> None:
        numbers = count(1)
        self.joiner = Joiner(
            Router(rules=(), units={}),
            OpenReports(reports),
            lambda _: f"DKI-2611-{next(numbers):06d}",
            known=known or {},
            referenced={reference(post.item_id): post for post in (known or {}).values()},
        )

    def hear(self, *posts: Post) -> list[str | None]:
        return [self.joiner.join(post, post.labels.category if post.labels else None).report for post in posts]


def say(native_id: str, text: str, street: str = "", category: str = "jalan_rusak", **changes: object) -> Post:
    mentions: Sequence[Mention] = ()
    if street:
        start = text.index(street)
        mentions = (Mention(start=start, end=start + len(street), text=street, type="street"),)
    post = make_post(native_id, text, labels=make_labels(category), mentions=mentions)
    return post.replace(**changes)


def point(lat: float, lon: float) -> dict[str, object]:
    return {"place": make_place(lat=lat, lon=lon, precision="point"), "geotag": Point(lat=lat, lon=lon)}


HOLE = say("1", "Lubang besar di Jl Dr Satrio depan halte, motor jatuh", "Jl Dr Satrio")


def are_one(*posts: Post) -> bool:
    numbers = City().hear(*posts)
    assert all(numbers)
    return len(set(numbers)) == 1


def test_the_same_problem_in_the_same_street_is_one_report() -> None:
    assert are_one(HOLE, say("2", "min, lubang di Jl. Dr. Satrio makin dalam, bahaya", "Jl. Dr. Satrio"))


def test_points_near_each_other_with_related_words_are_one_report() -> None:
    here, near = point(-6.2200, 106.8300), point(-6.2210, 106.8305)
    assert are_one(
        say("1", "Aspal berlubang dalam sekali").replace(**here),
        say("2", "Jalanan berlubang, ban pecah").replace(**near),
    )


def test_points_near_each_other_over_the_border_of_a_cell_are_one_report() -> None:
    for step in range(12):
        here = point(-6.22 + step * 0.0002, 106.83 + step * 0.0002)
        near = point(-6.22 + step * 0.0002 + 0.0008, 106.83 + step * 0.0002 + 0.0008)
        assert are_one(say("1", "Aspal berlubang").replace(**here), say("2", "jalan berlubang").replace(**near))


def test_points_far_apart_are_two_reports() -> None:
    here, far = point(-6.2200, 106.8300), point(-6.2260, 106.8300)
    assert not are_one(
        say("1", "Aspal berlubang dalam sekali").replace(**here),
        say("2", "Jalanan berlubang, ban pecah").replace(**far),
    )


def test_two_problems_in_one_street_are_two_reports() -> None:
    trees = say("2", "Pohon tumbang menutup Jl Dr Satrio", "Jl Dr Satrio", "pohon_tumbang")
    ramp = say("3", "Tanjakan parkir ambles dekat apotek Jl Dr Satrio arah Casablanca", "Jl Dr Satrio")
    assert not are_one(HOLE, trees)
    assert not are_one(HOLE, ramp)


def test_the_same_words_in_another_kelurahan_are_two_reports() -> None:
    assert not are_one(HOLE, HOLE.replace(id="x", place=make_place("31.71.01.1001")))


def test_an_old_problem_is_not_joined_and_a_flood_is_old_after_a_day() -> None:
    assert are_one(HOLE, HOLE.replace(id="x", created_at=NOW + LASTING))
    assert not are_one(HOLE, HOLE.replace(id="x", created_at=NOW + LASTING + timedelta(seconds=1)))
    flood = say("1", "Banjir di Jl Dr Satrio setinggi lutut", "Jl Dr Satrio", "banjir")
    assert are_one(flood, flood.replace(id="x", created_at=NOW + timedelta(hours=23)))
    assert not are_one(flood, flood.replace(id="x", created_at=NOW + timedelta(hours=25)))


def test_a_late_delivery_joins_as_well() -> None:
    assert are_one(HOLE, HOLE.replace(id="x", created_at=NOW - timedelta(days=3)))


def test_the_same_text_joins_without_a_place() -> None:
    text = "Lampu jalan padam semua sepanjang perempatan sampai pasar, rawan begal"
    assert are_one(say("1", text, place=None), say("2", text + " !!", place=None))
    assert not are_one(say("1", text, place=None), say("2", "Lampu jalan padam di dekat rumah saya", place=None))


def test_a_short_word_list_is_no_proof() -> None:
    assert not are_one(say("1", "Tolong segera", place=None), say("2", "Mohon dibantu", place=None))


def test_a_repost_joins_its_original_and_an_answer_its_question() -> None:
    repost = say("2", "RT", repost_of="1", place=None, labels=make_labels("lainnya", is_complaint=False))
    answer = say("3", "sudah seminggu lho", reply_to="2", place=None)
    assert are_one(HOLE, repost, answer)
    assert references(repost.replace(reply_to="7"))[0] == HOLE.item_id


def test_a_mail_that_answers_another_by_its_message_id_joins_its_report() -> None:
    first = HOLE.replace(item_id="email:kota:<a@example.org>#1f0c", channel="email")
    answer = say("2", "terima kasih", place=None, author=HOLE.author, channel="email").replace(
        item_id="email:kota:<b@example.org>#77aa",
        reply_to="<a@example.org>",
        labels=make_labels("lainnya", is_complaint=False),
    )
    assert are_one(first, answer)
    assert City().hear(first, answer.replace(author="somebody else")) == ["DKI-2611-000001", None]


def test_a_repost_of_the_unknown_stands_for_itself() -> None:
    assert City().hear(HOLE.replace(repost_of="99")) == ["DKI-2611-000001"]


def test_a_closed_report_is_not_joined_even_when_it_is_at_hand() -> None:
    city = City()
    city.hear(HOLE)
    (report,) = city.joiner.touched.values()
    for state in ("selesai", "ditolak", "duplikat"):
        again = City([report.replace(state=state, number="DKI-2610-000001")])
        assert again.hear(HOLE.replace(id="x")) == ["DKI-2611-000001"]


def test_a_post_judged_again_keeps_its_report_and_adds_no_voice() -> None:
    first = City()
    (number,) = first.hear(HOLE)
    known = {HOLE.id: HOLE.replace(report=number)}
    again = City(first.joiner.touched.values(), known)
    assert again.hear(HOLE.replace(text="Lubangnya sudah diperbaiki", revision=2)) == [number]
    assert [event.kind for event in again.joiner.events] == ["edited"]
    (report,) = again.joiner.touched.values()
    assert (report.title, report.voices) == ("Lubangnya sudah diperbaiki", 1)


def test_the_order_of_a_batch_decides_who_opens_the_report_and_the_events_rebuild_it() -> None:
    city = City()
    city.hear(HOLE, HOLE.replace(id="x", author="budi", number="DKI-2611-000077"))
    (report,) = city.joiner.touched.values()
    assert fold_all(city.joiner.events) == report
    assert (report.voices, len(report.authors)) == (2, 2)
    assert report.numbers == ("DKI-2611-000001", "DKI-2611-000077")
    assert reasons(report) == ["Tidak ada aturan untuk kategori ini."]


def test_a_tracking_number_becomes_the_number_of_the_report_it_opens() -> None:
    assert City().hear(HOLE.replace(number="DKI-2611-000500")) == ["DKI-2611-000500"]


@pytest.mark.parametrize(("changes", "must"), [
    ({}, True),
    ({"labels": None}, False),
    ({"labels": make_labels(is_complaint=False)}, False),
    ({"labels": make_labels(is_complaint=False), "number": "DKI-2611-000001"}, True),
    ({"flags": ("auto_reply",)}, False),
    ({"flags": ("bulk",)}, False),
    ({"labels": make_labels(abstained=True)}, True),
    ({"labels": make_labels(abstained=True), "channel": "x"}, False),
    ({"labels": make_labels(abstained=True), "text": " "}, False),
])  # fmt: skip
def test_who_must_become_a_report(changes: dict[str, object], *, must: bool) -> None:
    assert is_reportable(make_post().replace(**changes)) is must


def test_a_gist_marks_names_and_leaves_out_common_words() -> None:
    assert make_gist(HOLE) == ("@satrio", "lubang", "besar", "halte", "motor", "jatuh")


def test_distances_are_in_metres() -> None:
    assert metres((-6.2, 106.8), (-6.2, 106.801)) == pytest.approx(110.7, abs=1)
    assert kelurahan(None) == "_"


def test_a_long_text_has_a_short_title() -> None:
    title = make_title("kata " * 50)
    assert len(title) <= 91
    assert title.endswith("kata…")
    assert make_title(" a\n b ") == "a b"
    assert len(make_title("x" * 500)) <= 91


def flood(native_id: str, lat: float, lon: float, **changes: object) -> Post:
    return say(native_id, "Banjir setinggi lutut, air masuk rumah", category="banjir").replace(
        **point(lat, lon), **changes
    )


def test_a_flood_is_one_incident_with_many_points() -> None:
    city = City()
    posts = [flood(str(step), -6.22 + step * 0.005, 106.83) for step in range(4)]
    assert set(city.hear(*posts)) == {"DKI-2611-000001"}
    (report,) = city.joiner.touched.values()
    assert [one.lat for one in report.points] == [-6.215, -6.21, -6.205]
    assert fold_all(city.joiner.events) == report


def test_a_flood_ends_at_the_border_of_a_kota_and_where_one_unit_cannot_reach() -> None:
    other = make_place("31.71.01.1001", lat=-6.2205, lon=106.83, precision="point")
    assert not are_one(flood("1", -6.22, 106.83), flood("2", -6.2205, 106.83).replace(place=other))
    chain = [flood(str(step), -6.22 + step * 0.005, 106.83) for step in range(8)]
    assert len(set(City().hear(*chain))) == 2


def test_a_blocked_drain_is_no_flood() -> None:
    drain = say("1", "Got mampet penuh lumpur", category="banjir").replace(**point(-6.22, 106.83))
    assert not are_one(flood("2", -6.2205, 106.83), drain)


def test_different_house_numbers_and_landmarks_are_different_problems() -> None:
    here = say("1", "Lubang di Jl Dr Satrio no 12", "Jl Dr Satrio")
    assert are_one(here, say("2", "lubang dalam Jl Dr Satrio nomor 12", "Jl Dr Satrio"))
    assert not are_one(here, say("2", "lubang dalam Jl Dr Satrio nomor 180", "Jl Dr Satrio"))


def test_a_street_with_a_slip_of_the_keyboard_is_the_same_one() -> None:
    assert are_one(HOLE, say("2", "lubang dalam di jl satroio", "jl satroio"))
    assert not are_one(
        say("1", "Lubang di Jl Kemang IV", "Jl Kemang IV"), say("2", "Lubang Jl Kemang V", "Jl Kemang V")
    )


def test_the_same_photo_is_the_same_problem() -> None:
    photo = Media(id="a", media_type="image/jpeg", size=1, print="f0f0f0f0aaaa5555")
    near = photo.replace(id="b", print="f0f0f0f0aaaa5556")
    far = photo.replace(id="c", print="0f0f0f0faaaa0000")
    here = say("1", "Tolong diperbaiki", place=None, media=(photo,))
    assert are_one(here, say("2", "bahaya sekali ini", place=None, media=(near,)))
    assert not are_one(here, say("2", "bahaya sekali ini", place=None, media=(far,)))


def test_an_unsure_likeness_is_asked_of_a_person_once() -> None:
    city = City()
    here, away = point(-6.2200, 106.8300), point(-6.2214, 106.8300)
    first, second = city.hear(
        say("1", "Aspal berlubang").replace(**here), say("2", "Jalanan berlubang, ban pecah").replace(**away)
    )
    assert first != second
    (doubt,) = [one for one in city.joiner.touched[str(second)].needs_review if one.kind == "duplicate"]
    assert doubt.related == first
    assert doubt.reason == "Mungkin sama dengan DKI-2611-000001: 155 m, 0 jam lalu."


def test_a_problem_that_was_closed_a_few_days_ago_may_not_be_over() -> None:
    city = City()
    city.hear(HOLE)
    (report,) = city.joiner.touched.values()
    done = report.replace(state="selesai", number="DKI-2610-000001", closed_at=NOW)
    for days, doubts in ((9, 1), (11, 0)):
        again = City([done])
        (number,) = again.hear(HOLE.replace(id="x", created_at=NOW + timedelta(days=days)))
        found = [one for one in again.joiner.touched[str(number)].needs_review if one.kind == "duplicate"]
        assert len(found) == doubts
        assert all(one.reason.startswith("Mungkin belum beres: DKI-2610-000001:") for one in found)


def test_an_answer_to_a_duplicate_joins_the_report_that_goes_on() -> None:
    first = City()
    (number,) = first.hear(HOLE)
    (report,) = first.joiner.touched.values()
    middle = report.replace(number="DKI-2610-000002", numbers=("DKI-2610-000002",))
    last = report.replace(number="DKI-2610-000003", numbers=("DKI-2610-000003",))
    merged = [
        report.replace(state="duplikat", duplicate_of=middle.number),
        middle.replace(state="duplikat", duplicate_of=last.number),
        last,
    ]
    known = {HOLE.id: HOLE.replace(report=number)}
    assert City(merged, known).hear(say("2", "RT", repost_of="1", place=None)) == [last.number]
    # an edited message stays with its report, so that the merge can be undone
    assert City(merged, known).hear(HOLE.replace(text="Lubangnya dalam", revision=2)) == [number]


def test_an_unsure_text_among_many_talkers_joins_but_opens_nothing() -> None:
    unsure = HOLE.replace(id="x", channel="x", labels=make_labels(abstained=True))
    assert City().hear(unsure) == [None]
    assert are_one(HOLE, unsure)


def test_a_message_that_is_edited_into_something_harmful_is_held_back() -> None:
    first = City()
    (number,) = first.hear(HOLE)
    known = {HOLE.id: HOLE.replace(report=number)}
    again = City(list(first.joiner.touched.values()), known)
    again.hear(HOLE.replace(text="Di sini ada anak diculik", revision=2))
    edited = again.joiner.touched[str(number)]
    assert (edited.is_hidden, edited.needs_review[-1].kind) == (True, "safety")
