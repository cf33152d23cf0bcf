"""Nothing is lost and nothing is doubled, whenever the process or mongod is killed."""

import functools
import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from deskwork import router
from dovecot import PASSWORD, run_dovecot
from made import KEY, NOW
from schedules import Work, run_undisturbed, run_with_faults
from standard_cases import open_case

from dengar import ingest
from dengar.classify import Classifier
from dengar.collecting import Collecting
from dengar.ingest.protocol import Batch, Source
from dengar.intake import Intake
from dengar.models import Report, Request
from dengar.pipeline import Pipeline
from dengar.routing.states import fold_all
from dengar.settings import Settings
from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo
from dengar.wiring import Parts, category_codes, make_source
from dengar.working import Working

SECRET = "a-secret-of-the-tests"
# a form that is pushed, files, a mailbox, windows of time, comments below posts, a crawled list, a stream
ONE_OF_EACH_WAY = ("form", "files", "mail", "x", "facebook", "forum", "bluesky")

STREETS = "Kemang Raya", "Fatmawati", "Panjang", "Daan Mogot", "Tebet Timur Dalam", "Pemuda", "Gunung Sahari", "Otista"
PROBLEMS = (
    "banjir selutut di Jalan {}, motor mogok semua",
    "sampah menumpuk di pinggir Jl. {} sudah tiga hari belum diangkut",
    "lampu jalan mati total di Jl {} dari kemarin, gelap sekali",
    "lubang besar di tengah Jalan {}, tadi ada motor jatuh",
    "pohon tumbang menutup Jalan {}, tolong segera",
    "promo diskon sofa 50% di toko kami Jalan {} minggu ini saja",
)


class Clock:
    """Each look at it is a tenth of a second after the last one."""

    def __init__(self) -> None:
        self._now = NOW

    def __call__(self) -> datetime:
        self._now += timedelta(milliseconds=100)
        return self._now


@pytest.fixture(scope="module")
def own_mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongo]:
    """A mongod that no other test needs: this one gets killed."""
    mongo = EmbeddedMongo(tmp_path_factory.mktemp("k"), cache_gb=0.25)
    mongo.start()
    yield mongo
    mongo.stop()


@pytest.fixture(scope="module")
def judges(own_mongo: EmbeddedMongo, model_dir: Path) -> Parts:
    """The classifier, locator and rules, loaded once and inherited by every child."""
    store = Store.connect(own_mongo.uri, "judges", key=KEY)
    parts = Parts(Settings(model_dir=model_dir), store)
    assert router().rules
    assert load_once(model_dir).label(["banjir"])
    store.close()
    return parts


@cache
def load_once(model_dir: Path | None) -> Classifier:
    """Load the classifier before the children are forked: they inherit it, and must not use its parent's store."""
    return Classifier.load(model_dir)


def make_working(judges: Parts, store: Store, clock: Clock) -> Working:
    pipeline = Pipeline(
        store=store,
        classifier=load_once(judges.settings.model_dir),
        locator=judges.locator,
        router=router(),
        categories=category_codes(),
        author_key=KEY,
    )
    return Working(store, pipeline, clock, "tests")


def pull(source: Source, judges: Parts) -> Work:
    """Read a source to its end, and take every batch through the pipeline before the next one."""

    def work(store: Store) -> None:
        clock = Clock()
        working = make_working(judges, store, clock)

        def drain(_: Batch) -> bool:
            working.drain()
            return True

        run = Collecting(store, clock, "tests").run(source, on_batch=drain)
        assert run is not None
        assert run.outcome in {"done", "empty"}, run.error
        working.drain()

    return work


def push(source: Source, requests: Sequence[Request], judges: Parts, acknowledged: Path) -> Work:
    """Send what was not acknowledged yet, as a client does that got no answer; drain now and then."""

    def work(store: Store) -> None:
        clock = Clock()
        working = make_working(judges, store, clock)
        intake = Intake(store, source, clock, wake=lambda: None)
        done = set(acknowledged.read_text().split()) if acknowledged.exists() else set()
        for n, request in enumerate(requests):
            if str(n) not in done:
                intake(request)
                with acknowledged.open("a") as file:
                    file.write(f"{n}\n")
            if n % 5 == 0:
                working.drain()
        working.drain()

    return work


