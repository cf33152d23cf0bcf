# ruff: noqa: F401, F811  pytest hands the imported fixture `site` in by its name
"""What the web tells of the flood and of the units' performance."""

import json
from datetime import datetime, timedelta

from made import make_place, make_post
from web_site import NOW, Running, site

from dengar.flooding import find_flood, judge_depth
from dengar.models import Event, Report, Routing, Sighting, Unit
from dengar.models.reading import Reading
from dengar.store import Store
from dengar.store.water import WaterPoll

KEBON_BARU, UNITS = "31.74.01.1002", [Unit(code="kel:1", name="Kelurahan Satu", kind="kelurahan")]


def make_flood(number: int, authors: tuple[str, ...] = ("a",), at: datetime = NOW, **changes: object) -> Report:
    report = Report(
        number=f"DKI-2611-{number:06d}",
        category="banjir",
        title="Banjir",
        urgency="danger",
        confidence=0.9,
        place=make_place(KEBON_BARU, kelurahan="Kebon Baru", lat=-6.234567, lon=106.861234),
        kel=KEBON_BARU,
        unit="kel:1",
        state="menunggu",
        routing=Routing(),
        created_at=at,
        last_voice_at=at,
        received_at=at,
        updated_at=at,
        version=1,
        voices=len(authors),
        authors=authors,
        channels=("form",),
        numbers=(f"DKI-2611-{number:06d}",),
    )
    return report.replace(**changes)


def keep(store: Store, *reports: Report) -> None:
    events = [Event(report=one.number, seq=0, kind="note", at=NOW, actor="dengar") for one in reports]
    store.reports.save(reports, events, None)


def say(store: Store, report: Report, *texts: str, **changes: object) -> None:
    posts = [
        make_post(f"{report.number}-{n}-{len(changes)}", text, report=report.number, **changes)
        for n, text in enumerate(texts)
    ]
    store.posts.save(posts, None)


def test_the_flood_is_told_by_river_and_kelurahan(store: Store) -> None:
    point = Sighting(lat=-6.2399, lon=106.8655, last_at=NOW)
    crowd = make_flood(1, ("a", "b", "c", "d", "e"), points=(point,))
    lost = make_flood(2, place=None)
    old, done, hidden, other = (
        make_flood(3, last_voice_at=NOW - timedelta(hours=25)),
        make_flood(4, state="selesai"),
        make_flood(5, is_hidden=True),
        make_flood(6, category="sampah"),
    )
    keep(store, crowd, lost, old, done, hidden, other)
    say(store, crowd, "banjir selutut", "banjir 80 cm", "setinggi atap", "banjir")
    say(store, crowd, "banjir 400 cm", "banjir 400 cm", hidden_since=NOW)
    found = find_flood(store, NOW)
    assert (found.reports, found.areas, found.by_depth) == (2, 1, {"71-150": 1})
    unknown, ciliwung = sorted(found.basins, key=lambda one: one.name)
    assert (unknown.name, unknown.areas[0].code, unknown.areas[0].points) == ("", "", ())
    (area,) = ciliwung.areas
    assert (ciliwung.name, area.name, area.voices, area.deepest_cm, area.deepest) == (
        "Ciliwung", "Kebon Baru", 5, 80, "71-150",
    )  # fmt: skip
    assert [(one.lat, one.lon, one.depth) for one in area.points] == [
        (-6.2346, 106.8612, "71-150"),
        (-6.2399, 106.8655, "71-150"),
    ]


def test_few_people_are_not_told_apart(store: Store) -> None:
    keep(store, make_flood(1, ("a", "b")), make_flood(2, ("b", "c", "d")))
    (area,) = find_flood(store, NOW).basins[0].areas
    assert (area.reports, area.voices) == (2, None)
    assert {(one.lat, one.lon) for one in area.points} == {(-6.235, 106.861)}


def test_one_who_exaggerates_moves_nothing() -> None:
    assert judge_depth(["selutut", "40 cm", "setinggi atap"]) == 50
    assert judge_depth(["banjir"]) is None


def test_gates_have_their_alarm_and_old_readings_are_marked(store: Store) -> None:
    store.water.save(
        [
            Reading(gate="manggarai", at=NOW - timedelta(hours=3), cm=960),
            Reading(gate="katulampa", at=NOW - timedelta(minutes=30), cm=160, weather="Hujan"),
            Reading(gate="katulampa", at=NOW - timedelta(minutes=90), cm=210),
        ]
    )
    store.water.keep_poll(WaterPoll(at=NOW, problem="It does not answer."))
    found = find_flood(store, NOW)
    gates = {one.code: one for one in found.gates}
    assert (gates["manggarai"].siaga, gates["manggarai"].is_stale) == (1, True)
    assert (gates["katulampa"].siaga, gates["katulampa"].cm, gates["katulampa"].is_stale) == (2, 160, False)
    assert (gates["karet"].cm, gates["karet"].siaga, gates["karet"].is_stale) == (None, None, True)
    assert (found.highest_alarm, found.levels_problem) == (2, "It does not answer.")
    assert len(found.pumps) == 67


def test_the_flood_is_public_and_names_nobody(store: Store, site: Running) -> None:
    report = make_flood(1, ("pseudonym of somebody",))
    keep(store, report)
    say(store, report, "banjir sedada", author="pseudonym of somebody")
    answer = site.get("/api/banjir")
    assert answer.status_code == 200
    assert "pseudonym" not in answer.text
    assert "sedada" not in answer.text
    told = answer.json()
    assert told["basins"][0]["areas"][0]["deepest"] == "71-150"
    assert {"at", "since", "reports", "gates", "pumps", "highest_alarm"} <= set(told)


def test_units_are_ranked_in_public_and_people_are_not(store: Store, site: Running) -> None:
    store.units.save(UNITS)
    keep(
        store,
        *(
            make_flood(n, at=NOW - timedelta(hours=1), state="selesai", closed_at=NOW, handled_by="sari")
            for n in range(3)
        ),
    )
    told = site.get("/api/peringkat?level=kelurahan")
    assert told.status_code == 200
    (row,) = told.json()["rows"]
    assert (row["code"], row["cases"], row.get("band"), row.get("rank")) == ("kel:1", 3, None, None)
    assert told.json()["names"] == {"kel:1": "Kelurahan Satu"}
    refused = site.get("/api/peringkat?level=staff")
    assert refused.status_code == 422
    assert "sari" not in told.text + json.dumps(refused.json())
