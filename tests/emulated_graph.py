"""A small Graph API: the lists of one page, comments, batches and refusals, over real HTTP."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from serving_replies import serve_replies

Thing = dict[str, Any]
Reply = tuple[int, dict[str, str], bytes]

PAGE = "104700000000001"
APP_ID = "900000000000001"
APP_SECRET = "the-secret-of-the-app"
TOKEN = "EAAtoken|of/the=page"
PROOF = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
SCOPES = ("pages_show_list", "pages_read_engagement", "pages_read_user_content")


def section(address: str, **changes: object) -> dict[str, object]:
    secrets = {"app_id": APP_ID, "app_secret": APP_SECRET, "token": TOKEN}
    return {"collector": "facebook", "api": f"{address}/v26.0", "page": PAGE} | secrets | changes


def write(thing: object) -> bytes:
    """Write JSON as Facebook does: in ASCII, with escaped slashes."""
    return json.dumps(thing).replace("/", "\\/").encode()


def refuse(code: int, message: str, subcode: int = 0) -> Reply:
    error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "A1"}
    return 400, {}, write({"error": error})


NOT_THERE = refuse(100, "Unsupported get request. Object does not exist or cannot be loaded.", 33)


def sign(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    return {"x-hub-signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


@dataclass
class EmulatedGraph:
    """What the page's lists hold, newest post first; `page_size` is the most that a page of them shows.

    `answer` is asked before everything else: it may give another reply. `asked` are the paths with their queries.
    """

    lists: dict[str, list[Thing]] = field(default_factory=dict)
    comments: dict[str, list[Thing]] = field(default_factory=dict)
    facts: Thing = field(default_factory=lambda: {
        "type": "PAGE", "is_valid": True, "scopes": list(SCOPES), "expires_at": 0, "data_access_expires_at": 0,
    })  # fmt: skip
    page_size: int = 100
    order: str = "reverse_chronological"
    headers: dict[str, str] = field(default_factory=dict)
    answer: Callable[[str, Mapping[str, str]], Reply | None] = lambda _path, _query: None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    posted: list[bytes] = field(default_factory=list)

    def reply(self, method: str, address: str, headers: Mapping[str, str], body: bytes) -> Reply:
        parts = urlsplit(address)
        path, query = unquote(parts.path).removeprefix("/v26.0/"), dict(parse_qsl(parts.query))
        assert TOKEN not in unquote(address), "addresses are logged"
        self.asked.append((path, query))
        special = self.answer(path, query)
        if special is not None:
            return special
        if method == "POST":
            self.posted.append(body)
        if path == "":
            return self._batch(dict(parse_qsl(body.decode())), query)
        if headers.get("authorization") != f"Bearer {TOKEN}":
            return refuse(190, f"Malformed access token {headers.get('authorization', '')[7:]}")
        if query.get("appsecret_proof") != PROOF:
            return refuse(100, "API calls from the server require an appsecret_proof argument")
        return self._comment(path, body) if method == "POST" else self._read(path, query)

    def _read(self, path: str, query: Mapping[str, str]) -> Reply:
        node, _, edge = path.partition("/")
        if node == PAGE and edge in {"feed", "visitor_posts", "tagged"}:
            return self._list(self.lists.get(edge, []), "updated_time", query)
        if edge == "comments" and self._exists(node):
            things = sorted(self.comments.get(node, []), key=lambda one: str(one["created_time"]), reverse=True)
            return self._list(things, "created_time", query)
        if not edge and (node == PAGE or self._exists(node)):
            return 200, self.headers, write({"id": node})
        return NOT_THERE

    def _list(self, things: Sequence[Thing], time: str, query: Mapping[str, str]) -> Reply:
        since = int(query.get("since", 0))
        shown = [one for one in things if datetime.fromisoformat(one[time]).timestamp() >= since]
        ids = [str(one.get("id")) for one in shown]
        if query.get("after", ids[0] if ids else "") not in ids and "after" in query:
            return refuse(100, "Invalid cursors values", 1)
        start = ids.index(query["after"]) + 1 if "after" in query else 0
        end = start + min(int(query["limit"]), self.page_size)
        page: Thing = {"data": shown[start:end]}
        if page["data"]:
            page["paging"] = {"cursors": {"before": ids[start], "after": ids[min(end, len(ids)) - 1]}}
        if end < len(ids):
            page["paging"]["next"] = f"https://elsewhere.invalid/next?access_token={TOKEN}&after={ids[end - 1]}"
        if query.get("summary") == "true":
            page["summary"] = {"order": self.order, "total_count": len(things), "can_comment": True}
        return 200, self.headers, write(page)

    def _batch(self, fields: Mapping[str, str], query: Mapping[str, str]) -> Reply:
        answers = [self._answer_one(one["relative_url"], fields, query) for one in json.loads(fields["batch"])]
        return 200, self.headers, write([{"code": code, "body": body.decode()} for code, _, body in answers])

    def _answer_one(self, address: str, fields: Mapping[str, str], query: Mapping[str, str]) -> Reply:
        path, _, inner = address.partition("?")
        if path == "debug_token":
            good = fields["access_token"] == f"{APP_ID}|{APP_SECRET}" and dict(parse_qsl(inner))["input_token"] == TOKEN
            return (200, {}, write({"data": self.facts})) if good else refuse(190, "Invalid OAuth access token.")
        if fields["access_token"] != TOKEN or query.get("appsecret_proof") != PROOF:
            return refuse(190, "Invalid OAuth access token.")
        return self.answer(path, {}) or self._read(path, {})

    def _comment(self, path: str, body: bytes) -> Reply:
        node = path.removesuffix("/comments")
        own = f"{node.rpartition('_')[2]}_77"
        self.comments.setdefault(node, []).append({"id": own, "message": json.loads(body)["message"]})
        return 200, {}, write({"id": own})

    def _exists(self, own: str) -> bool:
        listed = (one for things in (*self.lists.values(), *self.comments.values()) for one in things)
        return any(one.get("id") == own for one in listed)


def serve_graph(graph: EmulatedGraph) -> AbstractContextManager[str]:
    return serve_replies(graph.reply)