def outcome(store: Store) -> dict[str, Any]:
    """Give all that must be equal: posts, who is in a report with whom, what was decided, what was put aside."""
    assert store.items.count_pending() == 0
    rows = list(store.data["posts"].find())
    members: dict[str, set[str]] = {}
    for row in rows:
        if "report" in row:
            members.setdefault(row["report"], set()).add(row["_id"])
    reports = store.reports.find_all(row["_id"] for row in store.data["reports"].find({}, {"_id": 1}))
    for report in reports:
        assert fold_all(store.events.of_report(report.number)) == report
        assert report.voices == len(members[report.number])
    assert {report.number for report in reports} == set(members)
    return {
        "posts": {(row["_id"], row["text"], row.get("revision", 1)) for row in rows},
        "reports": {describe(report, members[report.number]) for report in reports},
        "quarantine": set(store.quarantine.ids()),
    }


def describe(report: Report, members: set[str]) -> tuple[object, ...]:
    return report.category, report.unit, report.kel, report.title, report.needs_review, frozenset(members)


def texts(count: int) -> list[str]:
    return [f"{PROBLEMS[n % len(PROBLEMS)].format(STREETS[(n // 3) % len(STREETS)])} (ke-{n})" for n in range(count)]


def files_source(folder: Path) -> Source:
    lines = [
        json.dumps({"id": str(n), "text": text, "created_at": NOW.isoformat()}) for n, text in enumerate(texts(220))
    ]
    lines[17], lines[133] = "{cut in the mid", '["no", "object"]'
    lines[60] = json.dumps({"id": "60"})
    (folder / "a.jsonl").write_text("\n".join(lines))
    rows = ["id;text;created_at", *(f"c{n};{text};{NOW.isoformat()}" for n, text in enumerate(texts(30)))]
    (folder / "b.csv").write_text("\n".join([*rows, "too;few"]))
    return make_source("berkas", {"collector": "files", "path": folder})


def mails() -> list[bytes]:
    made = []
    for n, text in enumerate(texts(120)):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"warga{n % 40}@example.org", "kota@example.org", text[:40]
        mail["Message-ID"], mail["Date"] = f"<m{n}@example.org>", NOW
        mail.set_content(text)
        made.append(bytes(mail))
    made[50] = b"Message-ID: <m50@example.org>\r\n\r\n"
    return made


