import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, make_item
from pydantic import HttpUrl
from served import Site, serve

from dengar.classify.taxonomy import CODES
from dengar.errors import Poison, SourceChanged, Transient
from dengar.ingest.disaster.words import CATEGORIES, NAMES
from dengar.ingest.petabencana import WEEK_SECONDS, Cursor, Settings, check, describe, parse, pull
from dengar.ingest.protocol import Batch, Budget
from dengar.models import Draft, Point

HOUR = timedelta(hours=1)
ASKED = f"/reports?geoformat=geojson&timeperiod={WEEK_SECONDS}&admin=ID-JK"


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as served:
        yield served


def make_settings(site: Site, **changes: object) -> Settings:
    base = Settings(name="peta", collector="petabencana", url=HttpUrl(site.address + "/reports"))
    return base.model_copy(update=changes)


def make_feature(pkey: object, at: datetime = NOW - HOUR, **changes: object) -> dict[str, object]:
    said = {"pkey": pkey, "created_at": at.isoformat(), "disaster_type": "flood", "report_data": {"flood_depth": 30}}
    return {"geometry": {"type": "Point", "coordinates": [106.8, -6.2]}, "properties": said | changes}


def serve_features(site: Site, *features: object, path: str = ASKED) -> None:
    collection = {"type": "FeatureCollection", "features": features}
    site.pages[path] = (200, {}, json.dumps({"statusCode": 200, "result": collection}).encode())


def read(site: Site, cursor: Cursor, now: datetime = NOW, budget: Budget | None = None, **changes: object) -> Batch:
    (batch,) = pull(make_settings(site, **changes), cursor, None, budget or Budget(), lambda: now)
    return batch


def follow(site: Site, *answers: list[dict[str, object]], now: datetime = NOW) -> list[list[tuple[str, str]]]:
    """Read one answer after the other; gives what happened to which id each time."""
    cursor = Cursor()
    said: list[list[tuple[str, str]]] = []
    for features in answers:
        serve_features(site, *features)
        batch = read(site, cursor, now)
        assert isinstance(batch.cursor, Cursor)
        cursor = batch.cursor
        said.append([(item.kind, item.native_id) for item in batch.items])
    return said


def test_a_report_that_is_taken_back_ends_and_one_that_nobody_answers_for_does_not(site: Site) -> None:
    old, gone, new = make_feature(1, NOW - 3 * HOUR), make_feature(2, NOW - 2 * HOUR), make_feature(3)
    said = follow(site, [new, gone, old], [new, old], [new, old], [new, old], [new, old])
    assert said == [[("upsert", "1"), ("upsert", "2"), ("upsert", "3")], [], [], [("ended", "2")], []]


def test_what_a_limited_answer_leaves_out_at_its_end_is_not_over(site: Site) -> None:
    features = [make_feature(n, NOW - n * HOUR) for n in range(1, 6)]
    assert follow(site, features, *[features[:3]] * 6)[1:] == [[]] * 6


def test_what_has_left_the_asked_time_is_not_over(site: Site) -> None:
    aged = make_feature(1, NOW - timedelta(seconds=WEEK_SECONDS) + timedelta(minutes=5))
    newer = [make_feature(2, NOW - HOUR), make_feature(3)]
    assert follow(site, [*newer, aged], *[newer] * 5)[1:] == [[]] * 5


def test_an_empty_answer_is_not_believed_at_once(site: Site) -> None:
    features = [make_feature(1), make_feature(2)]
    assert follow(site, features, [], [], features, features)[1:] == [[]] * 4


def test_points_from_readers_are_no_news_but_depth_is(site: Site) -> None:
    liked = make_feature(1, report_data={"flood_depth": 30, "points": 12}, partner_icon="x")
    risen = make_feature(1, report_data={"flood_depth": 90})
    assert follow(site, [make_feature(1)], [liked], [risen]) == [[("upsert", "1")], [], [("edit", "1")]]


def test_an_exercise_is_no_report(site: Site) -> None:
    assert follow(site, [make_feature(1, is_training=True)]) == [[]]


def test_a_pause_that_is_longer_than_the_asked_time_leaves_a_gap(site: Site) -> None:
    serve_features(site)
    late = NOW + timedelta(days=9)
    (gap,) = read(site, Cursor(read_at=NOW), late).gaps
    assert (gap.source, gap.since, gap.until) == ("peta", NOW, late - timedelta(days=7))
    assert read(site, Cursor(read_at=NOW), NOW + timedelta(days=7)).gaps == ()


def test_a_budget_takes_the_oldest_first_and_the_rest_later(site: Site) -> None:
    serve_features(site, make_feature(2), make_feature(1, NOW - 2 * HOUR))
    first = read(site, Cursor(), budget=Budget(posts=1))
    assert [item.native_id for item in first.items] == ["1"]
    assert isinstance(first.cursor, Cursor)
    assert [item.native_id for item in read(site, first.cursor).items] == ["2"]


def test_a_plain_collection_is_read_too_and_older_servers_are_asked_for_a_city(site: Site) -> None:
    body = json.dumps({"type": "FeatureCollection", "features": [make_feature("7")]}).encode()
    site.pages["/reports?geoformat=geojson&timeperiod=3600&city=jbd"] = (200, {}, body)
    batch = read(site, Cursor(), admin="", city="jbd", timeperiod=3600)
    assert [item.id for item in batch.items] == ["petabencana:peta:7"]
    nothing = {"type": "FeatureCollection", "features": None}
    site.pages[ASKED] = (200, {}, json.dumps(nothing).encode())
    assert read(site, Cursor()).items == ()


