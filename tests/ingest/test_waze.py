import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import NOW, make_item
from pydantic import SecretStr
from served import Site, serve

from dengar.classify.taxonomy import CODES
from dengar.collecting import Collecting
from dengar.errors import Blocked, Forbidden, Poison, SourceChanged, StopSource, Transient
from dengar.ingest import waze
from dengar.ingest.protocol import Batch, Budget, Source
from dengar.ingest.traffic.words import LASTING, TAKEN, WORDS
from dengar.ingest.waze import Cursor, Settings, check, describe, parse, pull
from dengar.models import Draft, Point
from dengar.store import Store

TOKEN = "rahasia-mitra"
PATH = f"/partners/7/waze-feeds/{TOKEN}?format=1"
MINUTE = timedelta(minutes=1)
FLOOD = {"uuid": "air", "type": "HAZARD", "subtype": "HAZARD_WEATHER_FLOOD", "street": "Jl. Gunung Sahari"}
HOLE = {"uuid": "lubang", "type": "HAZARD", "subtype": "HAZARD_ON_ROAD_POT_HOLE", "street": "Jl. Daan Mogot"}
CLOSED = {"uuid": "tutup", "type": "ROAD_CLOSED", "subtype": "", "street": "Jl. Sabang"}


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as served:
        yield served


def make_settings(site: Site | None = None, **changes: object) -> Settings:
    url = SecretStr((site.address if site else "http://127.0.0.1:9") + PATH)
    return Settings(name="waze", collector="waze", url=url).model_copy(update=changes)


def millis(time: datetime) -> int:
    return round(time.timestamp() * 1000)


def place(alert: Mapping[str, object], lon: float = 106.83, lat: float = -6.15) -> dict[str, object]:
    return {"location": {"x": lon, "y": lat}, "pubMillis": millis(NOW - 9 * MINUTE), "city": "Jakarta"} | dict(alert)


class Driving:
    """The feed and its reader, minute by minute."""

    def __init__(self, site: Site, **changes: object) -> None:
        self.site = site
        self.settings = make_settings(site).model_copy(update=changes)
        self.cursor = Cursor()
        self.now = NOW

    def poll(
        self, *alerts: Mapping[str, object], budget: Budget | None = None, **lists: object
    ) -> list[tuple[str, str]]:
        """Read the next minute's snapshot; gives what happened to which id."""
        self.now += MINUTE
        snapshot = {"endTimeMillis": millis(self.now), "alerts": [place(alert) for alert in alerts]} | lists
        self.site.pages[PATH] = (200, {}, json.dumps(snapshot).encode())
        return [(item.kind, item.native_id) for batch in self.read(budget) for item in batch.items]

    def read(self, budget: Budget | None = None) -> list[Batch]:
        batches = list(pull(self.settings, self.cursor, None, budget or Budget(), lambda: self.now))
        for batch in batches:
            assert isinstance(batch.cursor, Cursor)
            self.cursor = batch.cursor
        return batches


def test_thumbs_and_reliability_are_no_news_but_words_are(site: Site) -> None:
    driving = Driving(site)
    assert driving.poll(FLOOD, HOLE) == [("upsert", "air"), ("upsert", "lubang")]
    assert driving.poll(FLOOD | {"nThumbsUp": 9, "reliability": 10, "confidence": 5, "reportRating": 1}, HOLE) == []
    assert driving.poll(FLOOD | {"reportDescription": "sedada"}, HOLE) == [("edit", "air")]


def test_what_stays_away_for_three_polls_is_over_but_a_hole_is_not_mended_by_silence(site: Site) -> None:
    driving = Driving(site)
    driving.poll(FLOOD, HOLE, CLOSED, CLOSED | {"uuid": "lain"})
    rest = (CLOSED, CLOSED | {"uuid": "lain"})
    assert [driving.poll(*rest) for _ in range(4)] == [[], [], [("ended", "air")], []]
    assert driving.poll(*rest, HOLE) == [("upsert", "lubang")]


def test_the_operator_says_what_lasts_and_how_long_a_silence_is(site: Site) -> None:
    driving = Driving(site, closes_after=1, lasting=())
    driving.poll(HOLE, CLOSED)
    assert driving.poll(CLOSED) == [("ended", "lubang")]


def test_what_is_still_there_but_no_longer_asked_for_is_not_over(site: Site) -> None:
    driving = Driving(site, closes_after=1)
    driving.poll(FLOOD, CLOSED, CLOSED | {"uuid": "lain"})
    assert driving.poll(FLOOD | {"subtype": "HAZARD_WEATHER_FOG"}, CLOSED, CLOSED | {"uuid": "lain"}) == []
    driving.settings = driving.settings.model_copy(update={"types": ("HAZARD_WEATHER_FLOOD",)})
    assert [driving.poll(FLOOD, CLOSED, CLOSED | {"uuid": "lain"}) for _ in range(5)][1:] == [[]] * 4


