"""The desk on a real store: who gets what, what a decision does, and how it is taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from deskwork import Time, elsewhere, find, hear, join, make_desk, make_staff, sure, unsure
from made import NOW, make_place

from dengar.desk import Desk
from dengar.errors import BadRequest
from dengar.models import Doubt, Report, Staff
from dengar.routing import commands as do
from dengar.routing.gist import make_gist
from dengar.routing.states import fold_all
from dengar.store import Store
from dengar.store.claims import CLAIM

SARI, BUDI = make_staff("sari"), make_staff("budi")
LURAH = make_staff("lurah", "petugas", "kel:31.74.02.1001")
BINA_MARGA = make_staff("agus", "petugas", "sudin:bina_marga:31.74")


@pytest.fixture
def desk(store: Store) -> Desk:
    return make_desk(store)


def check_books(store: Store) -> None:
    histories: dict[str, list] = {}  # type: ignore[type-arg]
    for event in store.events.all_in_order():
        histories.setdefault(event.report, []).append(event)
    for number, events in histories.items():
        assert fold_all(events) == find(store, number)


# The next one


def test_the_most_urgent_comes_first_then_who_waits_longest(store: Store, desk: Desk) -> None:
    late = unsure("1").replace(observed_at=NOW - timedelta(hours=1))
    first, second = unsure("2"), unsure("3")
    assert second.labels is not None
    danger = second.replace(labels=second.labels.replace(urgency="danger"))
    hear(store, first, late, danger, sure("4"))
    got = [desk.next(make_staff(name), kind=None) for name in ("a", "b", "c", "d")]
    assert [report.received_at if report else None for report in got] == [
        NOW, NOW - timedelta(hours=1), NOW, None,
    ]  # fmt: skip
    assert got[0] is not None
    assert got[0].urgency == "danger"


def test_two_people_never_get_the_same_and_a_claim_ends(store: Store) -> None:
    clock = Time()
    desk = make_desk(store, clock)
    (report,) = hear(store, unsure())
    assert desk.next(SARI) == report
    assert desk.next(SARI) == report  # still hers
    assert desk.next(BUDI) is None
    with pytest.raises(BadRequest, match="orang lain"):
        desk.claim(BUDI, report.number)
    with pytest.raises(BadRequest, match="sedang dikerjakan sari"):
        desk.act(BUDI, report.number, do.Remark(text="halo"))
    clock.now += CLAIM
    assert desk.next(BUDI) == report


def test_what_is_given_back_or_decided_is_free(store: Store, desk: Desk) -> None:
    first, second = hear(store, unsure("1"), unsure("2"))
    assert desk.next(SARI) == first
    desk.release(SARI, first.number)
    assert desk.next(BUDI) == first
    desk.act(BUDI, first.number, do.Reject(reason="Bukan keluhan.", kind="no_complaint"))
    assert store.claims.of("budi", NOW) == []
    assert desk.next(BUDI) == second


def test_fifty_people_at_once_get_fifty_reports(store: Store, desk: Desk) -> None:
    reports = hear(store, *(unsure(str(n)) for n in range(60)))
    with ThreadPoolExecutor(50) as pool:
        got = list(pool.map(lambda n: desk.next(make_staff(f"orang {n}")), range(50)))
    numbers = [report.number for report in got if report]
    assert len(numbers) == len(set(numbers)) == 50
    assert set(numbers) <= {report.number for report in reports}


def test_fifty_people_who_claim_the_same_one_are_refused_but_one(store: Store, desk: Desk) -> None:
    (report,) = hear(store, unsure())

    def claim(n: int) -> bool:
        try:
            return bool(desk.claim(make_staff(f"orang {n}"), report.number))
        except BadRequest:
            return False

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(claim, range(50))) == 1


def test_many_hands_at_one_report_lose_nothing(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure())

    def remark(n: int) -> int:
        try:
            return desk.act(SARI, report.number, do.Remark(text=f"catatan {n}")).version
        except BadRequest:
            return 0

    with ThreadPoolExecutor(8) as pool:
        versions = [one for one in pool.map(remark, range(40)) if one]
    assert len(set(versions)) == len(versions) > 0
    notes = [event for event in store.events.of_report(report.number) if event.kind == "note"]
    assert len(notes) == len(versions)
    check_books(store)


# Decisions


def test_a_decision_makes_the_report_sure_and_teaches_the_classifier(store: Store, desk: Desk) -> None:
    (report,) = hear(store, unsure())
    placed = desk.act(SARI, report.number, do.Locate(area="31.74.02.1001"))
    assert (placed.kel, placed.unit) == ("31.74.02.1001", None)
    routed = desk.act(SARI, report.number, do.Categorise(category="jalan_rusak", urgency="today"))
    assert (routed.unit, routed.category, routed.urgency) == ("sudin:bina_marga:31.74", "jalan_rusak", "today")
    assert routed.needs_review == ()
    assert [(one.category, one.by, one.why) for one in store.human_labels.find_all()] == [
        ("jalan_rusak", "sari", "correction")
    ]
    check_books(store)


def test_a_point_on_the_map_is_a_place_and_one_in_another_city_is_none(store: Store, desk: Desk) -> None:
    (report,) = hear(store, unsure())
    placed = desk.act(SARI, report.number, do.Locate(lat=-6.2607, lon=106.8137))
    assert placed.place is not None
    assert (placed.place.kota, placed.place.confidence, placed.place.precision) == ("Jakarta Selatan", 1.0, "point")
    for wrong in (do.Locate(lat=-6.9, lon=107.6), do.Locate(area="99.99"), do.Locate()):
        with pytest.raises(BadRequest, match="di luar kota"):
            desk.act(SARI, report.number, wrong)


def test_the_life_of_a_report(store: Store) -> None:
    clock = Time()
    desk = make_desk(store, clock)
    (report,) = hear(store, sure())
    steps: list[tuple[Staff, do.Command, str]] = [
        (BINA_MARGA, do.Start(), "proses"),
        (BINA_MARGA, do.Ask(question="Di depan nomor berapa?"), "proses"),
        (SARI, do.Resume(), "proses"),
        (SARI, do.Coordinate(units=("dinas:bpbd",)), "koordinasi"),
        (BINA_MARGA, do.Close(note="Sudah ditambal."), "selesai"),
        (SARI, do.Reopen(reason="Lubang lagi."), "dibuka_lagi"),
        (BINA_MARGA, do.Start(), "proses"),
        (BINA_MARGA, do.Close(note="Ditambal dua kali."), "selesai"),
        (SARI, do.Rate(stars=4, text="Terima kasih"), "selesai"),
    ]
    for who, command, state in steps:
        clock.now += timedelta(hours=1)
        report = desk.act(who, report.number, command)
        assert report.state == state
    assert (report.reopened, report.rating, report.closed_at) == (1, 4, NOW + timedelta(hours=8))
    assert report.answered_at == NOW + timedelta(hours=7)
    check_books(store)


def test_another_unit_gets_it_with_a_reason(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure())
    moved = desk.act(BINA_MARGA, report.number, do.Reroute(unit="kel:31.74.02.1001", reason="Jalan lingkungan."))
    assert (moved.unit, moved.state, moved.routing.reason) == ("kel:31.74.02.1001", "menunggu", "Jalan lingkungan.")
    with pytest.raises(BadRequest, match="bukan tugas unit Anda"):
        desk.act(BINA_MARGA, report.number, do.Start())
    assert desk.act(LURAH, report.number, do.Start()).state == "proses"
    event = store.events.of_report(report.number)[-2]
    assert (event.kind, event.actor, event.office) == ("routed", "agus", "sudin:bina_marga:31.74")


@pytest.mark.parametrize(("who", "command", "reason"), [
    (SARI, do.Start(), "Unitnya belum ditentukan"),
    (SARI, do.Dispatch(unit="kel:31.74.02.1001"), "Unitnya belum ditentukan"),
    (SARI, do.Close(note="x"), "Unitnya belum ditentukan"),
    (SARI, do.Close(note="  "), "Tulis apa yang sudah dikerjakan"),
    (SARI, do.Settle(kinds=("place", "category")), "pilih unit, kategori, atau tempatnya"),
    (SARI, do.Settle(kinds=("safety",)), "sudah tidak ada"),
    (SARI, do.Reroute(unit="dinas:sihir", reason="x"), "dinas:sihir"),
    (SARI, do.Resume(), "tidak menunggu"),
    (SARI, do.Rate(stars=5), "belum ditutup"),
    (SARI, do.Unmerge(), "bukan duplikat"),
    (SARI, do.Split(posts=("nirgends",)), "tidak punya pesan"),
    (SARI, do.Verify(posts=("x",)), "Peran Anda"),
    (LURAH, do.Start(), "bukan tugas unit Anda"),
    (make_staff("cek", "verifikator"), do.Start(), "Peran Anda"),
])  # fmt: skip
def test_what_cannot_be_done_is_refused_with_a_reason(
    store: Store, desk: Desk, who: Staff, command: do.Command, reason: str
) -> None:
    (report,) = hear(store, unsure())
    with pytest.raises(BadRequest, match=reason):
        desk.act(who, report.number, command)
    assert find(store, report.number) == report


def test_who_saw_an_older_version_is_told_to_look_again(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure())
    grown = desk.act(SARI, report.number, do.Start(), report.version)
    with pytest.raises(BadRequest, match="berubah sejak"):
        desk.act(SARI, report.number, do.Close(note="x"), report.version)
    assert find(store, report.number) == grown


def test_what_is_closed_takes_no_more_work(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure())
    desk.act(SARI, report.number, do.Reject(reason="Bukan wewenang."))
    for command in (do.Start(), do.Close(note="x"), do.Ask(question="?"), do.Reroute(unit="dinas:bpbd", reason="x")):
        with pytest.raises(BadRequest, match="sudah ditolak"):
            desk.act(SARI, report.number, command)


# Merge, split, undo


@pytest.fixture
def two(store: Store) -> list[Report]:
    return hear(store, sure("1"), elsewhere("2"))


def test_a_merge_lends_the_voices_and_its_undoing_gives_them_back(store: Store, desk: Desk, two: list[Report]) -> None:
    winner, loser = two
    closed = desk.act(SARI, loser.number, do.Merge(into=winner.number))
    assert (closed.state, closed.duplicate_of) == ("duplikat", winner.number)
    grown = find(store, winner.number)
    assert (grown.voices, grown.merged, set(grown.authors)) == (2, (loser.number,), {*winner.authors, *loser.authors})
    with pytest.raises(BadRequest, match="sudah menjadi duplikat"):
        desk.act(SARI, loser.number, do.Merge(into=winner.number))
    back = desk.act(SARI, loser.number, do.Unmerge())
    again = find(store, winner.number)
    assert (back.state, back.duplicate_of, again.merged) == ("menunggu", None, ())
    assert (again.voices, again.authors, again.channels) == (winner.voices, winner.authors, winner.channels)
    check_books(store)


def test_a_merge_into_itself_or_a_closed_one_is_refused(store: Store, desk: Desk, two: list[Report]) -> None:
    winner, loser = two
    with pytest.raises(BadRequest, match="dirinya sendiri"):
        desk.act(SARI, winner.number, do.Merge(into=winner.number))
    with pytest.raises(BadRequest, match="Tidak ada laporan"):
        desk.act(SARI, winner.number, do.Merge(into="DKI-0000-000000"))
    desk.act(SARI, winner.number, do.Close(note="Beres."))
    with pytest.raises(BadRequest, match="sudah ditutup"):
        desk.act(SARI, loser.number, do.Merge(into=winner.number))


def test_a_split_moves_posts_to_a_report_of_their_own_and_a_merge_undoes_it(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure("1"))
    both = sure("2", "Lubang lain di ujung jalan", report=report.number)
    join(store, report, both)
    before = find(store, report.number)
    assert before.voices == 2
    parted = desk.act(SARI, report.number, do.Split(posts=(both.id,)))
    assert (parted.voices, parted.authors) == (1, report.authors)
    moved = store.posts.find_all([both.id])[both.id]
    assert moved.report is not None
    opened = find(store, moved.report)
    assert (opened.title, opened.voices, opened.unit) == ("Lubang lain di ujung jalan", 1, report.unit)
    with pytest.raises(BadRequest, match="harus tinggal"):
        desk.act(SARI, report.number, do.Split(posts=(sure("1").id,)))
    desk.act(SARI, opened.number, do.Merge(into=report.number))
    assert set(find(store, report.number).authors) == set(before.authors)
    assert find(store, report.number).voices == 2
    check_books(store)


# What must not happen


def test_a_category_that_there_is_not_is_refused_before_anything_is_written(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure())
    for wrong in ("sihir", "bukan_keluhan"):
        with pytest.raises(BadRequest, match=f"Tidak ada kategori {wrong}"):
            desk.act(SARI, report.number, do.Categorise(category=wrong))
    assert find(store, report.number) == report


def test_an_officer_blocks_no_report_of_another_unit(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure())
    with pytest.raises(BadRequest, match="bukan tugas unit Anda"):
        desk.claim(LURAH, report.number)
    assert store.claims.held(NOW) == {}
    assert desk.claim(BINA_MARGA, report.number) == report


def test_an_officer_verifies_no_post_of_another_report(store: Store, desk: Desk) -> None:
    mine, other = hear(store, sure("1"), elsewhere("2"))
    with pytest.raises(BadRequest, match="tidak punya pesan"):
        desk.act(BINA_MARGA, mine.number, do.Verify(posts=(elsewhere("2").id,)))
    assert store.events.verified([elsewhere("2").id]) == set()
    desk.act(BINA_MARGA, mine.number, do.Verify(posts=(sure("1").id,)))
    assert store.events.verified([sure("1").id]) == {sure("1").id}
    assert find(store, other.number) == other


def test_a_reporter_is_heard_while_somebody_works_with_the_report(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure())
    desk.act(SARI, report.number, do.Close(note="Beres."))
    desk.claim(SARI, report.number)
    rated = desk.respond(report.number, desk.key_of(report.number), do.Rate(stars=1))
    assert rated.rating == 1


def test_a_reporter_of_a_duplicate_of_a_duplicate_is_heard(store: Store, desk: Desk) -> None:
    first, second, third = hear(store, sure("1"), elsewhere("2"), sure("3", "Jalan ambles"))
    desk.act(SARI, first.number, do.Merge(into=second.number))
    desk.act(SARI, second.number, do.Merge(into=third.number))
    desk.act(SARI, third.number, do.Close(note="Beres."))
    assert desk.respond(first.number, desk.key_of(first.number), do.Rate(stars=5)).number == third.number


SECRET = "Jalan rusak, ada anak diculik di sini"  # danger to a child: held back until a person has looked


def test_what_is_split_off_is_held_back_like_any_new_message(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure("1"))
    posts = [sure("2", SECRET, report=report.number), sure("3", "Lubang lagi", report=report.number)]
    join(store, report, *posts)
    desk.act(SARI, report.number, do.Split(posts=(posts[0].id,)))
    opened = find(store, str(store.posts.find_all([posts[0].id])[posts[0].id].report))
    assert (opened.is_hidden, [one.kind for one in opened.needs_review]) == (True, ["safety"])
    desk.act(SARI, report.number, do.Hide(reason="Menyebut nama."))
    desk.act(SARI, report.number, do.Split(posts=(posts[1].id,)))
    assert find(store, str(store.posts.find_all([posts[1].id])[posts[1].id].report)).is_hidden
    check_books(store)


def test_a_report_whose_first_message_is_split_off_speaks_with_another_one(store: Store, desk: Desk) -> None:
    first = sure("1", "Pohon tumbang di jalan")
    (report,) = hear(store, first)
    other = sure("2", "Lubang besar di ujung jalan", report=report.number)
    join(store, report, other)
    parted = desk.act(SARI, report.number, do.Split(posts=(first.id,)))
    assert (parted.title, parted.gist) == ("Lubang besar di ujung jalan", make_gist(other))
    check_books(store)


def test_a_duplicate_that_is_none_waits_for_a_person_as_before(store: Store, desk: Desk) -> None:
    winner, loser = hear(store, sure("1"), unsure("2"))
    desk.act(SARI, loser.number, do.Merge(into=winner.number))
    back = desk.act(SARI, loser.number, do.Unmerge())
    assert (back.unit, back.needs_review) == (None, loser.needs_review)
    assert desk.next(BUDI) == back
    check_books(store)


def test_the_next_of_a_rare_kind_is_found_without_reading_the_queue(store: Store, desk: Desk) -> None:
    hear(store, *(unsure(str(n)) for n in range(20)))
    chosen = store.data["reports"].find({"needs_review.0": {"$exists": True}, "needs_review.kind": "proof"})
    found = chosen.sort([("rank", -1), ("received_at", 1), ("_id", 1)]).limit(60).explain()
    assert found["executionStats"]["totalDocsExamined"] == 0
    assert desk.next(SARI, kind="proof") is None


def test_an_officer_is_given_what_the_unit_has_not_begun(store: Store, desk: Desk) -> None:
    first, second, third = hear(store, sure("1"), sure("2"), sure("3"))
    unit = BINA_MARGA.unit
    for report, command in ((first, do.Start()), (second, do.Ask(question="Di mana?")), (third, do.Start())):
        assert desk.next(BINA_MARGA, unit=unit) == report
        desk.act(BINA_MARGA, report.number, command)
    assert desk.next(BINA_MARGA, unit=unit) is None
    assert store.queue.count(None, None, unit) == 3


def test_what_people_write_is_masked_and_a_number_that_joined_leads_to_the_report(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure("1"))
    join(store, report, sure("2", number="DKI-2611-000900", report=report.number))
    closed = desk.act(SARI, "DKI-2611-000900", do.Reject(reason="Hubungi 081234567890 atau budi@example.org"))
    assert closed.number == report.number
    said = store.events.of_report(report.number)[-1].reason or ""
    assert "0812" not in said
    assert "@example" not in said


def test_a_dinas_gives_it_to_its_own_branch_only(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure("1"))
    with pytest.raises(BadRequest, match="Disposisi hanya ke unit di bawahnya"):
        desk.act(SARI, report.number, do.Dispatch(unit="kel:31.74.02.1001"))
    desk.act(SARI, report.number, do.Reroute(unit="dinas:lh", reason="Sampah."))
    given = desk.act(SARI, report.number, do.Dispatch(unit="sudin:lh:31.74"))
    assert (given.unit, given.state) == ("sudin:lh:31.74", "disposisi")


# Areas, and what is to be looked at again


def test_an_area_bounds_what_somebody_takes_sees_and_does(store: Store, desk: Desk) -> None:
    (here,) = hear(store, unsure("1", place=make_place()))
    (there,) = hear(store, unsure("2", place=make_place("31.71.01.1001")))
    rina = make_staff("rina").replace(area="31.74")
    taken = desk.next(rina)
    assert taken is not None
    assert taken.number == here.number
    assert desk.next(rina, area="31.74.02.1001") is not None
    for area in ("31.71", "31.71.01.1001"):
        with pytest.raises(BadRequest, match="bukan wilayah Anda"):
            desk.next(rina, area=area)
    assert (desk.may_see(rina, here), desk.may_see(rina, there)) == (True, False)
    with pytest.raises(BadRequest, match="di luar wilayah Anda"):
        desk.claim(rina, there.number)
    for number, command in ((there.number, do.Remark(text="x")), (here.number, do.Merge(into=there.number))):
        with pytest.raises(BadRequest, match="di luar wilayah Anda"):
            desk.act(rina, number, command)
    assert find(store, there.number) == there


def test_what_was_settled_can_be_doubted_again(store: Store, desk: Desk) -> None:
    (report,) = hear(store, sure("1", "Anak diculik di pasar"))
    assert {one.kind for one in report.needs_review} == {"safety"}
    assert not desk.act(SARI, report.number, do.Settle(kinds=("safety",))).is_hidden
    again = desk.act(SARI, report.number, do.Review(doubts=report.needs_review))
    assert (again.needs_review, again.is_hidden) == (report.needs_review, True)
    with pytest.raises(BadRequest, match="sudah ada"):
        desk.act(SARI, report.number, do.Review(doubts=report.needs_review))
    told = do.Review(doubts=(Doubt(kind="other", reason="Telepon 081234567890 dulu."),))
    assert "[telepon]" in desk.act(SARI, report.number, told).needs_review[-1].reason
    desk.act(SARI, report.number, do.Reject(reason="Tidak benar."))
    with pytest.raises(BadRequest, match="buka lagi dulu"):
        desk.act(SARI, report.number, told)
    check_books(store)
