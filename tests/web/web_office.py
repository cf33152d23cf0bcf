"""A site with its administration: real settings and sources, and people with keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from test_access import PASSWORD, hire, sign_in
from web_site import NOW, Running, serve

from dengar.models import AuditEntry
from dengar.settings import Settings
from dengar.store import Store
from dengar.wiring import Parts

FEED = {"collector": "feed", "url": "https://x.id/umpan.xml", "channel": "surat_pembaca", "every": "5 minutes"}
SOURCES = {
    "warta": FEED | {"budget": {"posts_per_day": 500, "money_per_month": 20.0}},
    "balai": {"collector": "webhook", "channel": "balai_warga", "secret": "rahasia-yang-panjang-sekali"},
}
TARGETS = {
    "dinas": {"sender": "webhook", "url": "http://127.0.0.1:1/", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
}
SAME = {"sec-fetch-site": "same-origin"}


def make_parts(store: Store, folder: Path) -> Parts:
    settings = Settings(data_dir=folder, sources=SOURCES, targets=TARGETS)
    return Parts(settings, store, clock=lambda: NOW)


@contextmanager
def run_office(store: Store, folder: Path) -> Iterator[Running]:
    """Serve the site, with an admin, an operator and an auditor who have keys and passwords."""
    parts = make_parts(store, folder)
    for role in ("admin", "operator", "auditor"):
        hire(store, role, role)
    with serve(store, status=parts.status, oversight=parts.overseeing) as running:
        yield running


def caller(site: Running, name: str, language: str = "id") -> httpx2.Client:
    """Give a client with somebody's key."""
    return site.client(language, authorization=f"Bearer kunci-{name}")


@contextmanager
def signed_in(store: Store, site: Running, name: str, password: str = PASSWORD) -> Iterator[httpx2.Client]:
    """Give a client with somebody's session; whatever it sends comes from our own pages."""
    store.staff.set_password(name, password)
    with site.client(**SAME) as client:
        assert sign_in(client, name, password).status_code == 303
        yield client


def lines(store: Store) -> list[AuditEntry]:
    return [entry for _, entry in store.audit.page(100)]
