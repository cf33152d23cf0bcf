"""A day of a city, pressed into a minute: twelve sources of all kinds, four of them sick (`make day`: 40,000 posts)."""

import asyncio
import hashlib
import hmac
import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from xml.sax.saxutils import escape

import pytest
from dovecot import PASSWORD, run_dovecot
from serving_replies import Page
from standard_cases import LOGIN_PAGE, serve_pages
from test_pipeline import check_books, locator, make_working

from dengar.collecting import Collecting
from dengar.health import make_status
from dengar.ingest.protocol import Source
from dengar.intake import Intake
from dengar.models import Request
from dengar.scheduler import Scheduler
from dengar.store import Store
from dengar.wiring import make_source

STEPS = 10
POSTS_PER_SECOND = 4000 / 20  # how fast a day of posts comes: a poll brings no more than the pipeline can take
PATIENCE_SECONDS = 600
SECRET = "a-secret-of-the-tests"
SHARES = {
    "berkas": 0.50, "surat": 0.02, "surel": 0.10, "banjir": 0.10, "jalan": 0.08, "tetangga": 0.05,
    "gema": 0.05, "formulir": 0.05, "pesan": 0.05,
}  # fmt: skip
PUSHED = ("gema", "formulir", "pesan")
SICK = {"mati": "transient", "lelah": "rate_limited", "kacau": "blocked"}
PROBLEMS = (
    "Lubang besar di Jalan {street} dekat {spot}, motor sering jatuh",
    "Sampah menumpuk di {street} depan {spot} belum diangkut {n} hari",
    "Lampu jalan {street} mati dari {spot} sampai ujung, gelap sekali",
    "Pohon tumbang menutup {street} di samping {spot}",
    "Got mampet di {street} RT {n}, air meluap ke {spot}",
    "Selamat pagi warga {street}, semoga hari ini lancar, salam dari {spot}",
)
STREETS = ("Kemang Raya", "Fatmawati", "Tebet Timur", "Daan Mogot", "Otista", "Pemuda", "Gunung Sahari", "Panjang")
SPOTS = ("masjid", "sekolah", "pasar", "halte", "warung", "pos ronda", "puskesmas", "jembatan", "apotek", "bengkel")


def write(source: str, n: int) -> str:
    form, where = PROBLEMS[n % len(PROBLEMS)], kelurahan()[n * 37 % len(kelurahan())]
    said = form.format(street=STREETS[n // 6 % 8], spot=SPOTS[n // 48 % 10], n=n % 9 + 1)
    return f"{said}, Kelurahan {where} ({source} {n})"


@cache
def kelurahan() -> list[str]:
    return sorted({area.name for area in locator().areas if area.level == "kelurahan"})


@dataclass(frozen=True, kw_only=True)
class City:
    """How many messages each source has in a step of the day, how long a step takes, and when the day began."""

    counts: Mapping[str, int]
    poll: int
    began: float

    async def end_of(self, step: int) -> None:
        await asyncio.sleep(max(0.0, self.began + (step + 1) * self.poll - time.monotonic()))

    def step(self) -> int:
        return min(STEPS, int((time.monotonic() - self.began) / self.poll) + 1)

    def total(self, source: str) -> int:
        return self.counts[source] * STEPS

    def seen(self, source: str) -> range:
        return range(self.counts[source] * self.step())


def now() -> datetime:
    return datetime.now(UTC)


def feed(city: City) -> bytes:
    newest = city.seen("surat")[-900:]
    entries = "".join(
        f"<item><guid>surat-{n}</guid><title>{escape(write('surat', n))}</title></item>" for n in reversed(newest)
    )
    return f'<rss version="2.0"><channel><title>Surat</title>{entries}</channel></rss>'.encode()


def floods(city: City) -> bytes:
    at = now().isoformat()
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [106.75 + n % 97 / 1000, -6.15 - n % 89 / 1000]},
            "properties": {"pkey": str(n), "created_at": at, "disaster_type": "flood", "text": write("banjir", n),
                           "status": "confirmed", "report_data": {"report_type": "flood", "flood_depth": 40}},
        }
        for n in city.seen("banjir")
    ]  # fmt: skip
    return json.dumps({"statusCode": 200, "result": {"type": "FeatureCollection", "features": features}}).encode()


