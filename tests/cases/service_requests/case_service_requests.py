"""Requests that programs post: as FixMyStreet does, and as an app with a photo does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from standard_cases import Scene

from dengar.models import Request

IMPOSSIBLE = {
    "rate_limited": "the web limits how much one key sends, before the collector sees it",
    "expired": "whose key was ended is refused by the web",
    "login": "a description that holds a web page is a text like any other",
}
URLENCODED = {"content-type": "application/x-www-form-urlencoded", "idempotency-key": "msg_1"}


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    multipart = {"content-type": "multipart/form-data; boundary=b", "idempotency-key": "msg_2"}
    requests = {
        "normal": [
            Request(headers=URLENCODED, body=(folder / "normal.txt").read_bytes().strip()),
            Request(headers=multipart, body=(folder / "normal.multipart").read_bytes().replace(b"\n", b"\r\n")),
        ],
        "changed": [Request(headers={"content-type": "text/xml"}, body=b"<service_requests/>")],
        "empty": [Request(headers=URLENCODED, body=urlencode({"service_code": "sampah", "description": " "}).encode())],
    }
    yield Scene(
        section={"collector": "service_requests"},
        requests=requests.get(situation, ()),
        impossible=IMPOSSIBLE.get(situation, ""),
    )