def test_a_poll_that_failed_counts_for_nothing(site: Site) -> None:
    driving = Driving(site)
    driving.poll(FLOOD, CLOSED)
    driving.poll(CLOSED)
    driving.poll(CLOSED)
    site.pages[PATH] = (500, {}, b"")
    with pytest.raises(Transient):
        driving.read()
    assert driving.poll(FLOOD, CLOSED) == []


def test_an_empty_snapshot_closes_nothing_at_once(site: Site) -> None:
    driving = Driving(site)
    driving.poll(FLOOD, CLOSED)
    assert [driving.poll() for _ in range(4)] == [[], [], [], []]
    assert driving.poll(FLOOD, CLOSED) == []
    assert [len(driving.poll()) for _ in range(5)] == [0, 0, 0, 0, 2]


def test_a_snapshot_that_was_read_already_counts_for_nothing(site: Site) -> None:
    driving = Driving(site, closes_after=1)
    driving.poll(FLOOD, CLOSED)
    driving.poll(CLOSED)
    assert driving.read() == []
    site.pages[PATH] = (200, {}, json.dumps({"endTimeMillis": millis(NOW)}).encode())
    assert driving.read() == []


def test_a_budget_leaves_the_rest_for_the_next_look_at_the_same_snapshot(site: Site) -> None:
    driving = Driving(site)
    older = FLOOD | {"pubMillis": millis(NOW - timedelta(hours=1))}
    assert driving.poll(CLOSED, older, budget=Budget(posts=1)) == [("upsert", "air")]
    ((item,),) = [batch.items for batch in driving.read()]
    assert item.native_id == "tutup"
    assert driving.read() == []


def test_only_what_was_asked_for_is_taken(site: Site) -> None:
    driving = Driving(site)
    jam = {"uuid": 12, "street": "Jl. Thamrin", "level": 4, "speed": 1.1, "line": [{"x": 106.8, "y": -6.1}] * 3}
    others = ({"uuid": "tabrakan", "type": "ACCIDENT"}, CLOSED | {"uuid": "kota", "reportByMunicipalityUser": "true"})
    assert driving.poll(*others, FLOOD, jams=[jam], irregularities=[{"id": 12} | jam]) == [("upsert", "air")]
    everything = Driving(site, types=("ACCIDENT", "JAM", "IRREGULARITY"))
    taken = everything.poll(
        *others, FLOOD, {"uuid": "padat", "type": "JAM"}, jams=[jam], irregularities=[{"id": 12} | jam]
    )
    assert {native_id for _, native_id in taken} == {"tabrakan", "padat", "jam:12", "irregularity:12"}
    assert (
        everything.poll(
            *others,
            {"uuid": "padat", "type": "JAM"},
            jams=[jam | {"speed": 9, "delay": 3}],
            irregularities=[{"id": 12} | jam],
        )
        == []
    )


def test_what_cannot_be_read_is_put_aside(site: Site) -> None:
    driving = Driving(site)
    driving.now += MINUTE
    broken = b'[{"type": "HAZARD"}, {"uuid": "x", "type": 5}, {"uuid": "y"}]'
    site.pages[PATH] = (200, {}, b'{"endTimeMillis": %d, "alerts": %s}' % (millis(driving.now), broken))
    (batch,) = driving.read()
    assert batch.items == ()
    assert [one.item.payload for one in batch.poison] == [
        b'{"type": "HAZARD"}', b'{"uuid": "x", "type": 5}', b'{"uuid": "y"}',
    ]  # fmt: skip


def test_an_old_snapshot_is_said_in_a_sentence(site: Site) -> None:
    site.pages[PATH] = (200, {}, json.dumps({"endTimeMillis": millis(NOW - 16 * MINUTE)}).encode())
    with pytest.raises(Transient, match="ends at 20 Nov 02:44 UTC and is not renewed"):
        Driving(site).read()
    assert Driving(site, stale_after_minutes=20).read()


@pytest.mark.parametrize("end", [millis(NOW + timedelta(days=3)), 10**18, 0, -5])
def test_a_time_that_cannot_be_is_a_change(site: Site, end: int) -> None:
    site.pages[PATH] = (200, {}, json.dumps({"endTimeMillis": end}).encode())
    with pytest.raises(SourceChanged, match="clock"):
        Driving(site).read()


def test_no_message_shows_the_address_of_the_feed(site: Site) -> None:
    errors: list[StopSource] = []
    for reply in ((403, {}, b""), (200, {}, b"<html>"), (200, {}, b"[]"), (302, {"location": PATH}, b"")):
        site.pages[PATH] = reply
        with pytest.raises(StopSource) as stopped:
            Driving(site).read()
        errors.append(stopped.value)
    with pytest.raises(Transient) as unreachable:
        list(pull(make_settings(), Cursor(), None, Budget(), lambda: NOW))
    assert [type(error) for error in errors] == [Forbidden, Blocked, SourceChanged, Blocked]
    assert not [error for error in (*errors, unreachable.value) if TOKEN in str(error)]
    assert TOKEN not in repr(make_settings(site))