def roads(city: City) -> bytes:
    millis = int(time.time() * 1000)
    alerts = [
        {"uuid": f"jalan-{n}", "type": "HAZARD", "subtype": "HAZARD_ON_ROAD_POT_HOLE", "pubMillis": millis,
         "location": {"x": 106.75 + n % 97 / 1000, "y": -6.15 - n % 89 / 1000}, "street": "Jl. Panjang",
         "reportDescription": write("jalan", n)}
        for n in city.seen("jalan")
    ]  # fmt: skip
    return json.dumps({"endTimeMillis": millis, "startTimeMillis": millis - 60_000, "alerts": alerts}).encode()


def neighbours(city: City, query: Mapping[str, list[str]]) -> bytes:
    size, page = int(query["page_size"][0]), int(query["page"][0])
    rows = [
        {"service_request_id": f"t{n}", "status": "open", "service_code": "lain", "service_name": "Lain",
         "description": write("tetangga", n), "requested_datetime": now().isoformat(), "lat": -6.2, "long": 106.8}
        for n in city.seen("tetangga")[(page - 1) * size : page * size]
    ]  # fmt: skip
    return json.dumps(rows).encode()


def answer(city: City, path: str) -> Page | None:
    parts = urlsplit(path)
    found: Callable[[], bytes] | None = {
        "/surat": lambda: feed(city),
        "/banjir": lambda: floods(city),
        "/jalan": lambda: roads(city),
        "/tetangga/requests.json": lambda: neighbours(city, parse_qs(parts.query)),
        "/kacau": lambda: LOGIN_PAGE,
    }.get(parts.path)
    if parts.path == "/lelah":
        return 429, {"retry-after": "3600"}, b""
    return (200, {}, found()) if found else None


def deliver_mails(city: City, box: Callable[[Sequence[bytes]], object], step: int) -> None:
    mails = []
    for n in range(city.counts["surel"] * step, city.counts["surel"] * (step + 1)):
        mail = EmailMessage()
        mail["From"], mail["Subject"], mail["Message-ID"] = f"w{n % 99}@example.org", "Lapor", f"<m{n}@example.org>"
        mail.set_content(write("surel", n))
        mails.append(bytes(mail))
    box(mails)


def drop_file(city: City, folder: Path, step: int) -> None:
    rows = [
        json.dumps({"id": f"b{n}", "text": write("berkas", n)})
        for n in range(city.counts["berkas"] * step, city.counts["berkas"] * (step + 1))
    ]
    (folder / f"{step:03}.part").write_text("\n".join(rows))
    (folder / f"{step:03}.part").rename(folder / f"{step:03}.jsonl")


