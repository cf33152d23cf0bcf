"""A real server on a real port, and fake pushes to send reports into."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from made import KEY

from dengar.errors import BadRequest
from dengar.models import Accepted, Ailment, Receipt, Request, SourceStatus, Status
from dengar.store import Store
from dengar.web.app import Push, make_app
from dengar.web.live import MOST_CLIENTS, Live
from dengar.web.serve import make_server

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CATEGORIES = {
    "banjir": ("Banjir", "Flood"),
    "sampah": ("Sampah", "Waste"),
    "jalan_rusak": ("Jalan rusak", "Damaged road"),
}


class FakePush:
    """Remembers what it was handed; the same `kunci` or body gives the same number; refuses an empty text."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.problem: Exception | None = None

    def __call__(self, request: Request) -> Accepted:
        if self.problem:
            raise self.problem
        is_new = request.body not in [one.body for one in self.requests]
        self.requests.append(request)
        number = 1 + [one.body for one in self.requests].index(request.body)
        receipt = Receipt(item_id=f"form:web:{number}", number=f"DKI-2611-{number:06d}", is_new=is_new)
        return Accepted(receipts=(receipt,))


class SignedPush(FakePush):
    """Refuses what is not signed."""

    def __call__(self, request: Request) -> Accepted:
        if request.headers.get("x-signature") != "good":
            raise BadRequest("The signature is missing, wrong, or too old.", status=401)
        return super().__call__(request)


class Running:
    """A running site: its address, its pushes, and clients for it."""

    def __init__(self, app: FastAPI, address: str, form: FakePush, hook: SignedPush, stop: Callable[[], None]) -> None:
        self.app = app
        self.address = address
        self.stop = stop
        self.form = form
        self.hook = hook

    def client(self, language: str = "id", **headers: str) -> httpx2.Client:
        return httpx2.Client(
            base_url=self.address, headers={"accept-language": language, **headers}, timeout=30, verify=False
        )

    def get(self, path: str, language: str = "id") -> httpx2.Response:
        with self.client(language) as client:
            return client.get(path)


def make_status() -> Status:
    refused = Ailment(kind="auth_expired", says="The credentials are refused.", cause="<b>Kata sandi</b> ditolak.")
    sources = (
        SourceStatus(name="surel", collector="email", enabled=True, every="1m"),
        SourceStatus(name="balai", collector="webhook", enabled=True, quarantined=3, ailments=(refused,)),
    )
    return Status(at=NOW, version="0.1.0", store_ready=True, reports=1234, sources=sources, problems=("balai: …",))


@contextmanager
def serve(
    store: Store,
    notice: str | None = None,
    status: Callable[[], Status] = make_status,
    *,
    most_listeners: int = MOST_CLIENTS,
    trusted_proxies: Sequence[str] = (),
    categories: Mapping[str, tuple[str, str]] = CATEGORIES,
    clock: Callable[[], datetime] = lambda: NOW,
    **doors: Any,  # noqa: ANN401  as make_app takes them
) -> Iterator[Running]:
    form, hook = FakePush(), SignedPush()
    pushes: Mapping[str, Push] = {"form": form, "balai": hook}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = make_app(store, pushes, status, categories, clock, notice, **doors)
    app.state.site = replace(app.state.site, live=Live(store.news, most_listeners))
    server = make_server(app, "127.0.0.1", port, trusted_proxies)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)

    def stop() -> None:
        server.should_exit = True

    try:
        yield Running(app, f"http://127.0.0.1:{port}", form, hook, stop)
    finally:
        stop()
        thread.join()


@pytest.fixture
def site(store: Store) -> Iterator[Running]:
    with serve(store, notice="Ini hari contoh.") as running:
        yield running


@pytest.fixture(scope="module")
def lone_store(mongo_uri: str) -> Iterator[Store]:
    """One database for all tests of a module that store nothing: making its indexes takes a while."""
    opened = Store.connect(mongo_uri, f"t{uuid4().hex[:12]}", key=KEY)
    yield opened
    opened.data.client.drop_database(opened.data.name)
    opened.close()


@pytest.fixture
def lone_site(lone_store: Store) -> Iterator[Running]:
    with serve(lone_store) as running:
        yield running


def open_session(store: Store, name: str) -> str:
    """Sign somebody in; the store throws sessions away by its own clock, which may be ahead of the tests'."""
    return store.sessions.begin(name, max(NOW, datetime.now(UTC)))


def before(**ago: float) -> datetime:
    return NOW - timedelta(**ago)
