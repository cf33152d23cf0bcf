"""staff: the people who work with reports, and the hashes of their keys and passwords."""

from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from pymongo.errors import DuplicateKeyError

from dengar.errors import DengarError
from dengar.models import Staff as Person
from dengar.models import hash_key
from dengar.store.documents import Rows, from_document, to_document

# RFC 9106, section 4: the second recommended choice, for machines without 2 GiB to spare.
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
# What a name without a password is checked against, so that it takes as long as one with.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$kuHYlDIc9bTyCuVBZ2Mvcg$ANs3yLg8oRNLPDmJJaLP7lvS0nIGNtVHPnp6zzzuajs"


class Staff:
    """Answers: whose key is this, and whose name and password."""

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

    def set_password(self, name: str, password: str) -> bool:
        """Let a person sign in with this password; False when there is no such person, or they have left."""
        change = {"$set": {"password_hash": _HASHER.hash(password)}}
        return bool(self._rows.update_one({"_id": name, "ended_at": None}, change).matched_count)

    def find_by_password(self, name: str, password: str) -> Person | None:
        """Give the person with this name and password, unless they have left; takes as long for an unknown name."""
        person = self.find(name)
        try:
            _HASHER.verify((person and person.password_hash) or _NOBODY, password)
        except (VerifyMismatchError, InvalidHashError):
            return None
        return person

    def find(self, name: str) -> Person | None:
        """Give a person who has not left."""
        row = self._rows.find_one({"_id": name, "ended_at": None})
        return from_document(row, Person) if row else None

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
