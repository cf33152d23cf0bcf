"""Updates of a bot, and a Bot API that gives the photo."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from serving_replies import Page
from standard_cases import LOGIN_PAGE, Scene, serve_pages

from dengar.models import Request

SECRET, TOKEN = "kata-rahasia-telegram", "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    updates = [json.dumps(one).encode() for one in json.loads((folder / "normal.json").read_text("utf-8"))]
    requests = {
        "normal": [deliver(one) for one in updates],
        "changed": [deliver(b'{"event": "message", "body": "Banjir"}'), deliver(b'{"update_id": 1, "message": {}}')],
        "empty": [deliver(b'{"update_id": 9, "my_chat_member": {"date": 1795140000}}')],
        "expired": [deliver(updates[0], "kata-lama"), Request(headers={}, body=updates[0])],
        "login": [Request(headers={"content-type": "text/html"}, body=LOGIN_PAGE)],
    }
    impossible = "we are the ones who are asked" if situation == "rate_limited" else ""
    found = {"ok": True, "result": {"file_id": "besar", "file_path": "photos/file_7.jpg"}}
    pages: dict[str, Page] = {
        f"/bot{TOKEN}/getFile": (200, {}, json.dumps(found).encode()),
        f"/file/bot{TOKEN}/photos/file_7.jpg": (200, {"content-type": "image/jpeg"}, make_photo()),
    }
    with serve_pages(pages.get) as base:
        section = {
            "collector": "telegram",
            "token": TOKEN,
            "secret": SECRET,
            "username": "AduanJktBot",
            "api": base,
        }
        yield Scene(section=section, requests=requests.get(situation, ()), impossible=impossible)


def make_photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "gray").save(out, "JPEG")
    return out.getvalue()


def deliver(body: bytes, secret: str = SECRET) -> Request:
    return Request(headers={"x-telegram-bot-api-secret-token": secret}, body=body)