def push_requests(city: City, name: str, step: int) -> Iterator[Request]:
    for n in range(city.counts[name] * step, city.counts[name] * (step + 1)):
        text = write(name, n)
        if name == "formulir":
            body = urlencode({"text": text, "kunci": f"kunci-{n:06}"}).encode()
            yield Request(headers={"content-type": "application/x-www-form-urlencoded"}, body=body)
        elif name == "pesan":
            query = f"secret={SECRET}&from=%2B62812{n:07}&to=1708&id=sms-{n}&text={quote(text)}"
            yield Request(method="GET", headers={}, body=b"", query=query)
        else:  # gema says everything twice
            body = json.dumps({"id": n, "isi": text}).encode()
            request = Request(
                headers={"x-signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}, body=body
            )
            yield from (request, request)


def make_sources(city: City, base: str, mail_port: int, folder: Path) -> list[Source]:
    every: dict[str, object] = {"every": f"{city.poll} seconds"}
    sections: dict[str, dict[str, object]] = {
        "surat": {"collector": "feed", "url": f"{base}/surat"} | every,
        "banjir": {"collector": "petabencana", "url": f"{base}/banjir"} | every,
        "jalan": {"collector": "waze", "url": f"{base}/jalan"} | every,
        "tetangga": {"collector": "open311", "url": f"{base}/tetangga"} | every,
        "surel": {"collector": "mail", "host": "127.0.0.1", "port": mail_port, "security": "plain", "idle": False,
                  "username": "warga", "password": PASSWORD} | every,
        "berkas": {"collector": "files", "path": folder} | every,
        "gema": {"collector": "webhook", "secret": SECRET},
        "formulir": {"collector": "form"},
        "pesan": {"collector": "sms", "secret": SECRET},
        "mati": {"collector": "feed", "url": "http://127.0.0.1:9/"} | every,
        "lelah": {"collector": "feed", "url": f"{base}/lelah"} | every,
        "kacau": {"collector": "feed", "url": f"{base}/kacau"} | every,
    }  # fmt: skip
    return [make_source(name, section) for name, section in sections.items()]


@contextmanager
def open_city(city: City, folder: Path) -> Iterator[tuple[list[Source], Callable[[Sequence[bytes]], object]]]:
    with ExitStack() as stack:
        base = stack.enter_context(serve_pages(lambda path: answer(city, path)))
        dovecot = stack.enter_context(run_dovecot())
        box = dovecot.mailbox("warga")
        yield make_sources(city, base, dovecot.port, folder), lambda mails: box.deliver(mails, now())


async def live(city: City, sources: list[Source], store: Store, model_dir: Path, begin: Callable[[int], None]) -> None:
    """Run the scheduler with its worker until everything has come in and nothing waits."""
    scheduler = Scheduler(
        store=store,
        sources=sources,
        collecting=Collecting(store, now, "day"),
        working=make_working(store, model_dir),
        clock=now,
        holder="day",
    )
    running = asyncio.create_task(scheduler.run())
    doors = {one.name: Intake(store, one, now, scheduler.wake) for one in sources if one.name in PUSHED}
    with ThreadPoolExecutor(4) as pool:
        for step in range(STEPS):
            begin(step)
            pushes = [(name, request) for name in PUSHED for request in push_requests(city, name, step)]
            sent = [asyncio.get_running_loop().run_in_executor(pool, doors[name], one) for name, one in pushes]
            await asyncio.gather(*sent, city.end_of(step))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while store.posts.count() < sum(city.total(name) for name in city.counts) or store.items.is_waiting():
                assert not running.done()
                await asyncio.sleep(0.2)
    await asyncio.sleep(2 * city.poll)  # two more polls: what is read again must double nothing
    scheduler.stop()
    await running


def test_a_day_of_twelve_sources_four_of_them_sick(
    store: Store, model_dir: Path, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    posts = request.config.getoption("--city-posts")
    counts = {name: max(1, int(posts * share / STEPS)) for name, share in SHARES.items()}
    poll = max(2, round(posts / STEPS / POSTS_PER_SECOND))
    city = City(counts=counts, poll=poll, began=time.monotonic())
    with open_city(city, tmp_path) as (sources, box):

        def begin(step: int) -> None:
            deliver_mails(city, box, step)
            drop_file(city, tmp_path, step)

        asyncio.run(live(city, sources, store, model_dir, begin))
        took = time.monotonic() - city.began
        rows = store.data["posts"].find({}, {"source": 1, "text": 1})
        came = [(row["source"], row["text"].rpartition("(")[2]) for row in rows]
        assert len(came) == len(set(came)), "something was doubled"
        by_source = {name: sum(1 for source, _ in came if source == name) for name in counts}
        assert by_source == {name: city.total(name) for name in counts}
        check_books(store)
        late, which = worst_delay(store, sources)
        status = make_status(store, sources, None, now())
    ailing = {one.name: one for one in status.sources if one.ails}
    told = [
        f"{len(came):,} posts of {len(sources)} sources in {took:.0f} s. Healthy ones are due every {poll} s;",
        f"the longest time between two polls of one was {late:.1f} s ({which}). What ails the sick ones:",
        *(f"  {one.name}: {one.ails}" for one in ailing.values()),
    ]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(told) + "\n")
    assert set(ailing) == set(SICK)
    for name, outcome in SICK.items():
        run = ailing[name].last_run
        assert run is not None
        assert run.outcome == outcome
    assert late < 2 * poll + 1, f"a poll came {late:.1f} s after the one before"


def worst_delay(store: Store, sources: list[Source]) -> tuple[float, str]:
    """Give the longest time between the beginnings of two runs of a healthy source, and which it was."""
    healthy = [one.name for one in sources if one.is_pulled and one.name not in SICK]
    gaps: list[tuple[float, str]] = []
    for name in healthy:
        runs = sorted(store.runs.of_source(name, 1000), key=lambda run: run.started_at)
        assert all(run.outcome in {"done", "empty"} for run in runs), name
        for before, after in itertools.pairwise(runs):
            took = ((before.ended_at or after.started_at) - before.started_at).total_seconds()
            gap = (after.started_at - before.started_at).total_seconds()
            gaps.append((gap, f"{name}, whose run before it took {took:.1f} s"))
    return max(gaps)
