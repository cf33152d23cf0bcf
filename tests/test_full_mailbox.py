"""A mailbox as it is on a bad day: 5,000 mails, one in a hundred malformed, through to stored posts and reports."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from dovecot import PASSWORD, Mailbox, run_dovecot

from dengar.geocode.tables import read_areas
from dengar.settings import Settings
from dengar.store import Store
from dengar.wiring import Parts, make_source

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MAILS = 5_000
LEVEL = 3  # dots in the code of a kelurahan
EVERY = 100  # one in so many is malformed

KELURAHAN = [area.name for area in read_areas() if area.code.count(".") == LEVEL]
TEXTS = (
    "Banjir di Kelurahan {} setinggi lutut, mohon pompanya dinyalakan.",
    "Sampah di Kelurahan {} sudah empat hari tidak diangkut.",
    "Lampu jalan di Kelurahan {} padam, gelap sekali kalau malam.",
    "Lubang besar di Kelurahan {}, kemarin ada motor jatuh.",
)


def good(n: int) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Message-ID"], mail["Date"] = f"warga{n}@example.org", f"<{n}@example.org>", NOW
    mail["Subject"] = f"Keluhan nomor {n}"
    mail.set_content(TEXTS[n % len(TEXTS)].format(KELURAHAN[n % len(KELURAHAN)]) + f" Laporan {n}.")
    return bytes(mail)


def cut_mime(n: int) -> bytes:
    head = f"Message-ID: <cut{n}@example.org>\r\nContent-Type: multipart/mixed; boundary=grens\r\n\r\n"
    return f"{head}--grens\r\nContent-Type: text/plain\r\n\r\nPohon tumbang di Jalan Pemuda, terpotong {n}".encode()


def unknown_charset(n: int) -> bytes:
    head = f"Message-ID: <charset{n}@example.org>\r\nContent-Type: text/plain; charset=x-unknown-77\r\n\r\n"
    return f"{head}Sampah menumpuk di Kelurahan Bangka, aksara {n}".encode()


def nul_bytes(n: int) -> bytes:
    return f"Message-ID: <nul{n}@example.org>\r\n\r\nSaluran mampet di Jalan Otista\0\0, nol {n}".encode()


def year_1900(n: int) -> bytes:
    head = f"Message-ID: <tua{n}@example.org>\r\nDate: Mon, 1 Jan 1900 00:00:00 +0000\r\n\r\n"
    return f"{head}Lampu merah mati di perempatan Fatmawati, lama {n}".encode()


def thirty_megabytes(n: int) -> bytes:
    body = base64.encodebytes(bytes(22_500_000)).replace(b"\n", b"\r\n")
    head = f"Message-ID: <besar{n}@example.org>\r\nContent-Type: multipart/mixed; boundary=g\r\n\r\n--g\r\n\r\n"
    text = f"{head}Jalan berlubang di Jalan Panjang, besar {n}\r\n--g\r\nContent-Type: application/octet-stream\r\n"
    return text.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + body + b"--g--\r\n"


def garbage(n: int) -> bytes:
    return b"\xff\xfe\x00" * (n + 1)


# The 30 MB mail comes once: what it must show does not get truer by being repeated.
BROKEN = cut_mime, unknown_charset, nul_bytes, year_1900, garbage


def mails() -> Iterator[bytes]:
    for n in range(MAILS - 1):
        yield BROKEN[n // EVERY % len(BROKEN)](n) if n % EVERY == 0 else good(n)
    yield thirty_megabytes(MAILS)


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with run_dovecot() as server:
        mailbox = server.mailbox("kota")
        mailbox.deliver(mails(), NOW - timedelta(minutes=5))
        yield mailbox


def test_all_readable_mails_become_posts_and_each_bad_one_is_in_quarantine_with_its_bytes_and_reason(
    mailbox: Mailbox, store: Store, model_dir: Path
) -> None:
    section = {"collector": "mail", "host": "127.0.0.1", "port": mailbox.server.port, "security": "plain"}
    source = make_source("surel", section | {"username": "kota", "password": PASSWORD})
    parts = Parts(Settings(model_dir=model_dir), store, clock=lambda: NOW)

    run = parts.collecting.run(source)
    assert run is not None
    assert (run.outcome, run.items + run.poison) == ("done", MAILS)
    assert parts.working.drain() == MAILS

    put_aside = list(store.quarantine.find_all())
    # IMAP knows no NUL: Dovecot gives 0x80 in its place.
    bad = [n for n in range(0, MAILS - 1, EVERY) if BROKEN[n // EVERY % len(BROKEN)] is garbage]
    unreadable = [garbage(n).replace(b"\0", b"\x80") for n in bad]
    assert sorted(entry.item.payload for entry in put_aside) == sorted(unreadable)
    assert all(entry.reason for entry in put_aside)

    texts = [row["text"] for row in store.data["posts"].find({}, {"text": 1})]
    assert len(texts) == MAILS - len(unreadable)
    for mark in ("terpotong", "aksara", "nol", "lama", "besar", "Laporan"):
        assert any(mark in text for text in texts), mark
    assert store.data["posts"].count_documents({"created_at": {"$lt": NOW - timedelta(days=1)}}) == 0
    assert store.reports.count() > 0
