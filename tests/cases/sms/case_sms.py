"""Messages as a Kannel gateway delivers them: the lines of normal.txt are queries without the secret."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from standard_cases import LOGIN_PAGE, Scene

from dengar.models import Request

SECRET = "rahasia-gerbang-sms"


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    queries = (folder / "normal.txt").read_text(encoding="ascii").split()
    requests = {
        "normal": [*map(ask, queries), post("Jembatan penyeberangan di Jl. Gatot Subroto lampunya mati €")],
        "changed": [ask("nomor=6281200000001&isi_pesan=Banjir")],
        "empty": [ask("from=%2B6281200000001&to=1708&text=&id=kosong-1"), ask("")],
        "expired": [ask(queries[0], "rahasia-lama"), Request(method="GET", headers={}, body=b"", query=queries[0])],
        "login": [Request(headers={"content-type": "text/html"}, body=LOGIN_PAGE)],
    }
    impossible = "we are the ones who are asked" if situation == "rate_limited" else ""
    yield Scene(
        section={"collector": "sms", "secret": SECRET}, requests=requests.get(situation, ()), impossible=impossible
    )


def ask(query: str, secret: str = SECRET) -> Request:
    """Deliver as Kannel's get-url does."""
    return Request(method="GET", headers={}, body=b"", query=f"secret={quote(secret)}&{query}")


def post(text: str) -> Request:
    """Deliver as Kannel's post-url does: the text alone is the body."""
    headers = {"content-type": 'text/plain; charset="UTF-16BE"', "x-kannel-to": "1708", "x-kannel-smsc": "TSEL"}
    query = f"secret={quote(SECRET)}&from=%2B6281200000005&id=b7c1&timestamp=1795140000"
    return Request(headers=headers, body=text.encode("utf-16-be"), query=query)
