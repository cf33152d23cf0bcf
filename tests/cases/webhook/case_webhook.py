"""Deliveries of a city's own form, signed."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from standard_cases import LOGIN_PAGE, Scene

from dengar.models import Request

SECRET = "a-secret-of-the-tests"


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    body = (folder / "normal.json").read_bytes()
    requests = {
        "normal": [sign(body)],
        "changed": [sign(b'["no", "object"]'), sign(b'{"version": 2, "payload": {"isi": "Banjir"}}')],
        "empty": [sign(b"")],
        "expired": [sign(body, "the secret of last year"), Request(headers={}, body=body)],
        "login": [Request(headers={"content-type": "text/html"}, body=LOGIN_PAGE)],
    }
    impossible = "we are the ones who are asked" if situation == "rate_limited" else ""
    section = {"collector": "webhook", "channel": "balai_warga", "secret": SECRET}
    yield Scene(section=section, requests=requests.get(situation, ()), impossible=impossible)


def sign(body: bytes, secret: str = SECRET) -> Request:
    return Request(headers={"x-signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}, body=body)
