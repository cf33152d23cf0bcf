# ruff: noqa: F401, F811  pytest hands the imported fixture `geo` in by its name
"""One Dengar hands a report over to another, and a third reads it there: our own deliverer, server and collector."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from georeport_site import KEY, GeoSite, change, geo
from made import KEY as AUTHOR_KEY
from made import make_place, make_post
from outboxes import ROUTING, deliver, event, happen, open_report, relay
from test_pipeline import make_working
from web_city import NOW, save_report

from dengar.collecting import Collecting
from dengar.ingest import find
from dengar.models import Photo
from dengar.store import Store
from dengar.wiring import make_source, make_target

NUMBER = "DKI-2611-000001"
TEXT = "Jalan berlubang parah di depan sekolah, banyak motor jatuh"
PIXEL = Photo(data=b"\xff\xd8\xff\xe0 pixel", media_type="image/jpeg")


@pytest.fixture
def other(mongo_uri: str) -> Iterator[Store]:
    opened = Store.connect(mongo_uri, f"t{uuid4().hex[:12]}", key=AUTHOR_KEY)
    yield opened
    opened.data.client.drop_database(opened.data.name)
    opened.close()


def test_a_report_is_handed_over_judged_there_and_its_number_noted(
    store: Store, other: Store, geo: GeoSite, model_dir: Path
) -> None:
    section = {"sender": "open311", "url": f"{geo.address}/open311/v2", "api_key": KEY,
               "services": {"jalan_rusak": "jalan_rusak"}}  # fmt: skip
    target = make_target("tetangga", section)
    assert target.sender.check(target.settings) == []
    report = open_report(other, NUMBER, routing=ROUTING)
    with other.data.client.start_session() as session:
        other.posts.save([make_post("1", TEXT, report=NUMBER)], session)
    place = make_place("31.74.03.1002", kelurahan="Bangka", kecamatan="Mampang Prapatan", lat=-6.2632, lon=106.8183,
                       label="Jalan Kemang Raya")  # fmt: skip
    happen(other, report, event("placed", place=place))
    relay(other, target)
    assert deliver(other, target) == 1
    assert deliver(other, target) == 0
    (told,) = [one for one in other.events.of_report(NUMBER) if one.kind == "handed_over"]
    assert told.related is not None
    assert geo.rows(f"tokens/{told.related}.json") == [{"token": told.related}]

    make_working(store, model_dir).drain()

    (row,) = geo.rows(f"requests/{told.related}.json")
    assert (row["service_code"], row["status"]) == ("jalan_rusak", "open")
    assert row["description"].startswith(TEXT)
    assert row["address_id"] == "31.74.03.1002"
    assert geo.rows(f"tokens/{told.related}.json")[0]["service_request_id"] == told.related


@pytest.mark.parametrize("kind", ["json", "xml"])
@pytest.mark.parametrize("size", [2, 200])
def test_our_own_collector_reads_every_request_once_with_all_that_matters(
    store: Store, other: Store, geo: GeoSite, kind: str, size: int
) -> None:
    for n in range(7):
        save_report(store, f"DKI-2611-00010{n}", ago=timedelta(days=n * 10), texts=(f"Banjir & lumpur {n}",),
                    state="selesai" if n == 3 else "proses", photos=((f"a1b2c3d4e{n}", PIXEL),))  # fmt: skip
    change(store, save_report(store, "DKI-2611-000109"), is_hidden=True)
    source = make_source("crm", {
        "collector": "open311", "url": f"{geo.address}/open311/v2", "format": kind, "page_size": size,
        "reread_days": 30, "every": "1 hour",
    })  # fmt: skip
    assert source.collector.check(source.settings) == []
    for _ in range(2):
        ended = Collecting(other, lambda: NOW, "tests").run(source)
        assert ended is not None
        assert ended.outcome == "done", ended.error
    items = sorted(other.items.all_pending(), key=lambda item: item.native_id)
    assert [item.native_id for item in items] == [f"DKI-2611-00010{n}" for n in range(4)]
    assert [item.kind for item in items] == ["upsert", "upsert", "upsert", "ended"]
    draft = find("open311").parse(items[2])
    assert draft.text == "Banjir, genangan, saluran\nBanjir & lumpur 2"
    assert draft.created_at == NOW - timedelta(days=20)
    assert (draft.category_hint, draft.place_hint) == ("Banjir, genangan, saluran", "Tebet Timur, Tebet")
    assert draft.url == f"{geo.address}/foto/a1b2c3d4e2"
    assert draft.geotag is not None
    assert (draft.geotag.lat, draft.geotag.lon) == (-6.2281, 106.8551)
