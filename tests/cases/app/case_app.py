"""Deliveries of an app: JSON with a key, and files of a phone's form, signed as well."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from standard_cases import LOGIN_PAGE, Scene

from dengar.models import Request

KEY = "a-key-of-the-tests"
SECRET = "a-secret-of-the-tests"
MULTIPART = "multipart/form-data; boundary=kupu7kupu"


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    photo = (folder / "foto.jpg").read_bytes()
    report = (folder / "normal.json").read_bytes()
    wordless = json.loads((folder / "wordless.json").read_text())
    wordless["photos"] = [{"data": "data:image/jpeg;base64," + base64.b64encode(photo).decode()}]
    requests = {
        "normal": [
            prove(report),
            prove(json.dumps(wordless).encode()),
            prove(make_multipart(photo), MULTIPART),
            prove(b'{"report_id": "JK-8801", "deleted": true}'),
            prove(b'{"report_id": "JK-8640", "status": "Selesai"}'),
            prove(b'{"report_id": "JK-9102", "status": "diproses"}'),
        ],
        "changed": [prove(b'[{"report_id": "JK-9102"}]'), prove(b'{"v": 2, "payload": {"isi": "Banjir"}}')],
        "empty": [prove(b"")],
        "expired": [
            prove(report, key="the key of last year"),
            prove(report, secret="another"),
            Request(headers={}, body=report),
        ],
        "login": [Request(headers={"content-type": "text/html"}, body=LOGIN_PAGE)],
    }
    impossible = "we are the ones who are asked" if situation == "rate_limited" else ""
    section = {"collector": "app", "channel": "jaki", "api_key": KEY, "secret": SECRET}
    yield Scene(section=section, requests=requests.get(situation, ()), impossible=impossible)


def prove(body: bytes, media_type: str = "application/json", key: str = KEY, secret: str = SECRET) -> Request:
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"content-type": media_type, "authorization": f"Bearer {key}", "x-hub-signature-256": signature}
    return Request(headers=headers, body=body)


def make_multipart(photo: bytes) -> bytes:
    fields = {
        "id_laporan": "JK-9100",
        "judul": "Trotoar dipakai parkir",
        "isi": "Motor parkir menutup trotoar di depan Stasiun Tebet, pejalan kaki turun ke jalan.",
        "kategori": "parkir_liar",
        "id_pelapor": "u-5512",
        "tanggal": "2026-11-20 08:30",
    }
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}'.encode() for name, text in fields.items()]
    head = b'Content-Disposition: form-data; name="foto"; filename="foto.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    parts.append(head + photo)
    return b"".join(b"--kupu7kupu\r\n" + part + b"\r\n" for part in parts) + b"--kupu7kupu--\r\n"
