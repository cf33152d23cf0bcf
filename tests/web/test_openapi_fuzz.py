"""The API does what /api/openapi.json says, whatever it is asked: schemathesis against a served site."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
from deskwork import Time, hear, make_desk, make_staff, unsure
from hypothesis import HealthCheck, Phase
from made import KEY as AUTHOR_KEY
from web_city import NOW, UNITS, save_post, save_report, save_waiting
from web_site import Running, serve

from dengar.atlas import Atlas
from dengar.geocode.importing.folder import Folder
from dengar.intake import Intake
from dengar.models import hash_key
from dengar.store import Store
from dengar.web.ogc.areas import Areas
from dengar.web.rate import Rate
from dengar.wiring import make_source

schemathesis = pytest.importorskip("schemathesis")

from schemathesis import GenerationMode  # noqa: E402  only where it is installed
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.specs.openapi import checks  # noqa: E402

# Not that every request of the right shape is taken: that a text has words, and a point lies on the globe, is no shape.
CHECKS = (
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
)
KEY = "kunci-uji"
NUMBERS = ("DKI-2611-000100", "DKI-2611-000777", "DKI-2611-000778")
ENDLESS = {"GET /api/aliran"}  # a stream does not end: test_web_live reads it
EXAMPLES = 15
ONE, ITEM = "/{collectionId}", "/{collectionId}/items/{featureId}"
OPERATIONS = [
    f"{method} {path}"
    for path, methods in (
        ("/api/lapor", ("POST",)),
        ("/api/lapor/serupa", ("POST",)),
        ("/api/lapor/foto", ("POST",)),
        ("/api/laporan", ("GET",)),
        ("/api/laporan/{number}/kini", ("GET",)),
        ("/umpan/laporan/{number}.atom", ("GET",)),
        ("/api/laporan/{number}", ("GET",)),
        ("/api/laporan/{number}/tanggapan", ("POST",)),
        ("/api/laporan.geojson", ("GET",)),
        ("/api/laporan.csv", ("GET",)),
        ("/api/laporan.parquet", ("GET",)),
        ("/umpan/laporan.atom", ("GET",)),
        ("/umpan/laporan.rss", ("GET",)),
        ("/api/perubahan", ("GET",)),
        ("/api/peta/jumlah", ("GET",)),
        ("/api/peta/titik", ("GET",)),
        ("/api/tempat", ("GET",)),
        ("/peta/wilayah.json", ("GET",)),
        ("/api/peringkat", ("GET",)),
        ("/api/banjir", ("GET",)),
        ("/api/meja/saya", ("GET",)),
        ("/api/meja/antrean", ("GET",)),
        ("/api/meja/terlambat", ("GET",)),
        ("/api/meja/berikut", ("POST",)),
        ("/api/meja/laporan/{number}", ("GET", "POST")),
        ("/api/meja/laporan/{number}/klaim", ("POST", "DELETE")),
        ("/api/meja/laporan/{number}/tutup", ("POST",)),
    )
    for method in methods
]


@pytest.fixture(scope="module")
def site(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Serve one site for all: what one operation does to it must not break another."""
    store = Store.connect(mongo_uri, f"t{uuid4().hex[:12]}", key=AUTHOR_KEY)
    store.units.save(UNITS)
    store.staff.add(make_staff("uji", "admin").replace(key_hash=hash_key(KEY)))
    save_report(store, NUMBERS[0])
    save_waiting(store, NUMBERS[1])
    save_post(store, NUMBERS[2], "Halo", report=None, is_complaint=False)
    hear(store, unsure("1"), unsure("2"))
    with serve(store, desk=make_desk(store, Time(NOW))) as running:
        form = Intake(store, make_source("form", {"collector": "form"}), lambda: NOW, lambda: None)
        old = running.app.state.site
        atlas = Atlas(Folder(tmp_path_factory.mktemp("peta")))
        running.app.state.ogc_areas = Areas(atlas.draw)
        running.app.state.ogc_areas.bounds()  # the first drawing takes some seconds
        maps = replace(old.maps, known=atlas)
        running.app.state.site = replace(old, pushes={"form": form}, rate=Rate(100_000), maps=maps)
        yield running
    store.data.client.drop_database(store.data.name)
    store.close()


@pytest.fixture(scope="module")
def described(site: Running) -> Any:  # noqa: ANN401  schemathesis has no types for us
    return schemathesis.openapi.from_url(f"{site.address}/api/openapi.json")


def test_every_operation_is_tried(described: Any) -> None:  # noqa: ANN401
    found = {f"{one.ok().method.upper()} {one.ok().path}" for one in described.get_all_operations()}
    assert found - ENDLESS == set(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_answers_as_it_is_described(described: Any, name: str) -> None:  # noqa: ANN401
    method, _, path = name.partition(" ")
    ask(described[path][method], "number", NUMBERS)


@pytest.mark.parametrize("path", ["/", *(f"/collections{rest}" for rest in ("", ONE, f"{ONE}/items", ITEM))])
def test_maps_are_answered_as_it_is_described(site: Running, path: str) -> None:
    described = schemathesis.openapi.from_url(f"{site.address}/ogc/api")
    ask(described[path]["GET"], "collectionId", ("laporan", "kota", "kelurahan"))


def ask(operation: Any, name: str, values: Sequence[str]) -> None:  # noqa: ANN401
    """Ask for what the description allows and for what it does not, half of it about something that is there."""
    right = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    wrong = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @hypothesis.seed(20261122)
    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=right | wrong, known=hypothesis.strategies.sampled_from((None, *values)))
    def try_one(case: Any, known: str | None) -> None:  # noqa: ANN401
        if known and name in (case.path_parameters or {}):
            case.path_parameters[name] = known
        answer = case.call(timeout=60, headers={"authorization": f"Bearer {KEY}"})
        case.validate_response(answer, checks=CHECKS)

    try_one()


def test_no_description_is_empty(site: Running) -> None:
    document = site.get("/api/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for code, told in operation["responses"].items():
                kinds = told.get("content", {})
                assert code == "204" or kinds, (method, path, code)
                assert all(one["schema"] for one in kinds.values()), (method, path, code)
            assert {"400", "503"} <= set(operation["responses"])
    names = set(document["components"]["schemas"])
    told = {
        one.rpartition("/")[2].rstrip('"')
        for one in json.dumps(document).split('"$ref": ')[1:]
        for one in [one.split(",")[0].split("}")[0]]
    }
    assert told <= names
