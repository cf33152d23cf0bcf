import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from made import KEY, make_item

from dengar.errors import DataFolderBusy, StoreUnavailable
from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo, disk_remark, find_mongod, running_uri, socket_path

# A process that runs a mongod in the folder of its first argument and says its pid.
OWNER = """
import os, signal, sys
from pathlib import Path
from dengar.store.embedded import EmbeddedMongo
mongo = EmbeddedMongo(Path(sys.argv[1]), cache_gb=0.25)
mongo.start()
print(mongo.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[EmbeddedMongo]:
    mongo = EmbeddedMongo(tmp_path / "data", cache_gb=0.25)
    mongo.start()
    yield mongo
    mongo.stop()


def test_a_mongod_is_found() -> None:
    found = find_mongod()
    assert found is not None
    assert os.access(found, os.X_OK)


def test_a_folder_that_is_held_is_refused(own: EmbeddedMongo, tmp_path: Path) -> None:
    other = EmbeddedMongo(tmp_path / "data")
    with pytest.raises(DataFolderBusy, match=str(os.getpid())):
        other.start()
    assert running_uri(tmp_path / "data") == own.uri


def test_a_killed_mongod_comes_back_with_every_acknowledged_write(own: EmbeddedMongo) -> None:
    store = Store.connect(own.uri, "dengar", key=KEY)
    assert not own.revive()
    for n in range(30):
        store.save_batch("kotak", [make_item(str(n))])
    os.kill(own.pid, signal.SIGKILL)
    os.waitid(os.P_PID, own.pid, os.WEXITED | os.WNOWAIT)
    assert own.revive()
    assert len(store.items.pending(100, 10**9)) == 30
    store.save_batch("kotak", [make_item("30")])
    store.close()


def test_a_stopped_one_lets_the_folder_go_and_keeps_what_was_written(tmp_path: Path) -> None:
    mongo = EmbeddedMongo(tmp_path, cache_gb=0.25)
    for n in range(2):
        mongo.start()
        store = Store.connect(mongo.uri, "dengar", key=KEY)
        assert store.items.count_pending() == n
        store.save_batch("kotak", [make_item(str(n))])
        store.close()
        mongo.stop()
        assert running_uri(tmp_path) is None
    with pytest.raises(StoreUnavailable, match="not running"):
        mongo.pid  # noqa: B018  asking is the test


def test_the_mongod_of_a_killed_process_is_ended_before_a_new_one_starts(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdin=-1, stdout=-1) as owner:
        assert owner.stdout is not None
        orphan = int(owner.stdout.readline())
        owner.kill()
    mongo = EmbeddedMongo(tmp_path, cache_gb=0.25)
    mongo.start()
    assert mongo.pid != orphan
    mongo.stop()


def test_a_folder_with_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    folder = tmp_path / ("panjang" * 12) / ("sekali" * 12)
    assert len(str(socket_path(folder))) < 108
    mongo = EmbeddedMongo(folder, cache_gb=0.25)
    mongo.start()
    store = Store.connect(mongo.uri, "dengar", key=KEY)
    assert store.is_ready()
    store.close()
    mongo.stop()
    assert not socket_path(folder).exists()


def test_a_mongod_that_ends_at_once_is_said(tmp_path: Path) -> None:
    (tmp_path / "mongo").mkdir()
    (tmp_path / "mongo" / "WiredTiger").write_text("garbage")
    (tmp_path / "mongo" / "WiredTiger.turtle").write_text("garbage")
    mongo = EmbeddedMongo(tmp_path, cache_gb=0.25)
    with pytest.raises(StoreUnavailable, match=r"mongod\.log"):
        mongo.start()
    mongo.stop()


def test_a_full_disk_is_named_as_the_reason() -> None:
    assert disk_remark(10**10) == ""
    assert disk_remark(2_000_000) == " (the disk is full, 2 MB are free: make room and start again)"


def open_files(pid: int) -> Iterator[str]:
    """Name what a process holds open; what it closes while we look was no door, which stays open."""
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            yield str(one.readlink())


def test_it_opens_no_door_but_its_own_socket(tmp_path: Path) -> None:
    mongo = EmbeddedMongo(tmp_path / "d", cache_gb=0.25)
    mongo.start()
    try:
        names = list(open_files(mongo.pid))
        inodes = {name[8:-1] for name in names if name.startswith("socket:[")}
        rows = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
        assert {row[7] for row in rows if len(row) > 7 and row[6] in inodes} == {str(socket_path(tmp_path / "d"))}
        assert not inodes & {line.split()[9] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]}
    finally:
        mongo.stop()
