from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengar.errors import BadSettings
from dengar.models import Run
from dengar.timetable import JAKARTA, Trigger, is_due, make_grid, make_timetable, read_crontab
from dengar.wiring import make_source

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)  # 19:00 in Jakarta, a Monday
FEED = {"collector": "feed", "url": "https://news.example.org/feed.xml"}
WHOLE = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001


def following(times: Trigger, at: datetime = NOW) -> datetime:
    found = times.get_next_fire_time(None, at)
    assert found is not None
    return found


def in_jakarta(line: str) -> str:
    return f"{following(read_crontab(line)).astimezone(JAKARTA):%a %d %b %H:%M}"


def test_a_crontab_line_is_read_in_jakartas_time() -> None:
    assert in_jakarta("30 20 * * *") == "Mon 30 Nov 20:30"
    assert in_jakarta("*/10 6-21 * * mon-fri") == "Mon 30 Nov 19:00"
    assert in_jakarta("0 0 1 * *") == "Tue 01 Dec 00:00"
    assert in_jakarta("0 7 * jan *") == "Fri 01 Jan 07:00"
    assert in_jakarta("5 4 29 2 *") == "Tue 29 Feb 04:05"


def test_names_of_days_mean_those_days() -> None:
    for date, day in enumerate(("TUE", "wed", "thu", "fri", "sat", "sun", "mon"), start=1):
        assert following(read_crontab(f"0 9 * * {day}")) == datetime(2026, 12, date, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"at": "0 9 * * 1"}, "at: '1' cannot be read as day of the week; days are named"),
        ({"at": "0 9 * *"}, "at: '0 9 * *' has 4 fields and needs these five"),
        ({"at": "0 25 * * *"}, "the maximum value (23)"),
        ({"at": "0 9 * * senin"}, 'Invalid weekday name "senin"'),
        ({"at": "@daily"}, "needs these five"),
        ({"at": "0 9 last * *"}, "'last' cannot be read as day"),
        ({"at": "0 9 1 * mon"}, "names days of the month and of the week: write * for one of them."),
        ({"at": "0 9 31 2 *"}, "'0 9 31 2 *' never comes"),
        ({"every": "sometimes"}, "every: 'sometimes' is no duration"),
        ({"recheck": "6"}, "recheck: '6' is no duration"),
        ({"every": "5 minutes", "at": "0 9 * * *"}, "at: it cannot stand beside every: remove one of them."),
    ],
)
def test_what_is_no_timetable_is_refused_with_a_sentence(section: dict[str, str], says: str) -> None:
    with pytest.raises(BadSettings) as refused:
        make_source("koran", FEED | section)
    (problem,) = refused.value.problems
    assert problem.startswith("sources.koran.")
    assert says in problem
    assert problem.endswith(".")


def test_a_source_without_a_timetable_has_none() -> None:
    assert make_timetable(make_source("koran", FEED).settings) is None


@given(
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=9), st.integers(1, 999), st.sampled_from("smhd"), WHOLE
)
def test_a_source_is_read_every_so_often_whenever_it_was_started(name: str, n: int, unit: str, at: datetime) -> None:
    apart = timedelta(seconds=n * {"s": 1, "m": 60, "h": 3600, "d": 86400}[unit])
    grid = make_grid(name, f"{n}{unit}")
    first = following(grid, at)
    assert at <= first < at + apart
    assert following(grid, first + timedelta(milliseconds=1)) == first + apart
    assert following(make_grid(name, f"{n}{unit}"), first - timedelta(milliseconds=1)) == first


def test_sources_are_not_all_read_at_the_same_moment() -> None:
    begins = {following(make_grid(f"sumber{n}", "5 minutes")) for n in range(40)}
    assert len(begins) > 30


# What a new leader reads at once

GRID = make_grid("koran", "10 minutes")
BEFORE = following(GRID) - timedelta(minutes=10)  # the last time that came


def ran(at: datetime, outcome: str = "done") -> Run:
    return Run(id="1", source="koran", started_at=at, outcome=outcome)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, True),
        (ran(BEFORE), False),
        (ran(BEFORE + timedelta(seconds=3), "empty"), False),
        (ran(BEFORE - timedelta(milliseconds=1)), True),
        (ran(BEFORE - timedelta(days=3)), True),
        (ran(BEFORE, "running"), True),
        (ran(BEFORE, "crashed"), True),
        (ran(BEFORE, "auth_expired"), True),
    ],
)
def test_due_is_what_was_never_read_what_failed_and_what_was_missed(last: Run | None, *, due: bool) -> None:
    assert is_due(GRID, last, by_clock=False, now=NOW) is due


def test_what_is_read_by_the_clock_waits_for_its_first_time() -> None:
    times = read_crontab("0 6 * * *")
    assert not is_due(times, None, by_clock=True, now=NOW)
    assert not is_due(times, ran(NOW - timedelta(hours=1)), by_clock=True, now=NOW)
    assert is_due(times, ran(NOW - timedelta(days=1)), by_clock=True, now=NOW)
