import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, make_place, make_voice, reasons

from dengar.errors import DengarError
from dengar.models import OPEN_STATES, Event, EventKind, Report, Routing, State
from dengar.routing.states import DONE, MOVES, IllegalMove, fold, fold_all

STATES: list[State] = [
    "menunggu", "koordinasi", "disposisi", "proses", "selesai", "ditolak", "duplikat", "dibuka_lagi",
]  # fmt: skip


def make_event(seq: int = 0, kind: EventKind = "received", **changes: object) -> Event:
    event = Event(report="DKI-2611-000001", seq=seq, kind=kind, at=NOW, actor="dengar")
    if kind == "received":
        event = event.replace(category="banjir", title="Banjir", urgency="today", confidence=0.7, voice=make_voice())
    return event.replace(**changes)


def report_in(state: State) -> Report:
    return fold(None, make_event()).replace(state=state)


def test_a_report_begins_with_the_post_that_received_it() -> None:
    report = fold(None, make_event(place=make_place(), voice=make_voice(number="DKI-2611-000009")))
    assert (report.state, report.version, report.voices, report.kel) == ("menunggu", 1, 1, "31.74.02.1001")
    assert report.numbers == ("DKI-2611-000001", "DKI-2611-000009")
    assert fold(None, make_event()).kel == "_"


def test_every_move_is_allowed_or_refused_as_the_table_says() -> None:
    for state in STATES:
        for wanted in STATES:
            event = make_event(1, "state", state=wanted)
            if wanted in MOVES[state]:
                assert fold(report_in(state), event).state == wanted
            else:
                with pytest.raises(IllegalMove, match=f"berstatus {state}: tidak bisa menjadi {wanted}"):
                    fold(report_in(state), event)


def test_a_closed_report_can_only_be_opened_again_and_a_duplicate_must_be_restored() -> None:
    assert MOVES["selesai"] == MOVES["ditolak"] == {"dibuka_lagi"}
    assert MOVES["duplikat"] == set()
    assert {state for state in STATES if state not in OPEN_STATES} == {"selesai", "ditolak", "duplikat"}
    assert not any("menunggu" in moves for moves in MOVES.values())


@pytest.mark.parametrize("event", [
    make_event(1), make_event(0, "voice", voice=make_voice()), make_event(voice=None), make_event(urgency=None),
])  # fmt: skip
def test_a_history_that_begins_otherwise_is_refused(event: Event) -> None:
    with pytest.raises(IllegalMove, match="begins with"):
        fold(None, event)


@pytest.mark.parametrize("seq", [0, 2, 7])
def test_a_hole_in_a_history_is_refused(seq: int) -> None:
    with pytest.raises(IllegalMove, match="does not follow"):
        fold(fold(None, make_event()), make_event(seq, "voice", voice=make_voice("2")))


def test_no_history_is_no_report() -> None:
    with pytest.raises(DengarError, match="without events"):
        fold_all([])


def test_people_are_counted_once_and_posts_each_time() -> None:
    report = fold(None, make_event())
    for seq, author in enumerate(["siti", "budi", "siti"], start=1):
        report = fold(report, make_event(seq, "voice", voice=make_voice(str(seq), [author], photos=(f"p{author}",))))
    assert (report.voices, len(report.authors)) == (4, 3)
    assert report.photos == ("psiti", "pbudi")


def test_a_report_that_half_the_city_joins_stays_a_small_row() -> None:
    report = fold(None, make_event())
    for seq in range(1, 1200):
        voice = make_voice(str(seq), number=f"DKI-2611-{seq:06d}", photos=(f"photo {seq}",))
        report = fold(report, make_event(seq, "voice", voice=voice))
    assert report.voices == 1200
    assert [len(one) for one in (report.authors, report.numbers, report.photos)] == [500, 500, 500]


VOICES = st.builds(
    make_voice, st.text("123", min_size=1, max_size=2), said_at=st.datetimes(timezones=st.just(NOW.tzinfo))
)
KINDS: st.SearchStrategy[tuple[EventKind, dict[str, object]]] = st.one_of(
    st.tuples(st.just("voice"), st.builds(lambda voice: {"voice": voice}, VOICES)),
    st.tuples(st.just("routed"), st.builds(lambda unit: {"routing": Routing(unit=unit)}, st.none() | st.text("ab"))),
    st.tuples(st.just("review"), st.builds(lambda reason: {"reason": reason}, st.text("ab"))),
    st.tuples(st.just("note"), st.just({"reason": "catatan"})),
    st.tuples(st.just("state"), st.builds(lambda state: {"state": state}, st.sampled_from(STATES))),
)


@given(st.lists(KINDS, max_size=12))
def test_rebuilding_equals_growing_and_counts_add_up(kinds: list[tuple[EventKind, dict[str, object]]]) -> None:
    events = [make_event()]
    report = fold(None, events[0])
    for kind, changes in kinds:
        event = make_event(report.version, kind, **changes)
        if kind == "state" and event.state not in MOVES[report.state]:
            with pytest.raises(IllegalMove):
                fold(report, event)
            continue
        events.append(event)
        report = fold(report, event)
    assert fold_all(events) == report
    assert report.version == len(events)
    said = [event.voice for event in events if event.voice]
    assert report.voices == len(said)
    assert set(report.authors) == {voice.author for voice in said}
    assert report.created_at == min(voice.said_at for voice in said)
    assert report.last_voice_at == max(voice.said_at for voice in said)
    closed = max((event.seq for event in events if event.kind == "state" and event.state in DONE), default=0)
    assert set(reasons(report)) == {event.reason for event in events[closed:] if event.kind == "review"}