def test_a_report_without_number_or_of_another_shape_is_put_aside(site: Site) -> None:
    serve_features(site, make_feature(None), make_feature(5, text=["x"]), {"geometry": None}, make_feature(6))
    batch = read(site, Cursor())
    assert [item.native_id for item in batch.items] == ["6"]
    assert len(batch.poison) == 3
    assert json.loads(batch.poison[0].item.payload) == make_feature(None)


@pytest.mark.parametrize("body", [
    b'{"result": {"type": "Topology", "objects": {}}}', b'{"result": null}', b"[]", b'{"result": {"features": []}}',
])  # fmt: skip
def test_another_answer_than_geojson_is_a_change(site: Site, body: bytes) -> None:
    site.pages[ASKED] = (200, {}, body)
    with pytest.raises(SourceChanged):
        read(site, Cursor())


def test_a_question_that_is_not_taken_is_told_with_the_reason(site: Site) -> None:
    site.pages[ASKED] = (400, {}, b'{"message": "admin must be one of [ID-JB]"}')
    with pytest.raises(SourceChanged, match=r"correct admin, city or timeperiod.*ID-JB"):
        read(site, Cursor())
    site.pages[ASKED] = (502, {}, b"")
    with pytest.raises(Transient):
        read(site, Cursor())


def test_the_check_asks_once(site: Site) -> None:
    serve_features(site)
    assert check(make_settings(site)) == []
    assert describe().retention == "one week"


def draft(feature: Mapping[str, object]) -> Draft:
    return parse(make_item(collector="petabencana", payload=json.dumps(feature).encode()))


@pytest.mark.parametrize(("kind", "data", "text"), [
    ("flood", {"flood_depth": 70}, "Banjir setinggi 70 cm"),
    ("flood", {"flood_depth": "155.4"}, "Banjir setinggi 155 cm"),
    ("flood", '{"flood_depth": 20}', "Banjir setinggi 20 cm"),
    ("flood", {"flood_depth": 0}, "Banjir"),
    ("flood", {"flood_depth": True}, "Banjir"),
    ("flood", None, "Banjir"),
    ("flood", "{", "Banjir"),
    ("earthquake", {"report_type": "structure", "structureFailure": 1}, "Bangunan roboh sebagian akibat gempa"),
    ("earthquake", {"accessabilityFailure": 0}, "Jalan rusak akibat gempa, tidak bisa dilewati kendaraan"),
    ("earthquake", {"structureFailure": 9}, "Gempa bumi"),
    ("haze", {"airQuality": 4}, "Kabut asap, kualitas udara berbahaya"),
    ("fire", {"fireRadius": {"lat": 1}}, "Kebakaran"),
    ("landslide", {}, "Laporan bencana: landslide"),
])  # fmt: skip
def test_a_report_without_words_says_what_was_filled_in(kind: str, data: object, text: str) -> None:
    said = draft(make_feature(1, disaster_type=kind, report_data=data, title=" ", text=None))
    assert said.text == text
    assert said.category_hint == CATEGORIES.get(kind)


def test_words_of_the_author_stand_alone() -> None:
    said = draft(
        make_feature(1, title="Tolong", text="Air masuk rumah\0", url="https://x.id/1", image_url="https://x.id/2")
    )
    assert (said.text, said.url) == ("Tolong\nAir masuk rumah", "https://x.id/1")
    assert said.geotag == Point(lat=-6.2, lon=106.8)


def test_categories_exist_and_an_unknown_disaster_has_none() -> None:
    assert set(CATEGORIES.values()) <= set(CODES)
    assert CATEGORIES.keys() <= NAMES.keys()


def test_a_point_or_time_that_cannot_be_costs_no_report() -> None:
    said = draft(make_feature(1, created_at="9999-12-31T23:59:59-12:00") | {"geometry": {"coordinates": [0, 0]}})
    assert (said.created_at, said.geotag, said.flags) == (NOW, None, ("bad_time", "bad_coordinates"))


def test_a_time_that_cannot_be_does_not_stop_the_source(site: Site) -> None:
    times = ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "kapan-kapan", "")
    serve_features(site, *(make_feature(n, created_at=time) for n, time in enumerate(times, 1)))
    assert len(read(site, Cursor()).items) == 4


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
FEATURES = st.fixed_dictionaries({"properties": st.fixed_dictionaries({}, optional={
    "created_at": st.datetimes().map(str) | st.text(max_size=9), "text": st.text(max_size=9) | st.none(),
    "disaster_type": st.sampled_from([*NAMES, "", "x"]) | st.none(), "title": st.text(max_size=3),
    "report_data": st.dictionaries(st.sampled_from(["flood_depth", "impact", "structureFailure"]), VALUES) | VALUES,
})}, optional={"geometry": st.fixed_dictionaries({"coordinates": st.lists(st.floats(), max_size=3)})})  # fmt: skip


@given(FEATURES.map(json.dumps).map(str.encode) | st.binary(max_size=60))
def test_any_bytes_are_a_draft_or_poison(payload: bytes) -> None:
    with suppress(Poison):
        said = parse(make_item(payload=payload))
        assert said.text.strip().encode()
        assert said.created_at.tzinfo is UTC
