import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW

from dengar.errors import Poison
from dengar.ingest.formats.row import LONGEST_ID, LONGEST_TEXT, field, native_id, plausible, read_point, read_row

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
ROWS = st.dictionaries(
    st.sampled_from(["text", "isi", "judul", "lat", "lon", "created_at", "tanggal", "author", "url", "id", "x"]), JSON
)


@pytest.mark.parametrize("name", ["text", "isi", "pesan", "message", "keluhan", "deskripsi"])
def test_the_text_is_found_under_the_names_that_other_programs_use(name: str) -> None:
    assert read_row({name: "Lampu mati"}, NOW).text == "Lampu mati"


def test_a_subject_stands_before_the_text() -> None:
    assert read_row({"judul": "Lampu", "isi": "Mati sejak Senin"}, NOW).text == "Lampu\nMati sejak Senin"


@pytest.mark.parametrize("row", [{}, {"text": ""}, {"text": "  "}, {"text": None}, {"text": ["a"]}, {"judul": "Lampu"}])
def test_a_row_without_text_is_poison(row: dict[str, object]) -> None:
    with pytest.raises(Poison, match="no text"):
        read_row(row, NOW)


def test_all_fields_are_read() -> None:
    row = {
        "text": "Banjir",
        "nama": "Siti",
        "tanggal": "20 November 2026 08:00 WIB",
        "lintang": "-6,2",
        "bujur": "106,8",
        "alamat": "Jl Kemang",
        "kategori": "banjir",
        "link": "https://x.id/1",
        "in_reply_to": "7",
        "retweet_of": "8",
    }
    draft = read_row(row, NOW)
    assert (draft.author, draft.place_hint, draft.category_hint) == ("Siti", "Jl Kemang", "banjir")
    assert (draft.url, draft.reply_to, draft.repost_of) == ("https://x.id/1", "7", "8")
    assert draft.geotag is not None
    assert (draft.geotag.lat, draft.geotag.lon) == (-6.2, 106.8)
    assert draft.created_at == datetime.fromisoformat("2026-11-20T08:00:00+07:00")
    assert draft.flags == ()


def test_a_time_that_cannot_be_is_flagged_and_ours_is_taken() -> None:
    for time in ("besok entah kapan", "1899-01-01", "2031-01-01"):
        draft = read_row({"text": "Banjir", "created_at": time}, NOW)
        assert draft.created_at == NOW
        assert draft.flags == ("bad_time",)


@pytest.mark.parametrize(("lat", "lon"), [("0", "0"), ("nan", "106"), ("-6.2", ""), ("91", "106"), ("x", "y")])
def test_bad_coordinates_are_flagged_and_do_not_cost_the_complaint(lat: str, lon: str) -> None:
    draft = read_row({"text": "Banjir", "lat": lat, "lon": lon}, NOW)
    assert draft.geotag is None
    assert draft.flags == ("bad_coordinates",)


def test_a_time_up_to_a_day_ahead_is_believed() -> None:
    assert plausible(NOW + timedelta(hours=23), NOW) == NOW + timedelta(hours=23)
    assert plausible(NOW + timedelta(hours=25), NOW) is None
    assert plausible(None, NOW) is None


def test_text_is_cut_and_loses_its_nul_bytes() -> None:
    assert read_row({"text": "a\0b" + "c" * 2 * LONGEST_TEXT}, NOW).text.startswith("abcc")
    assert len(read_row({"text": "c" * 2 * LONGEST_TEXT}, NOW).text) == LONGEST_TEXT


def test_halves_of_surrogate_pairs_become_question_marks() -> None:
    assert read_row({"text": "banjir \ud83d di sini", "nama": "\udc00"}, NOW).text == "banjir ? di sini"
    assert native_id({"id": "a\ud800"}) == "a?"


def test_a_field_may_be_a_number_but_no_truth_value() -> None:
    assert field({"no": 17}, ("no",)) == "17"
    assert field({"no": True}, ("no",)) == ""
    assert field({"a": " ", "b": "x"}, ("a", "b")) == "x"


def test_a_row_has_its_own_id_or_the_digest_of_its_contents() -> None:
    assert native_id({"nomor": 12, "text": "a"}) == "12"
    assert native_id({"text": "a"}) == native_id({"text": "a"}) != native_id({"text": "b"})
    assert len(native_id({"id": "x" * (LONGEST_ID + 1)})) <= LONGEST_ID


def test_what_counts_rows_or_names_a_person_is_no_id() -> None:
    monday, tuesday = {"no": 1, "isi": "Lampu mati"}, {"no": 1, "isi": "Jalan rusak"}
    assert native_id(monday) != native_id(tuesday)
    for phone in ("081234567890", "+62 812-3456-7890", 6281234567890):
        assert native_id({"nomor": phone, "isi": "satu"}) != native_id({"nomor": phone, "isi": "dua"})
    assert native_id({"number": "+6281234567890", "uuid": "a-1", "isi": "x"}) == "a-1"
    assert native_id({"nomor": "2026110001"}) == "2026110001"


@given(ROWS)
def test_whatever_stands_in_a_row_it_is_read_or_poison(row: dict[str, object]) -> None:
    native_id(row).encode()
    try:
        draft = read_row(row, NOW)
    except Poison:
        return
    for text in (draft.text, draft.author, draft.url or "", draft.place_hint or ""):
        text.encode()
    assert abs(draft.created_at - NOW) < timedelta(days=366 * 27)


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_point_is_always_on_the_globe(lat: str, lon: str) -> None:
    point = read_point(lat, lon)
    assert point is None or (math.isfinite(point.lat) and abs(point.lat) <= 90 and abs(point.lon) <= 180)