class FeedServer(http.server.ThreadingHTTPServer):
    """Serves a feed of 40 entries."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FeedHandler)
        entries = "".join(
            f"<entry><id>urn:{n}</id><title>Surat {n}</title><updated>2026-11-20T08:{n:02}:00Z</updated>"
            f"<content>{text if n != 7 else ''}</content></entry>"
            for n, text in enumerate(texts(40))
        )
        self.feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()


class FeedHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, FeedServer)
        self.send_response(200)
        self.send_header("content-length", str(len(self.server.feed)))
        self.end_headers()
        self.wfile.write(self.server.feed)

    def log_message(self, *_: object) -> None:
        pass


def form_requests() -> list[Request]:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return [
        Request(headers=kind, body=urlencode({"text": text, "kunci": f"kunci-{n:04}"}).encode())
        for n, text in enumerate(texts(24))
    ]


def webhook_requests() -> list[Request]:
    bodies = [json.dumps({"id": n, "isi": text}).encode() for n, text in enumerate(texts(24))]
    bodies[9] = b"no json at all"
    return [
        Request(headers={"x-signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}, body=body)
        for body in bodies
    ]


class Scene:
    """One collector with something to read, and the outcome of an undisturbed run."""

    def __init__(self, collector: str, judges: Parts, mongo: EmbeddedMongo, folder: Path, stack: ExitStack) -> None:
        self.mongo = mongo
        self._folder = folder
        self._make = self._prepare(collector, judges, stack)
        self.database = f"calm{uuid4().hex[:8]}"
        run_undisturbed(self.work(), mongo, self.database, folder / "calm.log")
        with self.opened(self.database) as store:
            self.expected = outcome(store)
        assert self.expected["posts"]

    def work(self) -> Work:
        return self._make(self._folder / f"acknowledged-{uuid4().hex[:8]}")

    def opened(self, database: str) -> "OpenStore":
        return OpenStore(self.mongo.uri, database)

    def _prepare(self, collector: str, judges: Parts, stack: ExitStack) -> functools.partial[Work]:
        if collector == "form":
            source = make_source("form", {"collector": "form"})
            return functools.partial(push, source, form_requests(), judges)
        if collector == "webhook":
            source = make_source("kota", {"collector": "webhook", "secret": SECRET})
            return functools.partial(push, source, webhook_requests(), judges)
        if collector in {"files", "feed", "mail"}:
            source = self._pulled_source(collector, stack)
            return functools.partial(lambda _: pull(source, judges))
        case = stack.enter_context(open_case(collector, "normal"))
        return functools.partial(_go_through, make_source("kotak", case.section), case.requests, judges)

    def _pulled_source(self, collector: str, stack: ExitStack) -> Source:
        """Give a source with more to read than its standard case has."""
        if collector == "files":
            folder = self._folder / "drop"
            folder.mkdir()
            return files_source(folder)
        if collector == "feed":
            server = stack.enter_context(FeedServer())
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.shutdown)
            return make_source("surat", {"collector": "feed", "url": f"http://127.0.0.1:{server.server_port}/"})
        dovecot = stack.enter_context(run_dovecot())
        dovecot.mailbox("warga").deliver(mails(), NOW)
        section = {"collector": "mail", "host": "127.0.0.1", "port": dovecot.port, "security": "plain"}
        return make_source("surel", section | {"username": "warga", "password": PASSWORD})


class OpenStore:
    """A store for a with-block, whose database is dropped behind it."""

    def __init__(self, uri: str, database: str) -> None:
        self._store = Store.connect(uri, database, key=KEY)

    def __enter__(self) -> Store:
        return self._store

    def __exit__(self, *_: object) -> None:
        self._store.data.client.drop_database(self._store.data.name)
        self._store.close()


@pytest.fixture(scope="module")
def scenes(
    own_mongo: EmbeddedMongo, judges: Parts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["functools._lru_cache_wrapper[Scene]"]:
    with ExitStack() as stack:
        yield functools.cache(lambda name: Scene(name, judges, own_mongo, tmp_path_factory.mktemp(name), stack))


def _go_through(source: Source, requests: Sequence[Request], judges: Parts, acknowledged: Path) -> Work:
    """Read and deliver all that the standard case of a collector has."""
    parts = [pull(source, judges)] if source.is_pulled else []
    parts += [push(source, requests, judges, acknowledged)] if requests else []

    def work(store: Store) -> None:
        for part in parts:
            part(store)

    return work


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take one channel of each way of reading; all of them for `make crash` and for whoever writes a new one."""
    if "collector" in metafunc.fixturenames:
        wants_all = metafunc.config.getoption("--schedules") > 1
        metafunc.parametrize("collector", ingest.names() if wants_all else ONE_OF_EACH_WAY)


def test_any_crash_schedule_ends_with_the_same_posts_and_reports(
    collector: str, scenes: "functools._lru_cache_wrapper[Scene]", tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    scene = scenes(collector)
    for schedule in range(request.config.getoption("--schedules")):
        database = f"crash{uuid4().hex[:8]}"
        random = Random(f"{collector} {schedule}")
        starts = run_with_faults(scene.work(), scene.mongo, database, random, tmp_path / "log")
        with scene.opened(database) as store:
            # A checkpoint, as mongod makes one a minute: without any, each recovery would repeat all earlier schedules.
            store.data.client.admin.command("fsync")
            assert outcome(store) == scene.expected, f"schedule {schedule} of {collector}, {starts} starts"
