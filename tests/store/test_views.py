"""The views for figures, read as a program of others reads them: with pymongo alone."""

import pymongo
import pytest
from pymongo.errors import OperationFailure
from test_web_feeds import change
from web_city import AUTHOR, NOW, TEBET, UNITS, save_report

from dengar.models import OPEN_STATES
from dengar.store import Store
from dengar.store.views import VIEWS, make_views


def read(store: Store, mongo_uri: str, view: str, **chosen: object) -> list[dict[str, object]]:
    client: pymongo.MongoClient[dict[str, object]]
    with pymongo.MongoClient(mongo_uri, tz_aware=True) as client:
        return list(client[store.data.name][view].find(chosen).sort("number", 1))


def test_reports_are_flat_and_tell_nothing_private(store: Store, mongo_uri: str) -> None:
    save_report(store, "DKI-2611-000001", channels=("x", "form"), texts=("Banjir!", "banjir bos"))
    save_report(store, "DKI-2611-000002", place=None, category=None, unit=None, state="selesai")
    change(store, save_report(store, "DKI-2611-000003"), is_hidden=True)
    change(store, save_report(store, "DKI-2611-000004"), state="duplikat", duplicate_of="DKI-2611-000001")
    change(store, save_report(store, "DKI-2611-000005"), voices=0)
    first, second = read(store, mongo_uri, "bi_reports")
    assert first == {
        "number": "DKI-2611-000001", "category": "banjir", "urgency": "routine", "state": "menunggu", "is_open": True,
        "unit": "sda", "voices": 2, "channels": "x form", "kota": "Jakarta Selatan", "kota_code": "31.74",
        "kecamatan": "Tebet", "kecamatan_code": "31.74.01", "kelurahan": "Tebet Timur",
        "kelurahan_code": "31.74.01.1002", "lat": -6.2281, "lon": 106.8551, "precision": "point", "reopened": 0,
        "created_at": first["created_at"], "updated_at": first["updated_at"], "received_at": first["received_at"],
        "respond_by": first["respond_by"], "resolve_by": first["resolve_by"], "routed_at": None, "answered_at": None,
        "closed_at": None,
    }  # fmt: skip
    assert second.keys() == first.keys()
    assert (second["is_open"], second["kota"], second["lat"], second["precision"]) == (False, None, None, None)


def test_events_are_those_of_shown_reports_without_people(store: Store, mongo_uri: str) -> None:
    save_report(store, "DKI-2611-000001", state="selesai", review=("Lokasi belum pasti.",))
    change(store, save_report(store, "DKI-2611-000003"), is_hidden=True)
    events = read(store, mongo_uri, "bi_events")
    assert {one["number"] for one in events} == {"DKI-2611-000001"}
    assert sorted(str(one["kind"]) for one in events) == ["received", "routed", "state"]
    (routed,) = [one for one in events if one["kind"] == "routed"]
    assert (routed["unit"], routed["category"], routed["kelurahan_code"]) == ("sda", "banjir", "31.74.01.1002")
    for secret in (AUTHOR, "petugas-7", "catatan dalam", "Petugas sudah"):
        assert secret not in str(events)


def test_days_have_cells_of_five_and_more(store: Store, mongo_uri: str) -> None:
    other = TEBET.replace(kelurahan="Tebet Barat", kelurahan_code="31.74.01.1001")
    for n in range(9):
        save_report(store, f"DKI-2611-00000{n}", place=TEBET if n < 5 else other, texts=("Banjir!", "ya"),
                    state="selesai" if n == 0 else "proses")  # fmt: skip
    (cell,) = read(store, mongo_uri, "bi_daily")
    assert cell == {
        "day": NOW.replace(day=20, hour=17), "kelurahan_code": "31.74.01.1002", "category": "banjir",
        "kelurahan": "Tebet Timur", "kecamatan_code": "31.74.01", "kota_code": "31.74", "kota": "Jakarta Selatan",
        "reports": 5, "voices": 10, "open": 4,
    }  # fmt: skip
    assert "proses" in OPEN_STATES


def test_views_are_read_only_and_follow_a_new_version(store: Store, mongo_uri: str) -> None:
    store.units.save(UNITS)
    store.data.command("collMod", "bi_units", viewOn="units", pipeline=[{"$project": {"old": "$_id"}}])
    assert "old" in read(store, mongo_uri, "bi_units")[0]
    make_views(store.data)
    make_views(store.data)
    found = read(store, mongo_uri, "bi_units", unit="sda")
    assert found == [{"unit": "sda", "name": "Dinas Sumber Daya Air", "kind": "dinas", "area": None}]
    for view in VIEWS:
        with pytest.raises(OperationFailure):
            store.data[view].insert_one({"number": "x"})
