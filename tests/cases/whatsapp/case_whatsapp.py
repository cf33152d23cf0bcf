"""Deliveries of the Cloud API, signed, with a Graph that gives the photo."""

import hashlib
import hmac
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image
from serving_replies import Page
from standard_cases import LOGIN_PAGE, Scene, serve_pages

from dengar.models import Request

APP_SECRET, VERIFY_TOKEN = "rahasia-aplikasi", "kata-sandi-kait"


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    deliveries = [json.dumps(one).encode() for one in json.loads((folder / "normal.json").read_text("utf-8"))]
    requests = {
        "normal": [shake_hands(VERIFY_TOKEN), *map(sign, deliveries)],
        "changed": [sign(b'{"version": 2, "events": [{"kind": "message"}]}'), sign(b"\xff\xfe")],
        "empty": [sign((folder / "empty.json").read_bytes())],
        "expired": [sign(deliveries[0], "rahasia-lama"), post(deliveries[0], {}), shake_hands("kata-lain")],
        "login": [post(LOGIN_PAGE, {"content-type": "text/html"})],
    }
    impossible = "we are the ones who are asked" if situation == "rate_limited" else ""
    pages: dict[str, Page] = {"/photo": (200, {"content-type": "image/jpeg"}, make_photo())}
    with serve_pages(pages.get) as base:
        section = {
            "collector": "whatsapp",
            "app_secret": APP_SECRET,
            "verify_token": VERIFY_TOKEN,
            "token": "EAAG-token",
            "phone_number_id": "106540352242922",
            "api": f"{base}/v26.0",
        }
        pages["/v26.0/712345"] = (200, {}, json.dumps({"url": f"{base}/photo"}).encode())
        yield Scene(section=section, requests=requests.get(situation, ()), impossible=impossible)


def make_photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "gray").save(out, "JPEG")
    return out.getvalue()


def post(body: bytes, headers: dict[str, str]) -> Request:
    return Request(headers=headers, body=body)


def sign(body: bytes, secret: str = APP_SECRET) -> Request:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return post(body, {"x-hub-signature-256": f"sha256={signature}"})


def shake_hands(token: str) -> Request:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": token}
    return Request(method="GET", headers={}, body=b"", query=urlencode(asked))
