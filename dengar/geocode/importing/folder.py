"""The folder of a site's imported gazetteer: versions of layers, which of them are in use, and their history.

A version's file never changes. `gazetteer.json` says which versions are in use: it is replaced as a whole, so that a
process that reads it sees one state or the other.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from dengar.errors import DengarError
from dengar.geocode.ground import Ground
from dengar.geocode.importing.areas import read_ground
from dengar.geocode.importing.layer import LayerFile
from dengar.models.record import Record

INDEX = "gazetteer.json"
AREAS = "areas"  # the name of the layer that holds boundaries


class Version(Record, frozen=True, kw_only=True):
    """One import: `rows` names (or kelurahan) from the file called `source`, kept in the file `file` of the folder."""

    name: str
    number: int
    kind: Literal["names", "areas"]
    file: str
    sha256: str
    source: str
    rows: int
    made_at: datetime


class Index(Record, frozen=True, kw_only=True):
    """All versions, and the number of the one in use of each layer that is in use."""

    versions: tuple[Version, ...] = ()
    used: Mapping[str, int] = {}


class Folder:
    """The imported gazetteer in a folder, which need not exist."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def index(self) -> Index:
        """Read what there is; raises DengarError when the index is damaged."""
        try:
            return msgspec.json.decode((self.path / INDEX).read_bytes(), type=Index)
        except (FileNotFoundError, NotADirectoryError):
            return Index()
        except msgspec.MsgspecError as error:
            raise DengarError(f"{self.path / INDEX} is damaged ({error}): remove it and import again.") from error

    def used(self) -> list[Version]:
        """Give the versions in use, by name."""
        index = self.index()
        return sorted(
            (one for one in index.versions if index.used.get(one.name) == one.number), key=lambda one: one.name
        )

    def stamp(self) -> tuple[int, int]:
        """Give something that changes with the index: cheap enough to ask every second."""
        try:
            found = (self.path / INDEX).stat()
        except (FileNotFoundError, NotADirectoryError):
            return 0, 0
        return found.st_mtime_ns, found.st_ino

    def add(
        self, name: str, kind: Literal["names", "areas"], source: Path, now: datetime,
        write: Callable[[Path], int],
    ) -> tuple[Version, bool]:  # fmt: skip
        """Keep what `write` writes as the version in use; gives it, and whether it is new.

        What is written is compared with the version in use: importing the same again changes nothing.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=self.path, prefix=f".{name}-")
        os.close(handle)
        try:
            rows = write(Path(fresh))
            sha256 = _digest(Path(fresh))
            index = self.index()
            same = next((one for one in self.used() if one.name == name and one.sha256 == sha256), None)
            if same:
                return same, False
            number = max((one.number for one in index.versions if one.name == name), default=0) + 1
            file = f"{name}-{number}.npz"
            Path(fresh).replace(self.path / file)
        finally:
            Path(fresh).unlink(missing_ok=True)
        version = Version(
            name=name, number=number, kind=kind, file=file, sha256=sha256, source=source.name, rows=rows, made_at=now
        )
        self._write(Index(versions=(*index.versions, version), used={**index.used, name: number}))
        return version, True

    def use(self, name: str, number: int) -> Version:
        """Take another version of a layer into use; raises DengarError when there is none."""
        index = self.index()
        found = next((one for one in index.versions if (one.name, one.number) == (name, number)), None)
        if found is None:
            raise DengarError(f"There is no version {number} of {name!r}: `dengar gazetteer list` shows them all.")
        self._write(index.replace(used={**index.used, name: number}))
        return found

    def drop(self, name: str) -> None:
        """Take a layer out of use; its versions stay. Raises DengarError when it is not in use."""
        index = self.index()
        if name not in index.used:
            raise DengarError(f"{name!r} is not in use: `dengar gazetteer list` shows what is.")
        self._write(index.replace(used={one: number for one, number in index.used.items() if one != name}))

    def load(self) -> tuple[Ground | None, Sequence[LayerFile]]:
        """Read what is in use; raises DengarError when a file is missing or not the one that was imported."""
        names = [one for one in self.used() if one.kind == "names"]
        return self.load_ground(), [LayerFile(self._find(one), one.name) for one in names]

    def load_ground(self) -> Ground | None:
        """Read the boundaries in use, None when there are none; raises DengarError as `load` does."""
        return next((read_ground(self._find(one)) for one in self.used() if one.kind == "areas"), None)

    def _find(self, version: Version) -> Path:
        path = self.path / version.file
        if not path.exists() or _digest(path) != version.sha256:
            raise DengarError(f"{path} is not the file that was imported: import {version.name} again, or drop it.")
        return path

    def _write(self, index: Index) -> None:
        fresh = self.path / f".{INDEX}.{os.getpid()}"
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(index)))
        fresh.replace(self.path / INDEX)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
