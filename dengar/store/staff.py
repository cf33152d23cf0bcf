"""staff: the people who work with reports, and the hashes of their keys and passwords."""

from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from pymongo.errors import DuplicateKeyError

from dengar.errors import DengarError
from dengar.models import Role, hash_key, normalize_password
from dengar.models import Staff as Person
from dengar.store.documents import Document, Rows, Session, from_document, to_document

# RFC 9106, section 4: the second recommended choice, for machines without 2 GiB to spare.
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)
# What a name without a password is checked against, so that it takes as long as one with.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$kuHYlDIc9bTyCuVBZ2Mvcg$ANs3yLg8oRNLPDmJJaLP7lvS0nIGNtVHPnp6zzzuajs"


_HERE: Document = {"ended_at": None}


class LastAdmin(DengarError):
    """Somebody must be left who can add people."""


class Staff:
    """Answers: whose key is this, and whose name and password. Who passes a session writes inside its transaction."""

    def __init__(self, rows: Rows, guards: Rows) -> None:
        self._rows = rows
        self._guards = guards

    def is_empty(self) -> bool:
        """Say whether nobody was ever added."""
        return self._rows.find_one({}, {"_id": 1}) is None

    def add(self, person: Person, session: Session = None) -> None:
        """Add a person; raises DengarError when the name is taken, for history speaks of people by their names."""
        try:
            self._rows.insert_one(to_document(person) | {"_id": person.name}, session=session)
        except DuplicateKeyError as error:
            raise DengarError(f"There is somebody named {person.name}: choose another name.") from error

    def replace(self, person: Person) -> None:
        """Write a person anew, also one who is there."""
        self._rows.replace_one({"_id": person.name}, to_document(person) | {"_id": person.name}, upsert=True)

    def change_key(self, name: str, key: str, session: Session = None) -> bool:
        """Let a person call with another key, also one who had left; False when there is no such person."""
        change = {"$set": {"key_hash": hash_key(key)}, "$unset": {"ended_at": ""}}
        return bool(self._rows.update_one({"_id": name}, change, session=session).matched_count)

    def set_password(self, name: str, password: str, session: Session = None, *, must_renew: bool = False) -> bool:
        """Let a person sign in with this password; False when there is no such person, or they have left.

        With `must_renew` it opens nothing but the page on which they choose another.
        """
        change = {"$set": {"password_hash": hash_password(password), "must_renew": must_renew}}
        return bool(self._rows.update_one({"_id": name, **_HERE}, change, session=session).matched_count)

    def find_by_password(self, name: str, password: str) -> Person | None:
        """Give the person with this name and password, unless they have left; takes as long for an unknown name."""
        person = self.find(name)
        try:
            _HASHER.verify((person and person.password_hash) or _NOBODY, normalize_password(password))
        except (VerifyMismatchError, InvalidHashError):
            return None
        return person

    def change_role(self, name: str, role: Role, unit: str | None, area: str | None, session: Session = None) -> bool:
        """Give a person another role, unit or area; False when there is no such person, or they have left.

        Raises LastAdmin when nobody would be left who can add people.
        """
        if role != "admin":
            self._keep_an_admin(name, session)
        given = {"role": role, "unit": unit, "area": area}
        change = {
            "$set": {key: value for key, value in given.items() if value is not None},
            "$unset": {key: "" for key, value in given.items() if value is None},
        }
        return bool(self._rows.update_one({"_id": name, **_HERE}, change, session=session).matched_count)

    def find(self, name: str) -> Person | None:
        """Give a person who has not left."""
        row = self._rows.find_one({"_id": name, "ended_at": None})
        return from_document(row, Person) if row else None

    def end(self, name: str, at: datetime, session: Session = None) -> bool:
        """Take a person's key and password away; False when there is no such person, or they have left.

        Raises LastAdmin when nobody would be left who can add people.
        """
        self._keep_an_admin(name, session)
        done = self._rows.update_one({"_id": name, **_HERE}, {"$set": {"ended_at": at}}, session=session)
        return bool(done.matched_count)

    def end_demo(self, at: datetime) -> None:
        """Let nobody in who was there only while the sample day was shown."""
        self._rows.update_many({"is_demo": True, **_HERE}, {"$set": {"ended_at": at}})

    def find_by_key(self, key: str) -> Person | None:
        """Give the person whose key this is, unless it was taken away."""
        row = self._rows.find_one({"key_hash": hash_key(key), "ended_at": None})
        return from_document(row, Person) if row else None

    def find_all(self) -> list[Person]:
        """Give everybody, also who left, by name."""
        return [from_document(row, Person) for row in self._rows.find().sort("_id", 1)]

    def _keep_an_admin(self, name: str, session: Session) -> None:
        """Raise LastAdmin unless somebody else is an admin, who can sign in when this one could."""
        # Two who end each other at the same moment write this row both: the second one looks again, and sees.
        self._guards.update_one({"_id": "admins"}, {"$inc": {"changes": 1}}, upsert=True, session=session)
        admins = {"role": "admin", **_HERE}
        row = self._rows.find_one({"_id": name, **admins}, session=session)
        if row is None:
            return
        able: Document = {"password_hash": {"$exists": True}} if row.get("password_hash") else {}
        if self._rows.find_one({"_id": {"$ne": name}, **admins, **able}, session=session) is None:
            raise LastAdmin(f"{name} is the last admin: make somebody else an admin first.")


def hash_password(password: str) -> str:
    """Give what is stored of a password."""
    return _HASHER.hash(normalize_password(password))
