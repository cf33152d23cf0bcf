"""Worked cases, each counted by hand on a calendar; the comments say why, beside the ministers' decisions.

SKB 3 Menteri for 2026 (No. 1497, 2 and 5 of 2025): 16 Jan Isra Mikraj, 17 Feb Imlek (16 shared leave), 18 March shared
leave and 19 March Nyepi, 20 March shared leave, 21-22 March Idul Fitri, 23-24 March shared leave, 3 Apr Good Friday, 1
May, 14 May Ascension and 15 May shared leave, 27 May Idul Adha and 28 May shared leave, 1 June Pancasila, 16 June Hijri
year, 17 August, 25 August Maulid, 24 Dec shared leave, 25 Dec Christmas.

For 2027, as announced by the Sekretariat Negara in September 2026 and read through the library `holidays`: 1 Jan, 5 Jan
Isra Mikraj, 5 Feb shared leave and 6 Feb Imlek, 8 March Nyepi, 9 March shared leave, 10-11 March Idul Fitri, 12 and 15
March shared leave, 25 March shared leave and 26 March Good Friday, 6 May Ascension, 17 May Idul Adha, 18 and 19 May
shared leave, 20 May Waisak, 1 June, 17 August, 24 Dec shared leave.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengar.models import WIB
from dengar.routing.calendar import Calendar, holidays_of, knows_shared_leave
from dengar.routing.deadlines import Duration, count_days, parse_duration

JAKARTA = Calendar()
NEW_YORK = timezone(timedelta(hours=-5))


def at(text: str, zone: timezone = WIB) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(("duration", "start", "end"), [
    # Ordinary weeks. 12 January 2026 is a Monday.
    ("1 working day", "2026-01-12T09:00", "2026-01-13T16:00"),  # Monday: Tuesday is day 1
    ("5 working days", "2026-01-05T09:00", "2026-01-12T16:00"),  # Tue, Wed, Thu, Fri, and the Monday behind
    ("3 working days", "2026-01-06T00:00", "2026-01-09T16:30"),  # midnight belongs to Tuesday; Friday closes later
    ("3 working days", "2026-01-05T23:59", "2026-01-08T16:00"),  # a minute before it is still Monday
    ("1 working day", "2026-01-05T05:00", "2026-01-06T16:00"),  # before the offices open: Monday is the day of receipt
    ("1 working day", "2026-01-05T16:01", "2026-01-06T16:00"),  # after they closed: the same, the hour does not matter
    # Weekends
    ("1 working day", "2026-01-09T17:45", "2026-01-12T16:00"),  # Friday evening: Monday is day 1
    ("1 working day", "2026-01-10T08:00", "2026-01-12T16:00"),  # Saturday: Monday too
    ("1 working day", "2026-01-11T23:59", "2026-01-12T16:00"),  # Sunday: Monday too
    ("5 working days", "2026-01-10T12:00", "2026-01-19T16:00"),  # Mon 12-Thu 15 are four, Fri 16 is Isra Mikraj
    # Lebaran 2026: offices are closed from Wed 18 to Tue 24 March
    ("1 working day", "2026-03-17T10:00", "2026-03-25T16:00"),  # Tue 17: seven free days, Wed 25 is day 1
    ("5 working days", "2026-03-18T10:00", "2026-03-31T16:00"),  # 25, 26, 27, 30, 31 March
    ("5 working days", "2026-03-13T10:00", "2026-03-27T16:30"),  # Fri 13: Mon 16, Tue 17, then 25, 26, 27
    ("3 working days", "2026-03-24T23:59", "2026-03-27T16:30"),  # the last free day: 25, 26, 27
    ("3 working days", "2026-03-25T00:00", "2026-03-30T16:00"),  # a minute later Wed 25 is the day of receipt
    ("10 working days", "2026-03-12T09:00", "2026-04-02T16:00"),  # 13, 16, 17, 25, 26, 27, 30, 31 March, 1, 2 April
    ("11 working days", "2026-03-12T09:00", "2026-04-06T16:00"),  # Fri 3 April is Good Friday
    # Lebaran 2027: offices are closed from Sat 6 to Mon 15 March
    ("1 working day", "2027-03-05T10:00", "2027-03-16T16:00"),  # Fri 5: ten free days, Tue 16 is day 1
    ("5 working days", "2027-03-10T08:00", "2027-03-22T16:00"),  # on the feast: 16, 17, 18, 19, Mon 22
    ("3 working days", "2027-03-04T08:00", "2027-03-17T16:00"),  # Thu 4: Fri 5, then 16, 17
    ("8 working days", "2027-03-12T08:00", "2027-03-29T16:00"),  # 16-19, 22-24, then 25-28 are Easter and leave: Mon 29
    # Other long weekends
    ("2 working days", "2026-05-13T10:00", "2026-05-19T16:00"),  # Ascension and leave, the weekend: Mon 18, Tue 19
    ("1 working day", "2027-05-14T10:00", "2027-05-21T16:30"),  # Mon 17 to Thu 20 May are free: Fri 21
    ("5 working days", "2026-08-14T10:00", "2026-08-24T16:00"),  # Mon 17 is free: 18, 19, 20, 21, 24
    # Christmas and New Year
    ("3 working days", "2026-12-23T10:00", "2026-12-30T16:00"),  # Thu 24 leave, Fri 25: Mon 28, 29, 30
    ("2 working days", "2026-12-30T10:00", "2027-01-04T16:00"),  # Thu 31, Fri 1 Jan is free: Mon 4
    ("3 working days", "2026-12-31T23:59", "2027-01-07T16:00"),  # Mon 4, Tue 5 is Isra Mikraj: 6, 7
    # Ends of months, leap day
    ("1 working day", "2026-01-30T10:00", "2026-02-02T16:00"),  # the last Friday of January
    ("1 working day", "2028-02-28T12:00", "2028-02-29T16:00"),  # 2028 has a 29 February, a Tuesday
    # By the clock: nothing stops it
    ("24 hours", "2026-03-20T22:15", "2026-03-21T22:15"),  # through the feast
    ("24 hours", "2028-02-28T23:00", "2028-02-29T23:00"),  # onto the leap day
    ("6 hours", "2026-12-31T20:00", "2027-01-01T02:00"),  # over New Year
    # Office hours: 8.5 from Monday to Thursday, 9 on Friday
    ("8 office hours", "2026-01-05T07:30", "2026-01-05T15:30"),  # from the opening
    ("8 office hours", "2026-01-05T12:00", "2026-01-06T11:30"),  # 4 on Monday, 4 on Tuesday
    ("9 office hours", "2026-01-09T06:00", "2026-01-09T16:30"),  # a whole Friday ends as the offices close
    ("1 office hour", "2026-01-09T16:30", "2026-01-12T08:30"),  # at the closing it is Monday's first hour
    ("2 office hours", "2026-01-09T16:00", "2026-01-12T09:00"),  # half an hour on Friday, one and a half on Monday
    ("1 office hour", "2026-01-10T10:00", "2026-01-12T08:30"),  # on a Saturday it waits for Monday
    ("4 office hours", "2026-03-17T14:00", "2026-03-25T09:30"),  # 2 before Lebaran, 2 behind it
    ("20 office hours", "2027-03-05T08:00", "2027-03-17T10:30"),  # 8.5 on Fri 5, 8.5 on Tue 16, 3 on Wed 17
])  # fmt: skip
def test_a_deadline_is_what_one_counts_by_hand(duration: str, start: str, end: str) -> None:
    assert parse_duration(duration).end(at(start), JAKARTA) == at(end)


@pytest.mark.parametrize(("start", "end"), [
    (at("2026-01-05T17:30", UTC), "2026-01-07T16:00"),  # 00:30 on Tuesday in Jakarta: Wednesday is day 1
    (at("2026-01-05T16:59", UTC), "2026-01-06T16:00"),  # 23:59 on Monday
    (at("2026-01-09T11:00", NEW_YORK), "2026-01-12T16:00"),  # Friday 23:00
    (at("2026-01-11T12:30", NEW_YORK), "2026-01-13T16:00"),  # already Monday 00:30 in Jakarta
])  # fmt: skip
def test_the_day_of_receipt_is_that_of_jakarta(start: datetime, end: str) -> None:
    assert parse_duration("1 working day").end(start, JAKARTA) == at(end)


def test_a_city_closes_and_opens_its_own_days() -> None:
    # Pilkada or a flood: Wednesday 14 January is closed; Saturday 17 is made up for with Monday's hours.
    own = Calendar(closed=frozenset({date(2026, 1, 14)}), opened=frozenset({date(2026, 1, 17)}))
    assert parse_duration("2 working days").end(at("2026-01-13T10:00"), own) == at("2026-01-17T16:00")
    assert parse_duration("2 working days").end(at("2026-01-13T10:00"), JAKARTA) == at("2026-01-15T16:00")
    # a shared leave that was taken back: offices work on 24 December
    back = Calendar(opened=frozenset({date(2026, 12, 24)}))
    assert parse_duration("1 working day").end(at("2026-12-23T10:00"), back) == at("2026-12-24T16:00")
    assert own.why_free(date(2026, 1, 14)) == "Libur tambahan"


def test_the_decisions_of_the_ministers_are_known() -> None:
    assert knows_shared_leave(2026)
    assert knows_shared_leave(2027)
    free_2026 = {day for day in holidays_of(2026) if date(2026, 3, 16) <= day <= date(2026, 3, 27)}
    assert free_2026 == {date(2026, 3, day) for day in (18, 19, 20, 21, 22, 23, 24)}
    free_2027 = {day for day in holidays_of(2027) if date(2027, 3, 1) <= day <= date(2027, 3, 21)}
    assert free_2027 == {date(2027, 3, day) for day in (8, 9, 10, 11, 12, 15)}
    shared = {day for day, name in holidays_of(2026).items() if "Cuti Bersama" in name}
    assert shared == {
        date(2026, 2, 16), date(2026, 3, 18), date(2026, 3, 20), date(2026, 3, 23), date(2026, 3, 24),
        date(2026, 5, 15), date(2026, 5, 28), date(2026, 12, 24),
    }  # fmt: skip


def test_the_count_is_told_day_by_day() -> None:
    told = list(count_days(parse_duration("2 working days"), at("2026-03-17T10:00"), JAKARTA))
    assert [(one.day.day, one.behind) for one in told] == [
        (17, 0), (18, 0), (19, 0), (20, 0), (21, 0), (22, 0), (23, 0), (24, 0), (25, 1), (26, 2),
    ]  # fmt: skip
    assert [one.free for one in told][1:3] == ["Cuti Bersama Hari Suci Nyepi", "Hari Suci Nyepi"]
    hours = list(count_days(parse_duration("10 office hours"), at("2026-01-05T12:00"), JAKARTA))
    assert [(one.day.day, one.behind) for one in hours] == [(5, 4), (6, 10)]


@pytest.mark.parametrize(
    "text", ["", "5", "working days", "5 days", "-1 hours", "1.5 hours", "5  working days", "99999 hours"]
)
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="write for example '24 hours'"):
        parse_duration(text)


def test_durations_are_said_as_they_are_read() -> None:
    for text in ("1 hour", "24 hours", "8 office hours", "1 working day", "5 working days"):
        assert str(parse_duration(text)) == text


# A pause: what was left is counted on


@pytest.mark.parametrize(("duration", "end", "since", "resumed", "moved"), [
    ("24 hours", "2026-01-06T10:00", "2026-01-05T20:00", "2026-01-10T08:00", "2026-01-10T22:00"),  # 14 hours were left
    # Tue 10:00 to Fri 16:30 are 6 + 8.5 + 8.5 + 9 = 32 office hours; from Mon 14:00: 2, 8.5, 8.5, 8.5, 4.5
    ("5 working days", "2026-01-09T16:30", "2026-01-06T10:00", "2026-01-19T14:00", "2026-01-23T12:00"),
    # paused and resumed in one evening: nothing is lost
    ("3 working days", "2026-01-08T16:00", "2026-01-05T18:00", "2026-01-05T23:00", "2026-01-08T16:00"),
    # over Lebaran 2026: one hour left on Tue 17 is the first one on Wed 25
    ("8 office hours", "2026-03-17T16:00", "2026-03-17T15:00", "2026-03-20T12:00", "2026-03-25T08:30"),
    # missed before the pause: it stays missed
    ("24 hours", "2026-01-05T10:00", "2026-01-05T11:00", "2026-01-09T08:00", "2026-01-05T10:00"),
])  # fmt: skip
def test_a_deadline_goes_on_after_a_pause(duration: str, end: str, since: str, resumed: str, moved: str) -> None:
    assert parse_duration(duration).move(at(end), at(since), at(resumed), JAKARTA) == at(moved)


moments = st.datetimes(datetime(2025, 6, 1), datetime(2027, 12, 31)).map(lambda one: one.replace(tzinfo=UTC))  # noqa: DTZ001  the zone is put on behind
durations = st.builds(
    Duration, count=st.integers(1, 60), kind=st.sampled_from(("hour", "office hour", "working day"))
)  # fmt: skip


@given(moments, durations)
def test_a_deadline_lies_ahead_and_in_office_hours(start: datetime, duration: Duration) -> None:
    end = duration.end(start, JAKARTA)
    assert end > start
    if duration.kind != "hour":
        hours = JAKARTA.office_hours(end.astimezone(WIB).date())
        assert hours is not None
        assert hours[0] < end <= hours[1]
        assert duration.move(end, start, start, JAKARTA) == end  # a pause of no length changes nothing


@given(moments, moments, durations)
def test_who_comes_later_is_never_due_earlier(one: datetime, other: datetime, duration: Duration) -> None:
    first, last = sorted((one, other))
    assert duration.end(first, JAKARTA) <= duration.end(last, JAKARTA)


def test_a_deadline_takes_microseconds() -> None:
    wanted, start = parse_duration("5 working days"), at("2026-03-18T10:00")
    wanted.end(start, JAKARTA)
    begin = perf_counter()
    for _ in range(1000):
        wanted.end(start, JAKARTA)
    assert (perf_counter() - begin) / 1000 < 0.001  # some 15 microseconds on an idle machine
