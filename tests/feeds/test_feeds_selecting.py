from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import NOW, make_open_report, make_place

from dengar.errors import BadRequest
from dengar.feeds.selecting import NAMES, matches, parse_selection
from dengar.models import Box, Report, Selection
from dengar.store import Store
from dengar.store.reports import Order

CATEGORIES, UNITS = ("banjir", "macet", "sampah"), ("sda", "kel:31.74.02.1001")


def parse(**asked: str) -> Selection:
    return parse_selection(asked, CATEGORIES, UNITS)


def test_every_filter_is_read() -> None:
    told = {
        "category": "banjir",
        "kel": "31.74.02",
        "unit": "sda",
        "state": "open",
        "urgency": "danger",
        "created_since": "2026-11-20",
        "created_until": "2026-11-20T14:00:00Z",
        "updated_since": "2026-11-20T14:00:00 07:00",
        "updated_until": "2026-11-21T14:00",
        "bbox": "106.7,-6.3,106.9,-6.1",
        "number": "dki-26",
    }
    assert set(told) == set(NAMES)
    found = parse(**told)
    assert found.created_since == datetime(2026, 11, 19, 17, tzinfo=UTC)
    assert found.updated_since == datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert (found.area, found.number, found.state) == ("31.74.02", "DKI-26", "open")
    assert found.box == Box(west=106.69995, south=-6.30005, east=106.90005, north=-6.09995)
    assert parse() == parse(category="", kel=" ") == Selection()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("kategori", "banjir", "There is no filter 'kategori': known are category, kel"),
        ("category", "$where", "category: '$where' is unknown. Known are banjir, macet, sampah."),
        ("unit", "nope", "unit: 'nope' is unknown."),
        ("kel", "31", "kel: '31' is not a code such as 31.74"),
        ("kel", "31.74.02.1001.1", "is not a code"),
        ("state", "done", "state: 'done' is unknown. Known are open, closed, menunggu"),
        ("urgency", "high", "Known are danger, today, routine."),
        ("created_since", "yesterday", "created_since: 'yesterday' is no time"),
        ("updated_until", "99999-12-31", "is no time"),
        ("bbox", "1,2,3", "bbox: '1,2,3' is not west,south,east,north"),
        ("bbox", "nan,0,1,1", "in degrees"),
        ("bbox", "107,-6,106,-5", "west must not be east of east"),
        ("number", "a b", "number: 'A B' is not the beginning of a number."),
    ],
)
def test_what_is_unknown_is_refused_in_a_sentence(name: str, value: str, told: str) -> None:
    with pytest.raises(BadRequest, match=r"[.]$") as refused:
        parse(**{name: value})
    assert told in str(refused.value)


def test_a_box_finds_a_report_where_it_is_shown_and_tells_no_more() -> None:
    report = make_open_report(place=make_place(lat=-6.22812345, lon=106.85512345))  # shown at -6.2281, 106.8551
    assert matches(parse(bbox="106.8551,-6.2281,106.8551,-6.2281"), report)
    assert not matches(parse(bbox="106.85511,-6.2282,106.86,-6.2281"), report)
    assert matches(parse(bbox="106.85501,-6.22819,106.85519,-6.22801"), report)


HOURS = st.one_of(st.none(), st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours)))


boxes = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)).map(
    lambda n: Box(west=106 + n[0] / 10, south=-6 - n[1] / 10, east=106 + n[2] / 10, north=-6 - n[3] / 10)
)
selections = st.builds(
    Selection,
    category=st.sampled_from((None, *CATEGORIES)),
    area=st.sampled_from((None, "31.74", "31.74.02", "31.74.02.1001", "31.75")),
    unit=st.sampled_from((None, *UNITS)),
    state=st.sampled_from((None, "open", "closed", "proses", "selesai")),
    urgency=st.sampled_from((None, "danger", "routine")),
    created_since=HOURS,
    created_until=HOURS,
    updated_since=HOURS,
    updated_until=HOURS,
    box=st.one_of(st.none(), boxes),
    number=st.sampled_from((None, "DKI", "DKI-2611-00000", "DKI-2611-000001", "X")),
)


def make_reports() -> list[Report]:
    places = (
        make_place(lat=-6.15, lon=106.15),
        make_place("31.75.01.1001", lat=-6.2, lon=106.1),
        make_place(kelurahan=None, kelurahan_code=None),
        make_place(kecamatan=None, kecamatan_code=None, kelurahan=None, kelurahan_code=None),
        None,
    )
    return [
        make_open_report(
            f"DKI-2611-{n:06d}",
            place=places[n % 5],
            kel=(place.kelurahan_code if (place := places[n % 5]) else None) or "_",
            category=(None, *CATEGORIES)[n % 4],
            unit=(None, *UNITS)[n % 3],
            state=("menunggu", "proses", "selesai", "ditolak", "dibuka_lagi", "duplikat")[n % 6],
            urgency=("danger", "today", "routine")[n % 3],
            created_at=NOW + timedelta(hours=n % 7 - 3),
            updated_at=NOW + timedelta(hours=n % 5 - 2),
            is_hidden=n % 11 == 0,
            voices=n % 13,
        )
        for n in range(60)
    ]


def test_the_store_finds_exactly_what_matches_and_may_be_shown(store: Store) -> None:
    reports = make_reports()
    store.reports.save([one.replace(version=0) for one in reports], [], None)
    shown = [one for one in reports if not one.is_hidden and one.state != "duplikat" and one.voices]
    assert 10 < len(shown) < 60

    @settings(max_examples=80)
    @given(selections)
    def check(selection: Selection) -> None:
        found = {one.number for page in store.reports.stream(selection, 7) for one in page}
        assert found == {one.number for one in shown if matches(selection, one)}
        assert store.reports.count_selected(selection) == len(found)

    check()


def test_pages_by_key_give_every_report_once_newest_first(store: Store) -> None:
    store.reports.save([one.replace(version=0) for one in make_reports()], [], None)
    orders: tuple[Order, ...] = ("created_at", "updated_at")
    for by in orders:
        whole = store.reports.select(Selection(), 1000, by)
        paged, behind = store.reports.select(Selection(), 4, by), 0
        while behind < len(paged):
            behind = len(paged)
            paged += store.reports.select(Selection(), 4, by, (getattr(paged[-1], by), paged[-1].number))
        assert paged == whole
        keys = [(getattr(one, by), one.number) for one in whole]
        assert keys == sorted(keys, reverse=True)
