"""Rows a second and peak memory of every export, and how fast a change reaches live listeners.

`python bench/feeds.py [--reports 200000] [--clients 200] [--changes 300]`
"""

import argparse
import asyncio
import json
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dengar.exporting import WRITERS, StoredNames, read_reports
from dengar.feeds.rows import ReportRow, Row
from dengar.geocode.tables import read_areas
from dengar.models import Box, Place, Report, Routing, Selection, Status
from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo
from dengar.web.app import make_app
from dengar.web.serve import make_server

KEY = b"the key of the bench"
START = datetime(2026, 1, 5, tzinfo=UTC)
BATCH, BURST = 1000, 500
CATEGORIES = ("banjir", "macet", "sampah", "jalan_rusak", "lampu_jalan", "parkir_liar", "pohon", "trotoar")
NAMES = StoredNames(categories={}, units={})
PER_SECOND = 20


def main() -> None:
    """Measure, or be the child that is measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=200_000)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--changes", type=int, default=300)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        part, uri, *words = asked.child
        if part == "serve":
            serve(uri, *words)
        else:
            export(uri, *words)
        return
    with running_mongo() as uri:
        store = Store.connect(uri, "bench", key=KEY)
        fill(store, asked.reports)
        measure_pages(store)
        for form in WRITERS:
            print(ask_child("export", uri, form, ""), flush=True)
        print(ask_child("export", uri, "csv", CATEGORIES[0]), flush=True)
        print(read_changes(store), flush=True)
        measure_live(store, uri, asked.clients, asked.changes)
        store.close()


@contextmanager
def running_mongo() -> Iterator[str]:
    """Run a MongoDB in a folder that is deleted afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="dengar-bench-"))
    mongo = EmbeddedMongo(folder)
    mongo.start()
    try:
        yield mongo.uri
    finally:
        mongo.stop()
        shutil.rmtree(folder)


def make_reports(count: int, first: int = 0, month: str = "2601") -> Iterator[Report]:
    """Give invented reports in all kelurahan."""
    areas = [area for area in read_areas() if area.level == "kelurahan"]
    for n in range(first, first + count):
        area, at = areas[n % len(areas)], START + timedelta(seconds=20 * n)
        place = Place(
            level="kelurahan", kota="Jakarta", kota_code=area.code[:5], kecamatan="Kecamatan",
            kecamatan_code=area.code[:8], kelurahan=area.name, kelurahan_code=area.code,
            lat=area.lat, lon=area.lon, precision="point", confidence=0.9,
        )  # fmt: skip
        yield Report(
            number=f"DKI-{month}-{n:06d}", category=CATEGORIES[n % len(CATEGORIES)],
            title=f"Jalan berlubang cukup dalam di depan pasar {area.name}, sudah {n % 9} hari, mohon diperbaiki",
            urgency="routine", confidence=0.9, place=place, kel=area.code, unit="sda", state="menunggu",
            routing=Routing(unit="sda", rule="bench", reason="Jalan ditangani Suku Dinas Bina Marga.", respond_by=at),
            created_at=at, last_voice_at=at, updated_at=at, received_at=at, version=0, voices=3,
            authors=tuple(f"{n:032x}{one}" for one in range(3)), channels=("x", "sms"),
            numbers=tuple(f"DKI-{month}-{n:06d}-{one}" for one in range(3)), gist=("jalan", "berlubang", "pasar"),
        )  # fmt: skip


def fill(store: Store, count: int) -> None:
    """Store the reports."""
    began = time.perf_counter()
    for first in range(0, count, BATCH):
        store.reports.save(list(make_reports(min(BATCH, count - first), first)), [], None)
    print(f"{count:,} reports stored in {time.perf_counter() - began:.0f} s", flush=True)


def measure_pages(store: Store) -> None:
    """Ask for the newest hundred of several filters, as feeds and pages do."""
    one = next(make_reports(1))
    asked = {
        "everything": Selection(),
        "a kelurahan": Selection(area=one.kel),
        "a kecamatan": Selection(area=one.kel[:8]),
        "a category in a kota": Selection(area=one.kel[:5], category=one.category),
        "a box of 2 km": Selection(box=Box(west=106.80, south=-6.22, east=106.82, north=-6.20)),
        "closed, of which there are none": Selection(state="closed"),
    }
    for what, selection in asked.items():
        took = []
        for _ in range(5):
            began = time.perf_counter()
            store.reports.select(selection, 100)
            took.append(time.perf_counter() - began)
        print(f"newest 100 of {what}: {statistics.median(took) * 1000:.0f} ms", flush=True)


