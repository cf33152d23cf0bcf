"""A served site whose door for requests is the real one, and readers of what GeoReport answers."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from lxml import etree
from web_city import NOW
from web_site import make_status

from dengar.intake import Intake
from dengar.models import ApiClient, Event, Report, hash_key
from dengar.store import Store
from dengar.web.app import make_app
from dengar.web.open311.routes import V2
from dengar.web.rate import Rate
from dengar.web.serve import make_server
from dengar.wiring import category_names, make_source

KEY = "kunci-aplikasi-kota"
ROOTS = {"requests": "service_requests", "services": "services", "tokens": "service_requests"}


class GeoSite:
    """A running endpoint, and its answers in either format as the same plain values."""

    def __init__(self, store: Store, address: str) -> None:
        self.store = store
        self.address = address

    def client(self, **headers: str) -> httpx2.Client:
        return httpx2.Client(base_url=self.address, headers={"accept-language": "id", **headers}, timeout=30)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        with self.client(**headers) as client:
            return client.get(f"{V2}/{path}")

    def post(self, kind: str = "json", *, fields: dict[str, str] | None = None, **more: Any) -> httpx2.Response:  # noqa: ANN401
        with self.client() as client:
            return client.post(f"{V2}/requests.{kind}", data=fields or {}, **more)

    def rows(self, path: str) -> list[dict[str, Any]]:
        """Read a list, which must come with status 200."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return read_rows(answer)

    def ids(self, path: str) -> list[str]:
        return [row["service_request_id"] for row in self.rows(path)]


def read_rows(answer: httpx2.Response) -> list[dict[str, Any]]:
    """Read a list of objects of either format; what XML cannot say (types) is text in both."""
    if answer.headers["content-type"].startswith("application/json"):
        rows = answer.json()
        assert isinstance(rows, list)
        return [plain(row) for row in rows]
    return [read_element(one) for one in etree.fromstring(answer.content)]


def read_element(element: Any) -> Any:  # noqa: ANN401  text, a list or an object
    assert "}" not in element.tag
    assert not element.attrib
    if len(element) == 0:
        return element.text
    tags = {one.tag for one in element}
    if len(tags) == 1 and element.tag.removesuffix("s") in tags:
        return [read_element(one) for one in element]
    return {one.tag: read_element(one) for one in element}


def plain(value: Any) -> Any:  # noqa: ANN401  JSON
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


@contextmanager
def serve_georeport(
    store: Store, *, notice: str | None = None, closed: bool = False, per_minute: int = 0
) -> Iterator[GeoSite]:
    """Serve an endpoint; a `closed` one has no door for requests."""
    source = make_source("service_requests", {"collector": "service_requests"})
    pushes = {} if closed else {source.name: Intake(store, source, lambda: NOW, lambda: None)}
    app = make_app(store, pushes, make_status, category_names(), lambda: NOW, notice)
    if per_minute:
        app.state.client_rate = Rate(per_minute)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = make_server(app, "127.0.0.1", port)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    try:
        yield GeoSite(store, f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def geo(store: Store) -> Iterator[GeoSite]:
    store.clients.add(ApiClient(name="aplikasi kota", contact="tim@kota.example", key_hash=hash_key(KEY), added_at=NOW))
    with serve_georeport(store) as running:
        yield running


def change(store: Store, report: Report, **fields: object) -> Report:
    """Write a report anew, as if an event had changed it."""
    stored = store.reports.find_all([report.number])[0]
    grown = stored.replace(version=stored.version + 1, updated_at=stored.updated_at + timedelta(minutes=30), **fields)
    event = Event(report=stored.number, seq=stored.version, kind="note", at=grown.updated_at, actor="petugas")
    store.grow_report(grown, [event])
    return grown
