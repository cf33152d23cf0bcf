"""A small instance of Mastodon: hashtags, mentions, look-ups and replies, over real HTTP."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from serving_replies import serve_replies

Thing = dict[str, Any]
Reply = tuple[int, dict[str, str], bytes]
Query = Sequence[tuple[str, str]]

TOKEN = "token-of-our-account"


def section(address: str, **changes: object) -> dict[str, object]:
    return {"collector": "mastodon", "instance": address, "hashtags": ["BanjirJakarta"]} | changes


def refuse(status: int, error: str) -> Reply:
    return status, {}, json.dumps({"error": error}).encode()


def write(thing: object) -> bytes:
    return json.dumps(thing, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass
class EmulatedMastodon:
    """What the hashtag shows and who mentioned us, in any order; `page_size` is the most that a page shows.

    Statuses in `hidden` count for a page but are left out of it. `answer` is asked before everything else: it may give
    another reply. `asked` are the paths with their queries.
    """

    statuses: list[Thing] = field(default_factory=list)
    mentions: list[Thing] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    page_size: int = 40
    headers: dict[str, str] = field(default_factory=dict)
    answer: Callable[[str, Query], Reply | None] = lambda _path, _query: None
    asked: list[tuple[str, Query]] = field(default_factory=list)
    posted: dict[str, Thing] = field(default_factory=dict)

    def reply(self, address: str, headers: Mapping[str, str], body: bytes) -> Reply:
        parts = urlsplit(address)
        path, query = unquote(parts.path).removeprefix("/api/v1/"), parse_qsl(parts.query)
        self.asked.append((path, query))
        special = self.answer(path, query)
        if special is not None:
            return special
        is_known = headers.get("authorization") == f"Bearer {TOKEN}"
        if "authorization" in headers and not is_known:
            return refuse(401, "The access token is invalid")
        if body:
            return self._post(headers["idempotency-key"], json.loads(body))
        if path == "statuses":
            return self._look_up([value for name, value in query if name == "id[]"])
        shown: dict[str, object] = {"timelines/tag/banjirjakarta": self._page(self.statuses, dict(query))}
        if is_known:
            shown["notifications"] = self._page(self.mentions, dict(query))
            shown["accounts/verify_credentials"] = {"id": "1", "username": "jaki"}
        if path not in shown:
            return refuse(401, "This method requires an authenticated user")
        return 200, self.headers, write(shown[path])

    def _page(self, things: Sequence[Thing], query: Mapping[str, str]) -> list[Thing]:
        newest_first = sorted(things, key=lambda one: int(one["id"]), reverse=True)
        limit = min(int(query.get("limit", 20)), self.page_size)
        behind = [one for one in newest_first if int(one["id"]) > int(query.get("min_id", 0))]
        page = behind[-limit:] if "min_id" in query else behind[:limit]
        return [one for one in page if one["id"] not in self.hidden]

    def _look_up(self, ids: Sequence[str]) -> Reply:
        if len(ids) > 20:
            return refuse(422, "Too many ids")
        known = [*self.statuses, *(one["status"] for one in self.mentions)]
        return 200, self.headers, write([one for one in known if one["id"] in ids])

    def _post(self, key: str, message: Thing) -> Reply:
        kept = self.posted.setdefault(key, message | {"id": str(900 + len(self.posted))})
        return 200, self.headers, write(kept)


def serve_mastodon(mastodon: EmulatedMastodon) -> AbstractContextManager[str]:
    return serve_replies(lambda _, path, headers, body: mastodon.reply(path, headers, body))
