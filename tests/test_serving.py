"""The whole program as a process: it starts, takes reports, survives its database, and stops."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

SECONDS = 180  # a busy machine is no failure


class Running:
    """A `dengar run` on a data folder of its own."""

    def __init__(self, folder: Path, model_dir: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = os.environ | {
            "DENGAR_DATA_DIR": str(folder / "d"),
            "DENGAR_CONFIG": str(folder / "none.toml"),
            "DENGAR_MODEL_DIR": str(model_dir),
            "DENGAR_WEB__PORT": str(self.port),
        }
        self.process = self.start()

    def start(self) -> "subprocess.Popen[bytes]":
        self.process = subprocess.Popen([sys.executable, "-m", "dengar", "run"], env=self._environment)
        until(self.is_up)
        return self.process

    def is_up(self) -> bool:
        assert self.process.poll() is None, f"it ended with code {self.process.returncode}"
        return self.answers("/sehat", 200)

    def answers(self, path: str, status: int) -> bool:
        try:
            return httpx2.get(self.address + path, timeout=5).status_code == status
        except httpx2.TransportError:
            return False

    def send(self, text: str, key: str) -> str:
        """Send a report as a careful client does: a 503 asks for the same once more."""
        end = time.monotonic() + SECONDS
        while (answer := self._try_to_send(text, key)).status_code == 503 and time.monotonic() < end:
            time.sleep(0.05)
        assert answer.status_code in {200, 201}, answer.text
        return str(answer.json()["nomor"])

    def _try_to_send(self, text: str, key: str) -> httpx2.Response:
        key_header = {"Idempotency-Key": key}
        return httpx2.post(self.address + "/api/lapor", json={"text": text}, headers=key_header, timeout=20)

    def is_judged(self, number: str) -> bool:
        return self.answers(f"/api/laporan/{number}", 200)

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "dengar", *words]
        return subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )

    def mongod(self) -> int:
        folder = self._environment["DENGAR_DATA_DIR"]
        return int((Path(folder) / "mongo" / "mongod.lock").read_text())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(done: object) -> None:
    assert callable(done)
    end = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < end, f"{done} did not come true"
        time.sleep(0.05)  # another process's state has no event to wait for


@contextmanager
def running(folder: Path, model_dir: Path) -> Iterator[Running]:
    program = Running(folder, model_dir)
    try:
        yield program
    finally:
        program.process.kill()
        program.process.wait()


def test_a_report_is_taken_judged_and_read_back_and_sigterm_ends_everything(tmp_path: Path, model_dir: Path) -> None:
    with running(tmp_path, model_dir) as program:
        number = program.send("Banjir selutut di Jalan Kemang Raya, Kelurahan Bangka, tolong pompanya", "satu-satu")
        until(lambda: program.is_judged(number))
        report = httpx2.get(f"{program.address}/api/laporan/{number}", timeout=5).json()
        assert "Bangka" in json.dumps(report)

        for method, path in (("GET", "antrean"), ("POST", "berikut"), ("POST", f"laporan/{number}")):
            assert httpx2.request(method, f"{program.address}/api/meja/{path}", timeout=5).status_code == 401
        said = {"kunci": "x", "tanggapan": {"do": "rate", "stars": 5}}
        assert httpx2.post(f"{program.address}/api/laporan/{number}/tanggapan", json=said, timeout=5).status_code == 403

        status = program.command("status", "--json")
        assert (status.returncode, json.loads(status.stdout)["posts"]) == (0, 1)
        second = program.command("run")
        assert second.returncode == 2
        assert "in use" in second.stderr or "holds" in second.stderr

        mongod = program.mongod()
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(SECONDS) == 0
        assert not Path(f"/proc/{mongod}").exists()


def test_what_was_acknowledged_survives_the_death_of_mongod_and_of_the_process(tmp_path: Path, model_dir: Path) -> None:
    with running(tmp_path, model_dir) as program:
        before = program.send("Sampah menumpuk di Jalan Fatmawati sudah tiga hari", "kunci-satu")
        os.kill(program.mongod(), signal.SIGKILL)
        until(lambda: program.answers("/sehat", 200))
        between = program.send("Lampu jalan mati di Jalan Panjang Kedoya", "kunci-dua")
        program.process.kill()
        program.process.wait()

        program.start()
        for number in (before, between):
            until(lambda number=number: program.is_judged(number))
        again = program.send("Lampu jalan mati di Jalan Panjang Kedoya", "kunci-dua")
        assert again == between
        assert json.loads(program.command("status", "--json").stdout)["posts"] == 2


def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path, model_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = os.environ | {
            "DENGAR_DATA_DIR": str(tmp_path / "d"),
            "DENGAR_MODEL_DIR": str(model_dir),
            "DENGAR_WEB__PORT": str(taken.getsockname()[1]),
        }
        ended = subprocess.run(
            [sys.executable, "-m", "dengar", "run"], env=environment, capture_output=True, text=True, check=False
        )
    assert ended.returncode == 2
    assert "DENGAR_WEB__PORT" in ended.stderr
    assert not (tmp_path / "d" / "mongo").exists()
