"""A site as residents use it: the real form, the real judgement, a desk, and a browser."""

import asyncio
import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from deskwork import Time, locator, make_desk, make_staff, router
from made import KEY
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from web_site import make_status

from dengar.atlas import Atlas
from dengar.classify import Classifier
from dengar.desk import Desk
from dengar.geocode.importing.folder import Folder
from dengar.intake import Intake
from dengar.models import Report
from dengar.pipeline import Pipeline
from dengar.routing import commands as do
from dengar.routing.rules import Router
from dengar.store import Store
from dengar.suggesting import Suggesting
from dengar.web.app import make_app
from dengar.web.serve import make_server
from dengar.wiring import category_codes, category_names, make_source
from dengar.working import Working

KEMANG = (-6.2607, 106.8136)  # Jl. Kemang Raya, Kel. Bangka
HOLE = "Jalan berlubang parah di Jl. Kemang Raya, banyak motor jatuh"


class Rules:
    """The built-in rules, as the pipeline asks for them."""

    def current(self) -> Router:
        return router()


class Town:
    """A running site and what stands behind it; `work` judges what was sent."""

    def __init__(self, store: Store, address: str, working: Working, desk: Desk, clock: Time) -> None:
        self.store = store
        self.address = address
        self.desk = desk
        self.clock = clock
        self._working = working

    def client(self, language: str = "id") -> httpx2.Client:
        headers = {"accept-language": language}
        return httpx2.Client(base_url=self.address, headers=headers, timeout=60)

    def work(self) -> None:
        self._working.drain()

    def send(self, text: str, **fields: str) -> str:
        """Send a report as a program does, let it be judged, and give its number."""
        with self.client() as client:
            number = str(client.post("/api/lapor", json={"text": text} | fields).json()["nomor"])
        self.work()
        return number

    def find(self, number: str) -> Report:
        report = self.store.find_report(number)
        assert report is not None
        return report

    def close(self, number: str) -> None:
        report = self.find(number)
        self.desk.act(make_staff(), report.number, do.Close(note="Sudah ditambal."))


@contextmanager
def serve_town(store: Store, model_dir: Path) -> Iterator[Town]:
    clock, classifier, desk = Time(), Classifier.load(model_dir), make_desk(store)
    desk = make_desk(store, clock)
    pipeline = Pipeline(
        store=store,
        classifier=classifier,
        locator=locator(),
        router=Rules(),
        categories=category_codes(),
        author_key=KEY,
    )
    working = Working(store, pipeline, clock, "me")
    suggesting = Suggesting(store, lambda: (classifier, locator()), category_codes(), clock, KEY)
    pushes = {"form": Intake(store, make_source("form", {"collector": "form"}), clock, lambda: None)}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store.units.save(list(router().units.values()))
    app = make_app(
        store, pushes, make_status, category_names(), clock, desk=desk, listener=suggesting,
        atlas=Atlas(Folder(Path("/nope"))),
    )  # fmt: skip
    server = make_server(app, "127.0.0.1", port)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    try:
        yield Town(store, f"http://127.0.0.1:{port}", working, desk, clock)
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def town(store: Store, model_dir: Path) -> Iterator[Town]:
    with serve_town(store, model_dir) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


def open_phone(browser: Browser, *, scripts: bool = True, **options: object) -> BrowserContext:
    """Open a phone's browser, in Indonesian."""
    return browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        java_script_enabled=scripts,
        locale="id-ID",
        **options,  # type: ignore[arg-type]  # playwright checks them
    )


def take_photo(
    where: tuple[float, float] | None = KEMANG, size: tuple[int, int] = (800, 600), kind: str = "JPEG", shade: int = 120
) -> bytes:
    """Take a photo with a place and a time in its EXIF."""
    image = Image.effect_noise(size, 60).convert("RGB").point(lambda value: min(255, value + shade // 4))
    exif = Image.Exif()
    if where:
        gps = exif.get_ifd(0x8825)
        for ref, field, value, signs in ((1, 2, where[0], "NS"), (3, 4, where[1], "EW")):
            gps[ref] = signs[value < 0]
            gps[field] = (abs(value), 0.0, 0.0)
        exif.get_ifd(0x8769)[0x9003] = "2026:11:20 09:12:00"
    out = io.BytesIO()
    image.save(out, kind, exif=exif, quality=88)
    return out.getvalue()
