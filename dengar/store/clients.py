"""clients: the programs of others that may post reports, and the hashes of their keys."""

from datetime import datetime

from pymongo.errors import DuplicateKeyError

from dengar.errors import DengarError
from dengar.models import ApiClient, hash_key
from dengar.store.documents import Rows, from_document, to_document


class Clients:
    """Answers: whose key is this."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, client: ApiClient) -> None:
        """Add a program; raises DengarError when the name is taken."""
        try:
            self._rows.insert_one(to_document(client) | {"_id": client.name})
        except DuplicateKeyError as error:
            raise DengarError(f"There is a client named {client.name}: choose another name.") from error

    def end(self, name: str, at: datetime) -> bool:
        """Take a program's key away; False when there is no such program, or it was taken already."""
        done = self._rows.update_one({"_id": name, "ended_at": None}, {"$set": {"ended_at": at}})
        return bool(done.matched_count)

    def find_by_key(self, key: str) -> ApiClient | None:
        """Give the program whose key this is, unless it was taken away."""
        row = self._rows.find_one({"key_hash": hash_key(key), "ended_at": None})
        return from_document(row, ApiClient) if row else None

    def find_all(self) -> list[ApiClient]:
        """Give every program, also those whose key was taken away, by name."""
        return [from_document(row, ApiClient) for row in self._rows.find().sort("_id", 1)]
