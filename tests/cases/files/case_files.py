"""A drop folder with files of every kind."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from standard_cases import Scene

IMPOSSIBLE = {
    "rate_limited": "a folder sets no limit",
    "expired": "a folder has no credentials",
    "login": "a folder shows no page",
}


@contextmanager
def open_case(situation: str, folder: Path) -> Iterator[Scene]:
    if situation in IMPOSSIBLE:
        yield Scene(impossible=IMPOSSIBLE[situation])
        return
    with tempfile.TemporaryDirectory() as drop:
        for path in folder.glob(f"{situation}.*"):
            shutil.copy(path, drop)
        yield Scene(section={"collector": "files", "path": drop, "channel": "berkas"})
