"""How heavy /peta is and how long a phone waits for its map: `python bench/first_look.py`.

A site with made reports is opened by Chromium as a phone on a slow line: 1.6 Mbit/s with 150 ms there and back, and a
processor four times slower. Printed are the kilobytes of the first load as they go over the line, the milliseconds
until the list can be read and until the map is coloured, and the same for a view of points. The best of some rounds
counts, because other work on the machine slows a browser down.
"""

import argparse
import asyncio
import random
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from dengar.atlas import Atlas
from dengar.geocode.ground import Ground, built_in_ground
from dengar.geocode.importing.folder import Folder
from dengar.models import Area, Event, Place, Report, Routing, Status
from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo
from dengar.web.app import make_app
from dengar.web.serve import make_server

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CATEGORIES = {"banjir": ("Banjir", "Flood"), "sampah": ("Sampah", "Waste"), "jalan_rusak": ("Jalan", "Road")}
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
SLOWER = 4
PAGES = {"the city": "/peta", "a view of points": "/peta#15/-6.2/106.84"}
MARKS = "performance.getEntriesByType('mark').map((one) => [one.name, one.startTime])"


class Look(NamedTuple):
    """One opening of the page."""

    kilobytes: float
    list_ms: float
    map_ms: float


def make_report(number: int, area: Area, above: tuple[Area, Area], rng: random.Random) -> Report:
    """Make an open report somewhere in a kelurahan."""
    kecamatan, kota = above
    at = NOW - timedelta(minutes=rng.randint(1, 60_000))
    place = Place(
        level="kelurahan", kota=kota.name, kota_code=kota.code, kecamatan=kecamatan.name, kelurahan=area.name,
        kecamatan_code=kecamatan.code, kelurahan_code=area.code, precision="point", confidence=0.9,
        lat=area.lat + rng.uniform(-0.004, 0.004), lon=area.lon + rng.uniform(-0.004, 0.004),
    )  # fmt: skip
    return Report(
        number=f"DKI-2611-{number:06d}", category=rng.choice(list(CATEGORIES)), title="Sampah menumpuk di tepi jalan",
        urgency=rng.choice(["routine", "routine", "today"]), confidence=0.9, place=place, kel=area.code, unit=None,
        state=rng.choice(["menunggu", "proses"]), routing=Routing(), created_at=at, updated_at=at, received_at=at,
        last_voice_at=at, version=1, voices=1, authors=("x",), channels=("x",), numbers=(f"DKI-2611-{number:06d}",),
    )  # fmt: skip


def fill(store: Store, ground: Ground, count: int) -> None:
    """Save so many reports, most of them in few kelurahan, as on a bad day."""
    rng = random.Random(3)  # noqa: S311  nothing is secret here
    areas = {area.code: area for area in ground.areas}
    kelurahan = [area for area in ground.areas if area.level == "kelurahan"]
    weights = [rng.paretovariate(1.1) for _ in kelurahan]
    reports = []
    for number, area in enumerate(rng.choices(kelurahan, weights, k=count)):
        reports.append(make_report(number, area, (areas[area.code[:8]], areas[area.code[:5]]), rng))
    events = [Event(report=one.number, seq=0, kind="received", at=NOW, actor="dengar") for one in reports]
    store.reports.save(reports, events, None)


@contextmanager
def run_site(count: int) -> Iterator[str]:
    """Serve the reports on a free port."""
    with tempfile.TemporaryDirectory() as folder:
        mongo = EmbeddedMongo(Path(folder), cache_gb=0.25)
        mongo.start()
        store = Store.connect(mongo.uri, "pages", key=b"0123456789abcdef")
        fill(store, built_in_ground(), count)
        atlas = Atlas(Folder(Path(folder) / "gazetteer"))
        atlas.draw("kelurahan")
        status = Status(at=NOW, version="0", store_ready=True)
        app = make_app(store, {}, lambda: status, CATEGORIES, lambda: NOW, atlas=atlas)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = make_server(app, "127.0.0.1", port)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
        thread.start()
        while not server.started:
            thread.join(0.01)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()
        store.close()
        mongo.stop()


def look(browser: Browser, address: str) -> Look:
    """Open a page as a phone that was never here."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = context.new_page()
    sizes: list[float] = []
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
    line.send("Network.emulateNetworkConditions", LINE)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="commit")
    page.wait_for_selector("[data-peta][data-ready]")
    marks = dict(page.evaluate(MARKS))
    read = page.evaluate("performance.getEntriesByType('paint').at(-1).startTime")
    context.close()
    return Look(sum(sizes) / 1000, read, marks["peta"])


def main() -> None:
    """Run the module as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with run_site(asked.reports) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, address in PAGES.items():
            looks = [look(browser, site + address) for _ in range(asked.rounds)]
            best = min(looks, key=lambda one: one.map_ms)
            print(f"{name}: {best.kilobytes:.0f} kB, read after {best.list_ms:.0f} ms, map after {best.map_ms:.0f} ms")
        browser.close()


if __name__ == "__main__":
    main()
