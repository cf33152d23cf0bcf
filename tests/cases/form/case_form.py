"""Submissions of the web form."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from standard_cases import Scene

from dengar.models import Request

IMPOSSIBLE = {
    "rate_limited": "the web limits how much one address sends, before the form sees it",
    "expired": "the form asks nobody for credentials",
    "login": "a form that holds a web page is a text like any other",
}
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    requests = {
        "normal": [
            Request(headers=URLENCODED, body=(folder / "normal.txt").read_bytes().strip()),
            Request(headers={"content-type": "application/json"}, body=(folder / "normal.json").read_bytes()),
        ],
        "changed": [Request(headers={"content-type": "text/xml"}, body=b"<laporan/>")],
        "empty": [Request(headers=URLENCODED, body=urlencode({"text": " ", "kunci": "kunci-0003"}).encode())],
    }
    yield Scene(
        section={"collector": "form"}, requests=requests.get(situation, ()), impossible=IMPOSSIBLE.get(situation, "")
    )
