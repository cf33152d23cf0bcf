"""A whole Dengar as a process with the sample day in it, and people of every role."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import httpx2
from made import KEY
from playwright.sync_api import BrowserContext
from test_serving import free_port, until

from dengar.models import Role, Staff, hash_key
from dengar.store import Store
from dengar.store.embedded import running_uri
from dengar.web.access import SESSION_COOKIE

ROLES: tuple[Role, ...] = tuple(role for role in get_args(Role) if role != "pelapor")
LURAH_OF = "kel:31.74.02.1001"


@dataclass
class City:
    """Where it is reached, and its store."""

    address: str
    store: Store

    def sign_in(self, context: BrowserContext, role: Role) -> None:
        """Let a window be somebody of this role."""
        token = self.store.sessions.begin(f"contoh-{role}", datetime.now(UTC))
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.address}])


@contextmanager
def run_city(folder: Path, model_dir: Path) -> Iterator[City]:
    """Run `dengar demo` until its sample day is judged."""
    port = free_port()
    environment = os.environ | {
        "DENGAR_DATA_DIR": str(folder),
        "DENGAR_CONFIG": str(folder / "none.toml"),
        "DENGAR_MODEL_DIR": str(model_dir),
        "DENGAR_WEB__PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "dengar", "demo"], env=environment)
    try:
        until(lambda: is_up(process, f"http://127.0.0.1:{port}/sehat"))
        uri = running_uri(folder)
        assert uri is not None
        store = Store.connect(uri, "dengar", key=KEY)
        until(lambda: store.reports.count() > 0 and store.items.count_pending() == 0)
        hire_everybody(store)
        yield City(f"http://127.0.0.1:{port}", store)
        store.close()
    finally:
        process.terminate()
        process.wait(60)


def is_up(process: "subprocess.Popen[bytes]", address: str) -> bool:
    assert process.poll() is None, f"it ended with code {process.returncode}"
    try:
        return httpx2.get(address, timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


def hire_everybody(store: Store) -> None:
    for role in ROLES:
        unit = LURAH_OF if role == "petugas" else None
        name = f"contoh-{role}"
        store.staff.add(Staff(name=name, role=role, unit=unit, key_hash=hash_key(name), added_at=datetime.now(UTC)))
