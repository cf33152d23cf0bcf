"""A small network of the AT Protocol: a service that signs in, searches and writes, and a firehose, on 127.0.0.1."""

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import libipld
from made import NOW
from serving_replies import Page, serve_replies
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_websocket

OWN = "did:plc:dinaskota222222222222222"
SITI = "did:plc:siti2222222222222222222"
BUDI = "did:plc:budi2222222222222222222"
HANDLE, PASSWORD = "dengar.contoh.id", "abcd-efgh-ijkl-mnop"
POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
TOLD = NOW - timedelta(hours=1)  # what the firehose tells of happened some time ago
KEY = re.compile(r"[2-7a-j][2-7a-z]{12}")

Row = dict[str, Any]


def write(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def uri_of(did: str, key: str, collection: str = POST) -> str:
    return f"at://{did}/{collection}/{key}"


def make_post(text: str, at: datetime = NOW, **more: object) -> Row:
    return {"$type": POST, "text": text, "createdAt": write(at), "langs": ["id"]} | more


def address(record: Row) -> bytes:
    return b"\x01\x71\x12\x20" + hashlib.sha256(libipld.encode_dag_cbor(record)).digest()


def make_view(did: str, key: str, record: Row, indexed_at: datetime | None = None, **more: object) -> Row:
    """Show a post as a service does; it was seen a second after it claims to be written."""
    seen = indexed_at or datetime.fromisoformat(record["createdAt"]) + timedelta(seconds=1)
    author = {"did": did, "handle": "warga.contoh.id", "displayName": "Warga"}
    counts = {"likeCount": 3, "replyCount": 0, "repostCount": 1, "quoteCount": 0}
    shown = {"uri": uri_of(did, key), "cid": libipld.encode_cid(address(record)), "author": author, "record": record}
    return shown | counts | {"indexedAt": write(seen)} | more


def sort_time(view: Row) -> datetime:
    return min(datetime.fromisoformat(view["record"]["createdAt"]), datetime.fromisoformat(view["indexedAt"]))


def _listen(line: ServerConnection) -> None:
    """Keep the line until the other side hangs up."""
    for _ in line:
        pass


@dataclass
class Network:
    """What the service knows, and what it was asked.

    `replies` are answered instead of what it knows, by method; a list is used up one by one.
    """

    views: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    largest_page: int = 100
    password: str = PASSWORD
    replies: dict[str, Page | list[Page]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    asked: list[tuple[str, dict[str, list[str]], str]] = field(default_factory=list)
    written: dict[str, Row] = field(default_factory=dict)
    frames: list[tuple[int, bytes]] = field(default_factory=list)
    cursors: list[int | None] = field(default_factory=list)
    talk: Callable[[ServerConnection], None] = _listen
    handshake: Callable[[ServerConnection, Request], Response | None] = lambda _line, _request: None
    base: str = ""
    stream: str = ""
    signed_in: int = 0

    @property
    def section(self) -> Row:
        where = {"service_url": self.base, "appview_url": self.base, "firehose_url": self.stream}
        return {"collector": "bluesky", "silence_seconds": 0.4, "listen_seconds": 0} | where

    @property
    def account(self) -> Row:
        return {"identifier": HANDLE, "app_password": PASSWORD}

    def methods(self) -> list[str]:
        return [method.rpartition(".")[2] for method, _, _ in self.asked]

    def add(self, did: str, key: str, record: Row, indexed_at: datetime | None = None) -> Row:
        view = make_view(did, key, record, indexed_at)
        self.views.append(view)
        return view

    def answer(self, method: str, fields: dict[str, list[str]], body: bytes, token: str) -> Page:
        self.asked.append((method, fields, token))
        instead = self.replies.get(method, self.replies.get("*"))
        if isinstance(instead, list):
            instead = instead.pop(0) if instead else None
        if instead is not None:
            return instead
        known: dict[str, Callable[[], Page]] = {
            "com.atproto.server.createSession": lambda: self._sign_in(json.loads(body)),
            "com.atproto.server.refreshSession": lambda: self._refresh(token, body),
            "app.bsky.feed.searchPosts": lambda: self._search(fields, token),
            "app.bsky.feed.getPosts": lambda: ok(
                {"posts": [view for view in self.views if view["uri"] in fields["uris"]]}
            ),
            "app.bsky.notification.listNotifications": lambda: self._list(fields, token),
            "com.atproto.repo.getRecord": lambda: self._find(fields),
            "com.atproto.repo.createRecord": lambda: self._create(json.loads(body), token),
        }
        return known[method]() if method in known else refuse(501, "MethodNotImplemented")

    def _sign_in(self, message: Row) -> Page:
        self.signed_in += 1
        if message != {"identifier": HANDLE, "password": self.password}:
            return refuse(401, "AuthenticationRequired")
        return self._begin()

    def _refresh(self, token: str, body: bytes) -> Page:
        if body:
            return refuse(400, "InvalidRequest")
        return self._begin() if token in self.tokens and token.startswith("refresh") else refuse(400, "ExpiredToken")

    def _begin(self) -> Page:
        number = len(self.tokens)
        access, second = f"access-{number}", f"refresh-{number}"
        self.tokens |= {access, second}
        return ok({"did": OWN, "handle": HANDLE, "accessJwt": access, "refreshJwt": second})

    def _deny(self, token: str) -> Page | None:
        if not token:
            return refuse(401, "AuthMissing")
        return None if token in self.tokens else refuse(400, "ExpiredToken")

    def _search(self, fields: dict[str, list[str]], token: str) -> Page:
        if token and (denied := self._deny(token)):
            return denied
        since, until = (
            datetime.fromisoformat(fields[name][0]) if name in fields else None for name in ("since", "until")
        )
        found = [
            view
            for view in sorted(self.views, key=sort_time, reverse=True)
            if fields["q"][0].lower() in view["record"]["text"].lower()
            and (since is None or sort_time(view) >= since)
            and (until is None or sort_time(view) < until)
        ]
        return ok({"posts": found[: min(int(fields["limit"][0]), self.largest_page)]})

    def _list(self, fields: dict[str, list[str]], token: str) -> Page:
        if denied := self._deny(token):
            return denied
        before = fields.get("cursor", ["9999"])[0]
        older = [note for note in sorted(self.notes, key=sort_by_index, reverse=True) if note["indexedAt"] < before]
        page = older[: min(int(fields["limit"][0]), self.largest_page)]
        cursor = {"cursor": page[-1]["indexedAt"]} if len(older) > len(page) else {}
        return ok({"notifications": page, "priority": False} | cursor)

    def _find(self, fields: dict[str, list[str]]) -> Page:
        uri = uri_of(fields["repo"][0], fields["rkey"][0], fields["collection"][0])
        records = {view["uri"]: view["record"] for view in self.views} | self.written
        if uri not in records:
            return refuse(400, "RecordNotFound")
        return ok({"uri": uri, "cid": libipld.encode_cid(address(records[uri])), "value": records[uri]})

    def _create(self, message: Row, token: str) -> Page:
        if denied := self._deny(token):
            return denied
        uri = uri_of(message["repo"], message["rkey"], message["collection"])
        if message["repo"] != OWN or not KEY.fullmatch(message["rkey"]):
            return refuse(400, "InvalidRequest")
        if uri in self.written:
            return refuse(500, "InternalServerError")  # so says the reference implementation of a key that is taken
        self.written[uri] = message["record"]
        return ok({"uri": uri, "cid": libipld.encode_cid(address(message["record"]))})


def sort_by_index(note: Row) -> str:
    return str(note["indexedAt"])


def ok(body: object, **headers: str) -> Page:
    return 200, {"content-type": "application/json", **headers}, json.dumps(body, ensure_ascii=False).encode()


def refuse(status: int, name: str, **headers: str) -> Page:
    body = json.dumps({"error": name, "message": "tidak bisa"}).encode()
    return status, {"content-type": "application/json", **headers}, body


@contextmanager
def run_network() -> Iterator[Network]:
    network = Network()
    with _serve_http(network) as network.base, _serve_stream(network) as network.stream:
        yield network


def _serve_http(network: Network) -> AbstractContextManager[str]:
    def answer(_: str, path: str, headers: dict[str, str], body: bytes) -> Page:
        parts = urlsplit(path)
        token = headers.get("authorization", "").removeprefix("Bearer ")
        return network.answer(parts.path.removeprefix("/xrpc/"), parse_qs(parts.query), body, token)

    return serve_replies(answer, now=NOW)


@contextmanager
def _serve_stream(network: Network) -> Iterator[str]:
    def tell(line: ServerConnection) -> None:
        assert line.request is not None
        query = parse_qs(urlsplit(line.request.path).query)
        cursor = int(query["cursor"][0]) if "cursor" in query else None
        network.cursors.append(cursor)
        try:
            for seq, frame in network.frames:
                if seq > (cursor or 0):
                    line.send(frame)
            network.talk(line)
        except ConnectionClosed:
            return

    def shake(line: ServerConnection, request: Request) -> Response | None:
        return network.handshake(line, request)

    with serve_websocket(tell, "127.0.0.1", 0, process_request=shake, compression=None) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()
            thread.join()


def make_frame(kind: str, body: Row) -> bytes:
    header = {"op": 1, "t": kind} if kind else {"op": -1}
    return libipld.encode_dag_cbor(header) + libipld.encode_dag_cbor(body)


def make_car(blocks: Sequence[bytes]) -> bytes:
    """Pack blocks as a service does: behind a header, each with its length and address."""
    cids = [b"\x01\x71\x12\x20" + hashlib.sha256(block).digest() for block in blocks]
    parts = [libipld.encode_dag_cbor({"version": 1, "roots": cids[:1]})]
    parts += [cid + block for cid, block in zip(cids, blocks, strict=True)]
    return b"".join(_length(len(part)) + part for part in parts)


def _length(number: int) -> bytes:
    low, high = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _length(high) if high else bytes([low])


def commit(seq: int, did: str, path: str, record: Row | None, *, action: str = "", at: datetime = TOLD) -> bytes:
    """Tell of a record: created (or what `action` says), and deleted when it is None."""
    root = libipld.encode_dag_cbor({"did": did, "version": 3, "rev": "3mabc222222222"})
    blocks = [root] if record is None else [root, libipld.encode_dag_cbor(record)]
    op = {
        "action": action or ("create" if record else "delete"),
        "path": path,
        "cid": address(record) if record else None,
    }
    return make_frame(
        "#commit",
        {
            "seq": seq,
            "time": write(at),
            "repo": did,
            "rev": "3mabc222222222",
            "since": None,
            "ops": [op],
            "blocks": make_car(blocks),
            "blobs": [],
            "rebase": False,
            "tooBig": False,
            "commit": b"\x01\x71\x12\x20" + hashlib.sha256(root).digest(),
        },
    )
