"""A page with posts, comments and replies, of which three deliveries tell besides the polls."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emulated_graph import EmulatedGraph, Reply, refuse, section, serve_graph, sign, write
from standard_cases import LOGIN_PAGE, Scene

from dengar.models import Request

QUOTA = {"104700000000001": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 25}]}
AILING: dict[str, Reply] = {
    "changed": (200, {}, write({"posts": [{"post": "104700000000001_501"}]})),
    "empty": (200, {}, write({"data": []})),
    "rate_limited": (
        400,
        {"x-business-use-case-usage": json.dumps(QUOTA)},
        refuse(80001, "(#80001) There have been too many calls to this Page account.")[2],
    ),
    "expired": refuse(190, "Error validating access token: Session has expired on Friday.", 463),
    "login": (200, {"content-type": "text/html"}, LOGIN_PAGE),
}


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    graph = EmulatedGraph(page_size=2)
    if situation == "normal":
        saved = json.loads((folder / "normal.json").read_text(encoding="utf-8"))
        graph.lists, graph.comments = saved["lists"], saved["comments"]
    else:
        graph.answer = lambda _path, _query: AILING[situation]
    with serve_graph(graph) as address:
        yield Scene(section=section(address), requests=deliveries(folder) if situation == "normal" else ())


def deliveries(folder: Path) -> list[Request]:
    saved = json.loads((folder / "normal.deliveries.json").read_text(encoding="utf-8"))
    return [Request(headers=sign(body), body=body) for body in map(write, saved)]
