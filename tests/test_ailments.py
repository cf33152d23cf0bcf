"""Whatever ails a source is said in words that an operator can act on."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from dengar.ailments import FINE, MENDS_ITSELF, WORDS, Seen, find_ailments, say_moment
from dengar.errors import StopSource
from dengar.ingest.protocol import Source, SourceSettings
from dengar.models import Ailment, Run, Silence
from dengar.store.cursors import Pause
from dengar.store.expiries import Expiry

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # 16:00 in Jakarta
HOUR = timedelta(hours=1)
SOURCE = Source(name="fb", collector=SimpleNamespace(), settings=SourceSettings(name="fb", collector="facebook"))


def ran(outcome: str, error: str | None = "It said so.", ago: timedelta = HOUR) -> Run:
    return Run(id="1", source="fb", started_at=NOW - ago, outcome=outcome, error=error)


def look(last_run: Run | None = None, **seen: object) -> list[Ailment]:
    return list(find_ailments(Seen(source=SOURCE, now=NOW, last_run=last_run).replace(**seen)))


def said(last_run: Run | None = None, **seen: object) -> str:
    (ailment,) = look(last_run, **seen)
    return ailment.says


def paused(until: datetime = NOW + 2 * HOUR) -> Pause:
    return Pause(since=NOW - HOUR, until=until, reason="x")


def test_every_outcome_of_a_run_is_fine_or_has_its_words() -> None:
    kinds: list[type[StopSource]] = [StopSource, *StopSource.__subclasses__()]
    outcomes = {kind.outcome for kind in kinds} | {"crashed"}
    assert outcomes - FINE <= set(WORDS)
    assert set(WORDS) >= MENDS_ITSELF


def test_what_went_well_ails_nobody() -> None:
    for outcome in ("done", "empty", "lease_lost"):
        assert look(ran(outcome, None)) == []
    assert look(ran("running", None), is_being_read=True) == []
    assert look() == []


@pytest.mark.parametrize(
    ("outcome", "does"),
    [
        ("auth_expired", "Renew the password or token in its settings, then run `dengar check`."),
        ("forbidden", "Give it the right at the source"),
        ("retention", "Ask its owner for an export"),
        ("blocked", "Open its address in a browser"),
        ("changed", "`dengar replay` then takes in what was put aside."),
        ("failed", "Look at the log of Dengar"),
        ("something new", "Look at the log of Dengar"),
    ],
)
def test_a_failed_run_is_told_with_its_cause_and_what_to_do(outcome: str, does: str) -> None:
    (ailment,) = look(ran(outcome, "The answer was 403"))
    assert ailment.needs_person
    assert ailment.cause == "The answer was 403"
    assert " The answer was 403. " in ailment.says
    assert does in ailment.says


def test_a_bug_is_told_by_the_last_line_of_its_trace() -> None:
    (ailment,) = look(ran("crashed", "Traceback (most recent call last):\n  File\nZeroDivisionError: oops\n"))
    assert ailment.says.startswith("Its collector has a bug. ZeroDivisionError: oops. Please report it with")
    assert ailment.needs_person


def test_a_dead_process_is_no_bug_and_mends_itself() -> None:
    for run, is_being_read in ((ran("running", None), False), (ran("crashed", None), False)):
        (ailment,) = look(run, is_being_read=is_being_read)
        assert (ailment.kind, ailment.needs_person) == ("dead", False)
        assert ailment.says.startswith("The process that read it at 15:00 died. Nothing is lost, and it is read again")


def test_a_run_that_finds_no_end_is_told() -> None:
    assert said(ran("running", None, 4 * HOUR), is_being_read=True).startswith("It is being read since 12:00.")


def test_pauses_are_told_with_their_end_and_only_until_then() -> None:
    for outcome, words in (
        ("rate_limited", "The source wants a pause until 18:00."),
        ("budget_spent", "used up until 18:00."),
    ):
        (ailment,) = look(ran(outcome), pause=paused())
        assert words in ailment.says
        assert not ailment.needs_person
        assert ailment.at == NOW + 2 * HOUR
        assert look(ran(outcome), pause=paused(NOW)) == []
        assert look(ran(outcome)) == []  # the budget of one run


def test_who_cannot_be_reached_for_long_needs_a_person() -> None:
    (first,) = look(ran("transient", ago=timedelta(minutes=1)), failing_since=NOW - timedelta(minutes=30))
    assert (first.kind, first.needs_person) == ("transient", False)
    (later,) = look(ran("transient", ago=timedelta(minutes=1)), failing_since=NOW - 3 * HOUR)
    assert (later.kind, later.needs_person) == ("unreachable", True)
    assert "has not been reached since 13:00. It said so. Check its address" in later.says


def test_one_failure_long_ago_of_a_source_that_is_read_daily_is_not_yet_out_of_reach() -> None:
    (ailment,) = look(ran("transient", ago=20 * HOUR), failing_since=NOW - 20 * HOUR)
    assert ailment.kind == "transient"


def test_a_source_that_stands_still_says_how_to_start_it() -> None:
    told = said(ran("changed"), stopped="5 of 20 messages could not be read.")
    assert "5 of 20 messages could not be read. `dengar replay` says" in told
    assert "`dengar collect fb --once`" in told


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (timedelta(days=13), "The token of fb ends on 3 Dec 2026: renew it."),
        (timedelta(0), "The token of fb ended on 20 Nov 2026: renew it."),
        (-timedelta(days=3), "The token of fb ended on 17 Nov 2026: renew it."),
    ],
)
def test_tokens_are_to_be_renewed_two_weeks_ahead(left: timedelta, says: str) -> None:
    (ailment,) = look(ran("done", None), expiry=Expiry(source="fb", looked_at=NOW, expires_at=NOW + left))
    assert ailment.says == says
    assert ailment.needs_person


def test_tokens_that_last_long_or_for_ever_are_fine() -> None:
    for expires_at in (NOW + timedelta(days=14), None):
        assert look(expiry=Expiry(source="fb", looked_at=NOW, expires_at=expires_at)) == []


def test_refused_credentials_are_told_once() -> None:
    expiry = Expiry(source="fb", looked_at=NOW, refused="Code 190")
    assert "The credentials are refused. Code 190." in said(expiry=expiry)
    assert len(look(ran("auth_expired"), expiry=expiry)) == 1


def test_a_failed_recheck_is_told_as_such() -> None:
    told = said(ran("done", None), last_recheck=ran("forbidden"))
    assert told.startswith("When its messages were looked up again: The account may not do this. It said so.")
    assert look(ran("done", None), last_recheck=ran("rate_limited"), pause=paused()) == []


def test_what_needs_a_person_comes_first() -> None:
    expiry = Expiry(source="fb", looked_at=NOW, expires_at=NOW)
    assert [one.kind for one in look(ran("rate_limited"), pause=paused(), expiry=expiry)] == ["expired", "rate_limited"]


def test_silence_is_a_warning_and_nothing_else_explains_it() -> None:
    silence = Silence(since=NOW - 2 * HOUR, expected=23.4)
    (ailment,) = look(ran("empty", None), silence=silence)
    assert ailment.says.startswith("No message since 14:00, 23 were expected. Look whether people still write there")
    assert not ailment.needs_person
    assert [one.kind for one in look(ran("blocked"), silence=silence)] == ["blocked"]
    little = said(ran("done", None), silence=silence.replace(came=2, since=NOW - 26 * HOUR))
    assert little.startswith("Only 2 messages since 19 Nov 14:00, 23 were expected.")


def test_moments_are_told_in_jakarta_with_their_day_when_it_is_another() -> None:
    assert say_moment(NOW, NOW) == "16:00"
    assert say_moment(NOW - timedelta(hours=16, minutes=1), NOW) == "19 Nov 23:59"
    assert say_moment(NOW + timedelta(hours=8), NOW) == "21 Nov 00:00"