def ask_child(*words: str) -> str:
    """Run a part of the bench in a process of its own; give what it prints."""
    done = subprocess.run([sys.executable, __file__, "--child", *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def export(uri: str, form: str, category: str = "") -> None:
    """Export all reports, or those of a category, to nowhere."""
    store = Store.connect(uri, "bench", key=KEY)
    began, rows, size, first = time.perf_counter(), 0, 0, 0.0

    def pages() -> Iterator[Sequence[Row]]:
        nonlocal rows
        for page in read_reports(store, Selection(category=category or None), NAMES, "http://127.0.0.1"):
            rows += len(page)
            yield page

    busy = time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for chunk in WRITERS[form](pages(), ReportRow):
        first = first or time.perf_counter() - began
        size += len(chunk)
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    what = f"{form} {category}".strip()
    print(
        f"{what:14} {rows:,} rows, {rows / took:,.0f} rows/s "
        f"({rows / (time.process_time() - busy):,.0f} a second of CPU), {size / 1e6:.0f} MB, "
        f"first bytes {first:.2f} s, memory {before:.0f} MB at the start, {peak:.0f} MB at most"
    )


def read_changes(store: Store) -> str:
    """Read everything by the cursor of changes."""
    began, rows, position = time.perf_counter(), 0, None
    while True:
        page = store.news.read(position, BATCH, Selection())
        rows, position = rows + len(page.items), page.position
        if page.is_last:
            took = time.perf_counter() - began
            return f"{'changes':14} {rows:,} rows, {rows / took:,.0f} rows/s in pages of {BATCH}"


def serve(uri: str, port: str) -> None:
    """Serve the site."""
    store = Store.connect(uri, "bench", key=KEY)
    names = {one: (one, one) for one in CATEGORIES}
    app = make_app(store, {}, lambda: Status(at=START, version="", store_ready=True), names, lambda: START)
    asyncio.run(make_server(app, "127.0.0.1", int(port)).serve())


def measure_live(store: Store, uri: str, clients: int, changes: int) -> None:
    """Let clients listen to a server of its own, and measure from before each write to when each has read it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, __file__, "--child", "serve", uri, str(port)])
    try:
        single, burst = asyncio.run(_listen_all(store, port, clients, changes))
    finally:
        server.kill()
        server.wait()
    for what, found in ((f"{PER_SECOND} changes/s", single), (f"{BURST} in one transaction", burst)):
        cuts = statistics.quantiles(found, n=100)
        print(
            f"live, {clients} clients, {what}: {len(found):,} events, "
            f"median {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, longest {max(found) * 1000:.0f} ms"
        )


async def _listen_all(store: Store, port: int, clients: int, changes: int) -> tuple[list[float], list[float]]:
    sent: dict[str, float] = {}
    took: dict[str, list[float]] = {"2602": [], "2603": []}
    ready = asyncio.Semaphore(0)
    listeners = [asyncio.create_task(_listen(port, sent, took, changes + BURST, ready)) for _ in range(clients)]
    for _ in listeners:
        await ready.acquire()
    await asyncio.to_thread(_write, store, sent, changes)
    await asyncio.gather(*listeners)
    return took["2602"], took["2603"]


def _write(store: Store, sent: dict[str, float], changes: int) -> None:
    pause = threading.Event()
    for report in make_reports(changes, month="2602"):
        sent[report.number] = time.perf_counter()
        store.reports.save([report], [], None)
        pause.wait(1 / PER_SECOND)
    burst = list(make_reports(BURST, month="2603"))
    sent.update(dict.fromkeys((one.number for one in burst), time.perf_counter()))
    with store.data.client.start_session() as session, session.start_transaction():
        store.reports.save(burst, [], session)


async def _listen(
    port: int, sent: dict[str, float], took: dict[str, list[float]], wanted: int, ready: asyncio.Semaphore
) -> None:
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
            break
        except OSError:
            await asyncio.sleep(0.2)  # the server is still starting
    writer.write(b"GET /api/aliran HTTP/1.1\r\nHost: bench\r\n\r\n")
    while wanted:
        line = await reader.readline()
        if not line:
            raise ConnectionError("A listener was sent away.")
        if line.startswith(b"event: mulai"):
            ready.release()
        elif line.startswith(b'data: {"number"'):
            number = json.loads(line[6:])["number"]
            took[number[4:8]].append(time.perf_counter() - sent[number])
            wanted -= 1
    writer.close()


if __name__ == "__main__":
    main()
