"""models: the trained classifiers, each with its files; model_moves: which of them serves, and the whole history."""

from collections.abc import Mapping, Sequence

import gridfs
from bson import ObjectId
from gridfs.errors import CorruptGridFile
from pymongo.errors import DuplicateKeyError

from dengar.errors import DengarError
from dengar.models import ModelMove, ModelVersion, MoveKind
from dengar.store.documents import Data, from_document, to_document


class MovedMeanwhile(DengarError):
    """Somebody else moved a model at the same moment."""


SERVING: tuple[MoveKind, ...] = ("promoted", "rolled_back")
SHADOWS: tuple[MoveKind, ...] = ("shadow_began", "shadow_ended")


class Versions:
    """Answers: which model serves, what came before it, and of what is it made.

    The newest move is the pointer: writing it is one insert, which one of two who try at once loses.
    """

    def __init__(self, data: Data) -> None:
        self._rows = data["models"]
        self._moves = data["model_moves"]
        self._files = gridfs.GridFSBucket(data, bucket_name="model_files")

    def save(self, version: ModelVersion, files: Mapping[str, bytes]) -> None:
        """Keep a version with its files; a known one is left alone. The row comes last: a crash leaves no half.

        Two who save the same version at once leave its files twice, which is the same as once.
        """
        if self.find(version.version) is not None:
            return
        for name, content in files.items():
            self._files.upload_from_stream_with_id(ObjectId(), f"{version.version}/{name}", content)
        self._rows.replace_one({"_id": version.version}, to_document(version), upsert=True)

    def find(self, version: str) -> ModelVersion | None:
        """Find a version."""
        row = self._rows.find_one({"_id": version})
        return from_document(row, ModelVersion) if row else None

    def find_all(self) -> list[ModelVersion]:
        """Give all versions, newest first."""
        return [from_document(row, ModelVersion) for row in self._rows.find().sort([("made_at", -1), ("_id", 1)])]

    def files(self, version: str) -> dict[str, bytes]:
        """Give the files of a version by name; raises DengarError when the store holds only parts of them."""
        pattern = {"filename": {"$regex": f"^{version}/"}}
        try:
            return {str(file.filename).partition("/")[2]: file.read() for file in self._files.find(pattern)}
        except CorruptGridFile as error:
            raise DengarError(f"The files of the model {version} are not those that were entered: {error}.") from error

    def serving(self) -> ModelMove | None:
        """Give the move that put the version there which serves now; None when there never was one."""
        return self._last(SERVING)

    def shadow(self) -> ModelMove | None:
        """Give the move that put a version into the shadow, while it is there."""
        last = self._last(SHADOWS)
        return last if last is not None and last.kind == "shadow_began" else None

    def history(self) -> list[ModelMove]:
        """Give all moves, newest first."""
        return [from_document(row, ModelMove) for row in self._moves.find().sort("_id", -1)]

    def next_seq(self) -> int:
        """Give the number of the next move."""
        row = self._moves.find_one(sort=[("_id", -1)])
        return row["_id"] + 1 if row else 0

    def move(self, move: ModelMove) -> None:
        """Write the next move; raises MovedMeanwhile when somebody else wrote that one."""
        try:
            self._moves.insert_one(to_document(move) | {"_id": move.seq})
        except DuplicateKeyError as error:
            raise MovedMeanwhile("Somebody else has just moved a model: look at `dengar models list`.") from error

    def _last(self, kinds: Sequence[MoveKind]) -> ModelMove | None:
        row = self._moves.find_one({"kind": {"$in": list(kinds)}}, sort=[("_id", -1)])
        return from_document(row, ModelMove) if row else None
