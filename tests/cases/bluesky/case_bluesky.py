"""A search on a service that gives three posts a page; what the firehose and mentions give is in tests/ingest."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from standard_cases import LOGIN_PAGE, Scene
from xrpc import Network, ok, refuse, run_network

INSTEAD = {
    "changed": ok({"hasil": []}),
    "rate_limited": refuse(429, "RateLimitExceeded", **{"ratelimit-reset": "1795144200", "ratelimit-remaining": "0"}),
    "expired": refuse(401, "AuthenticationRequired"),
    "login": (200, {"content-type": "text/html"}, LOGIN_PAGE),
}


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    with run_network() as network:
        prepare(network, situation, folder)
        yield Scene(section=network.section | network.account | {"query": "jakarta"})


def prepare(network: Network, situation: str, folder: Path) -> None:
    network.largest_page = 3
    if situation == "normal":
        network.views = json.loads((folder / "posts.json").read_text(encoding="utf-8"))
    if situation in INSTEAD:
        network.replies["*"] = INSTEAD[situation]
