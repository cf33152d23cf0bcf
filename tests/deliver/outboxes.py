"""Reports with a history in the store, targets, and a clock that can be moved."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event as Flag
from threading import Lock, Thread

from made import NOW, make_place, make_voice

from dengar.answering import Answering
from dengar.deliver.protocol import Target
from dengar.delivering import Delivering
from dengar.models import Event, Report, Routing
from dengar.relaying import Relaying
from dengar.routing.states import fold_all, grow
from dengar.store import Store
from dengar.wiring import make_target

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
UNIT = "kel:31.74.02.1001"
ROUTING = Routing(
    unit=UNIT, reason="Jalan lingkungan", respond_by=NOW + timedelta(days=1), resolve_by=NOW + timedelta(days=3)
)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def event(kind: str, number: str = "DKI-2611-000001", **changes: object) -> Event:
    return Event(report=number, seq=0, kind="note", at=NOW, actor="sari").replace(kind=kind, **changes)


def open_report(store: Store, number: str = "DKI-2611-000001", routing: Routing = ROUTING) -> Report:
    received = event("received", number, category="jalan_rusak", title="Jalan berlubang", urgency="routine")
    received = received.replace(confidence=0.9, place=make_place(), voice=make_voice(number), actor="dengar")
    routed = event("routed", number, seq=1, routing=routing, actor="dengar")
    report = fold_all([received, routed])
    store.grow_report(report, [received, routed])
    return report


def happen(store: Store, report: Report, *events: Event) -> Report:
    grown, numbered = grow(report, *events)
    store.grow_report(grown, numbered)
    return grown


class Receiver:
    """An HTTP server that remembers what it took, by delivery id; `behave` says how it answers."""

    def __init__(self) -> None:
        self.address = ""
        self.behave: Callable[[int], str] = lambda _: "200"
        self.came: list[tuple[str, Mapping[str, str], bytes]] = []
        self.taken: dict[str, bytes] = {}
        self.order: list[bytes] = []
        self.paths: list[str] = []
        self.answer: Callable[[bytes], bytes] = lambda _: b"{}"
        self.lock = Lock()
        self.arrived = Flag()
        self.released = Flag()

    def take(self, message_id: str, headers: Mapping[str, str], path: str, body: bytes) -> str:
        """Take a message once however often it comes, unless the server fails before it has."""
        with self.lock:
            self.came.append((message_id, headers, body))
            self.paths.append(path)
            how = self.behave(len(self.came))
            if how in {"200", "drop", "hang"} and message_id not in self.taken:
                self.taken[message_id] = body
                self.order.append(body)
        self.arrived.set()
        if how == "hang":
            self.released.wait(20)
        return how


@contextmanager
def receive() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            body = self.rfile.read(length)
            if len(body) < length:  # its sender died while it wrote
                self.close_connection = True
                return
            headers = {name.lower(): text for name, text in self.headers.items()}
            message_id = headers.get("webhook-id") or headers.get("idempotency-key") or ""
            how = receiver.take(message_id, headers, self.path, body)
            if how in {"drop", "hang"}:
                self.close_connection = True
                return
            status, _, retry = how.partition(" ")
            said = receiver.answer(body)
            self.send_response(int(status))
            if retry:
                self.send_header("retry-after", retry)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(said)

        do_GET = do_HEAD = do_POST  # noqa: N815  the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    receiver = Receiver()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver.address = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield receiver
        finally:
            receiver.released.set()
            server.shutdown()


def hook(address: str, name: str = "kait", **fields: object) -> Target:
    return make_target(name, {"sender": "webhook", "url": address, "secret": SECRET, "seconds": 30} | fields)


def relay(store: Store, *targets: Target, clock: Clock | None = None, answering: Answering | None = None) -> int:
    return Relaying(store, targets, answering or Answering(), clock or Clock()).run()


def deliver(store: Store, target: Target, clock: Clock | None = None, holder: str = "a") -> int:
    names = {"jalan_rusak": "Jalan rusak"}
    # its own limit of seconds must not end a run early on a busy machine
    line = Delivering(
        store, target, clock or Clock(), holder, categories=names, site="https://d.example", timer=lambda: 0.0
    )
    return line.run()
