from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengar.ingest.formats.dates import read_time

AS_WRITTEN = [
    ("2026-11-20T07:15:00+07:00", "2026-11-20T07:15:00+07:00"),
    ("2026-11-20T00:15:00Z", "2026-11-20T00:15:00+00:00"),
    ("2026-11-20 07:15", "2026-11-20T07:15:00+07:00"),
    ("2026-11-20", "2026-11-20T00:00:00+07:00"),
    ("1763600000", "2025-11-20T00:53:20+00:00"),
    ("1763600000123", "2025-11-20T00:53:20.123000+00:00"),
    ("Fri, 20 Nov 2026 07:15:00 +0700", "2026-11-20T07:15:00+07:00"),
    ("20 Nov 2026 07:15:00", "2026-11-20T07:15:00+07:00"),
    ("Jum'at, 20 November 2026 07:15 WIB", "2026-11-20T07:15:00+07:00"),
    ("Jum\u2019at, 20 Nopember 2026", "2026-11-20T00:00:00+07:00"),
    ("Senin, 3 Nopember 2014 pukul 14.30 WIB", "2014-11-03T14:30:00+07:00"),
    ("17 Agustus 2026 10:00 WITA", "2026-08-17T09:00:00+07:00"),
    ("17 Agustus 2026 10:00 WIT", "2026-08-17T08:00:00+07:00"),
    ("3 Des 2026", "2026-12-03T00:00:00+07:00"),
    ("5 Maret 2026, 08.05", "2026-03-05T08:05:00+07:00"),
    ("1 Pebruari 2026", "2026-02-01T00:00:00+07:00"),
    ("07/08/2026", "2026-08-07T00:00:00+07:00"),
    ("20-11-2026 23:59", "2026-11-20T23:59:00+07:00"),
]


@pytest.mark.parametrize(("text", "time"), AS_WRITTEN)
def test_times_are_read_as_people_and_programs_write_them(text: str, time: str) -> None:
    assert read_time(text) == datetime.fromisoformat(time)


@pytest.mark.parametrize("text", ["", "   ", "entah", "tidak ada tanggal di sini", "99/99/9999", "x" * 5000])
def test_what_is_no_time_is_none(text: str) -> None:
    assert read_time(text) is None


@given(st.text(max_size=40) | st.text("0123456789-:/ .TZ+WIB", max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_a_time_with_zone_or_none(text: str) -> None:
    time = read_time(text)
    assert time is None or time.utcoffset() is not None
