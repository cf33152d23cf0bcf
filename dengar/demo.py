"""The bundled sample day, taken in through the same collectors as real messages."""

import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
from tqdm import tqdm

from dengar.cast import cast_lines, hire_cast
from dengar.errors import BadRequest
from dengar.ingest.protocol import Batch, Source
from dengar.intake import Intake
from dengar.models import Request
from dengar.scheduler import Scheduler
from dengar.wiring import Parts, make_source

FOLDER = Path(__file__).with_name("sample_day")
FILES = ("posts.jsonl", "mail.mbox", "walkin.csv")
FEEDS = ("feed.xml", "feed_rss.xml")
SOURCES = {"form", "balai_warga", *(f"contoh_{Path(name).stem}" for name in (*FILES, *FEEDS))}
SECRET = "sample-day-of-nobody"  # noqa: S105  it signs invented messages for a source that exists only while they load
_COUNTED = {"mail.mbox": b"\nFrom ", "feed.xml": b"</entry>", "feed_rss.xml": b"</item>"}


def load_sample_day(parts: Parts, scheduler: Scheduler) -> None:
    """Let a cast of people in, and take in the sample day; a second time everything is known and nothing doubles.

    Invented messages never join real ones: a database with posts of other sources is left as it is.
    """
    if parts.store.posts.has_other_sources(SOURCES):
        click.echo("The database holds messages of real sources: the sample day is not added to them.", err=True)
        return
    for line in cast_lines(hire_cast(parts.store, parts.clock())):
        click.echo(line)
    with tqdm(total=_count_messages(), desc="Sample day", unit=" messages") as progress:

        def on_batch(batch: Batch) -> bool:
            progress.update(len(batch.items) + len(batch.poison))
            scheduler.wake()
            return not scheduler.is_stopping

        for source, request, at in chain(_form_requests(), _webhook_requests()):
            _deliver(parts, scheduler, source, request, at)
            progress.update()
            if scheduler.is_stopping:
                return
        with _served(FOLDER) as address:
            for source in _pulled_sources(address):
                if not scheduler.is_stopping:
                    parts.collecting.run(source, on_batch=on_batch)


def _count_messages() -> int:
    names = (*FILES, *FEEDS, "form.jsonl", "webhook.jsonl")
    return sum((FOLDER / name).read_bytes().count(_COUNTED.get(name, b"\n")) for name in names)


def _read_rows(name: str) -> Iterator[dict[str, Any]]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _form_requests() -> Iterator[tuple[Source, Request, datetime]]:
    source = make_source("form", {"collector": "form"})
    for row in _read_rows("form.jsonl"):
        key = hashlib.sha256(json.dumps(row).encode()).hexdigest()[:32]
        body = urlencode(row["form"] | {"kunci": key}).encode()
        request = Request(headers={"content-type": "application/x-www-form-urlencoded"}, body=body)
        yield source, request, datetime.fromisoformat(row["submitted_at"])


def _webhook_requests() -> Iterator[tuple[Source, Request, datetime]]:
    section = {"collector": "webhook", "channel": "balai_warga", "secret": SECRET}
    source = make_source("balai_warga", section)
    at = datetime.fromisoformat("2026-11-20T22:00:00+07:00")
    for row in _read_rows("webhook.jsonl"):
        body = json.dumps(row, ensure_ascii=False).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        yield source, Request(headers={"x-hub-signature-256": signature}, body=body), at


def _deliver(parts: Parts, scheduler: Scheduler, source: Source, request: Request, at: datetime) -> None:
    try:
        Intake(parts.store, source, lambda: at, scheduler.wake)(request)
    except BadRequest as error:
        # Four submissions are wrong on purpose; a resident would read this sentence beside the form.
        tqdm.write(f"Refused, as it must be: {error}")


def _pulled_sources(address: str) -> Iterator[Source]:
    for name in FILES:
        section = {"collector": "files", "path": FOLDER / name, "channel": "loket"}
        yield make_source(f"contoh_{Path(name).stem}", section)
    for name in FEEDS:
        section = {"collector": "feed", "url": f"{address}/{name}", "channel": "surat_pembaca"}
        yield make_source(f"contoh_{Path(name).stem}", section)


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """Serve the folder on this machine while the feeds are read."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
