"""A hashtag and the mentions of our account on an instance that shows two statuses to a page."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulated_mastodon import TOKEN, EmulatedMastodon, Reply, refuse, section, serve_mastodon, write
from standard_cases import LOGIN_PAGE, Scene

AILING: dict[str, Reply] = {
    "changed": (200, {}, write({"data": []})),
    "empty": (200, {}, b"[]"),
    "rate_limited": (429, {"x-ratelimit-reset": "2026-11-20T03:05:00.123456Z"}, write({"error": "Too many requests"})),
    "expired": refuse(401, "The access token was revoked"),
    "login": (200, {"content-type": "text/html"}, LOGIN_PAGE),
}


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    mastodon = EmulatedMastodon(page_size=2)
    if situation == "normal":
        saved = json.loads((folder / "normal.json").read_text(encoding="utf-8"))
        mastodon.statuses, mastodon.mentions = saved["statuses"], saved["mentions"]
    else:
        mastodon.answer = lambda _path, _query: AILING[situation]
    with serve_mastodon(mastodon) as address:
        yield Scene(section=section(address, mentions=True, token=TOKEN))
