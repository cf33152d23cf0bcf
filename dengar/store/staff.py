"""staff: the people who work with reports, and the hashes of their keys."""

import hashlib
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from dengar.errors import DengarError
from dengar.models import Staff as Person
from dengar.store.documents import Rows, from_document, to_document


class Staff:
    """Answers: whose key is this."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, person: Person) -> None:
        """Add a person; raises DengarError when the name is taken, for history speaks of people by their names."""
        try:
            self._rows.insert_one(to_document(person) | {"_id": person.name})
        except DuplicateKeyError as error:
            raise DengarError(f"There is somebody named {person.name}: choose another name.") from error

    def change_key(self, name: str, key: str) -> bool:
        """Let a person call with another key; False when there is no such person."""
        done = self._rows.update_one({"_id": name}, {"$set": {"key_hash": hash_key(key)}, "$unset": {"ended_at": ""}})
        return bool(done.matched_count)

    def end(self, name: str, at: datetime) -> bool:
        """Take a person's key away; False when there is no such person, or it was taken already."""
        done = self._rows.update_one({"_id": name, "ended_at": None}, {"$set": {"ended_at": at}})
        return bool(done.matched_count)

    def find_by_key(self, key: str) -> Person | None:
        """Give the person whose key this is, unless it was taken away."""
        row = self._rows.find_one({"key_hash": hash_key(key), "ended_at": None})
        return from_document(row, Person) if row else None

    def find_all(self) -> list[Person]:
        """Give everybody, also who left, by name."""
        return [from_document(row, Person) for row in self._rows.find().sort("_id", 1)]


def hash_key(key: str) -> str:
    """Give what is stored of a key; keys are long and random, so that one round is enough."""
    return hashlib.sha256(key.encode()).hexdigest()