def test_the_check_reads_the_feed_and_knows_the_types(site: Site) -> None:
    site.pages[PATH] = (200, {}, b'{"endTimeMillis": 1}')
    assert check(make_settings(site)) == []
    (problem,) = check(make_settings(site, types=("HAZARD_POTHOLE",)))
    assert "HAZARD_POTHOLE" in problem
    assert describe().sees_edits


def test_every_code_has_words_and_a_category_that_exists() -> None:
    assert {category for _, category in WORDS.values()} <= {*CODES, None}
    assert all(words for words, _ in WORDS.values())
    assert {*TAKEN, *LASTING} <= WORDS.keys()


def draft(entry: object, native_id: str = "1") -> Draft:
    return parse(make_item(native_id, collector="waze", payload=json.dumps(entry).encode()))


def test_words_are_made_of_codes_street_and_what_the_driver_added() -> None:
    said = draft(
        place({"type": "WEATHERHAZARD/HAZARD", "subtype": "HAZARD_ON_ROAD_OIL", "reportDescription": " licin "})
    )
    assert (said.text, said.category_hint) == ("Tumpahan oli di badan jalan di Jakarta\nlicin", None)
    assert draft(place({"type": "ROAD_CLOSED", "subtype": "ROAD_CLOSED_ALIENS"})).text == "Jalan ditutup di Jakarta"
    assert draft({"type": "SINKHOLE", "subtype": "NO_SUBTYPE"}).text == "Laporan Waze SINKHOLE"
    assert draft(place({"type": "WEATHERHAZARD"})).text == "Bahaya di Jakarta"


def test_a_jam_lies_in_the_middle_of_its_line() -> None:
    line = [{"x": 106.80, "y": -6.20}, {"x": 106.81, "y": -6.21}, {"x": 106.82, "y": -6.22}]
    said = draft({"uuid": 4, "type": "NONE", "line": line, "street": "Jl. Gatot Subroto"}, "jam:4")
    assert (said.text, said.category_hint) == ("Macet di Jl. Gatot Subroto", "macet")
    assert said.geotag == Point(lat=-6.21, lon=106.81)
    assert said.flags == ("bad_time",)


def test_the_time_is_that_of_the_driver() -> None:
    assert draft(place(FLOOD)).created_at == NOW - 9 * MINUTE
    assert draft({"id": 3, "detectionDateMillis": millis(NOW)}, "irregularity:3").created_at == NOW
    ahead = draft(place(FLOOD) | {"pubMillis": millis(datetime(2099, 1, 1, tzinfo=UTC))})
    assert (ahead.created_at, ahead.flags) == (NOW, ("bad_time",))


ENTRIES = st.fixed_dictionaries({}, optional={
    "uuid": st.text(max_size=3) | st.integers(), "type": st.sampled_from([*WORDS, "", "X"]) | st.none(),
    "subtype": st.sampled_from([*WORDS, "NO_SUBTYPE"]) | st.none(), "street": st.text(max_size=5) | st.integers(),
    "pubMillis": st.integers() | st.floats(), "location": st.dictionaries(st.sampled_from("xy"), st.floats()),
    "line": st.lists(st.dictionaries(st.sampled_from("xy"), st.floats(), min_size=2), max_size=3),
    "reportDescription": st.text(max_size=9),
})  # fmt: skip


@given(
    ENTRIES.map(json.dumps).map(str.encode) | st.binary(max_size=60), st.sampled_from(["1", "jam:1", "irregularity:1"])
)
def test_any_bytes_are_a_draft_or_poison(payload: bytes, native_id: str) -> None:
    with suppress(Poison):
        said = parse(make_item(native_id, payload=payload))
        assert said.text.encode()
        assert "\0" not in said.text


def test_what_the_feed_no_longer_shows_ends_in_the_store_once(site: Site, store: Store) -> None:
    driving = Driving(site)
    source = Source(name="waze", collector=waze, settings=driving.settings)
    kinds = []
    for alerts in ([FLOOD, CLOSED], [CLOSED], [CLOSED], [CLOSED], [CLOSED], [FLOOD, CLOSED]):
        driving.now += MINUTE
        snapshot = {"endTimeMillis": millis(driving.now), "alerts": [place(alert) for alert in alerts]}
        site.pages[PATH] = (200, {}, json.dumps(snapshot).encode())
        ended = Collecting(store, lambda: driving.now, "tests").run(source)
        assert ended is not None
        assert ended.error is None
        row = store.data["items"].find_one({"_id": "waze:waze:air"})
        assert row is not None
        kinds.append((row["revision"], row.get("kind", "upsert")))
    assert kinds == [(1, "upsert")] * 3 + [(2, "ended")] * 2 + [(3, "upsert")]
