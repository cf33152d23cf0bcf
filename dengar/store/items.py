"""items: what the channels said, byte for byte, and the queue of what the pipeline has not seen yet."""

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import gridfs
from bson import ObjectId
from pymongo import ReplaceOne

from dengar.models import Item, Pending
from dengar.store.documents import Data, Document, Session, from_document, to_document

INLINE_BYTES = 256 * 1024  # larger payloads go to GridFS: a document ends at 16 MB, a mail does not


class Items:
    """Answers: is this delivery new, what is waiting, what was said."""

    def __init__(self, data: Data) -> None:
        self._rows = data["items"]
        self._quarantine = data["quarantine"]
        self._files = gridfs.GridFSBucket(data, bucket_name="payloads")

    def prepare(self, items: Sequence[Item]) -> list[Document]:
        """Make the documents; large payloads are written aside first, which a repetition does not double."""
        started = time.time_ns()
        return [self.to_row(item, started + place) for place, item in enumerate(items)]

    def save(self, documents: Sequence[Document], session: Session) -> set[str]:
        """Store new items, and new contents of known ones as a further revision; known contents change nothing.

        Gives the ids of the new ones.

        A tracking number that was told once stays: two deliveries with different bytes may come at the same moment.
        """
        latest = {document["_id"]: document for document in documents}
        kept = {"hash": 1, "revision": 1, "number": 1, "payload_file": 1}
        known = {row["_id"]: row for row in self._rows.find({"_id": {"$in": list(latest)}}, kept, session=session)}
        fresh = [document for key, document in latest.items() if key not in known]
        changed = [
            ReplaceOne({"_id": key}, document | _further(known[key], document))
            for key, document in latest.items()
            if key in known and known[key]["hash"] != document["hash"]
        ]
        if fresh:
            self._rows.insert_many(fresh, ordered=True, session=session)
        if changed:
            self._rows.bulk_write(changed, session=session)
        return {document["_id"] for document in fresh}

    def pending(self, limit: int, most_bytes: int) -> list[Pending]:
        """Give the items that wait, oldest first: at most `limit`, and no more once `most_bytes` are passed."""
        waiting: list[Pending] = []
        size = 0
        for row in self._rows.find({"state": "pending"}).sort("order").limit(limit):
            waiting.append(Pending(item=self.from_row(row), order=row["order"], revision=row["revision"]))
            size += len(waiting[-1].item.payload)
            if size > most_bytes:
                break
        return waiting

    def all_pending(self) -> Iterator[Item]:
        """Give every item that waits, also those that are not complete."""
        return (self.from_row(row) for row in self._rows.find({"state": {"$in": ["pending", "incomplete"]}}))

    def incomplete(self, limit: int) -> list[Item]:
        """Give items of which something is still to be fetched, oldest first."""
        return [self.from_row(row) for row in self._rows.find({"state": "incomplete"}).sort("order").limit(limit)]

    def complete(self, before: Item, after: Item) -> None:
        """Queue an item for the pipeline with what was fetched for it, unless it was delivered anew meanwhile.

        The hash stays that of what was delivered, so that the same delivery is recognised.
        """
        row = self.to_row(after.replace(incomplete=False), 0)
        change = {name: row[name] for name in ("payload", "media_type", "payload_file") if name in row}
        self._rows.update_one(
            {"_id": before.id, "state": "incomplete", "hash": before.content_hash},
            {"$set": change | {"state": "pending"}, "$unset": {"incomplete": ""}},
        )

    def is_waiting(self) -> bool:
        """Say whether any item waits."""
        return self._rows.find_one({"state": "pending"}, {"_id": 1}) is not None

    def waiting_since(self) -> datetime | None:
        """Say when the item that waits longest was put in the queue; None when nothing waits."""
        row = self._rows.find_one({"state": "pending"}, {"order": 1}, sort=[("order", 1)])
        return datetime.fromtimestamp(int(row["order"][:20]) / 1e9, UTC) if row else None

    def count_pending(self) -> int:
        """Count the items that wait."""
        return self._rows.count_documents({"state": "pending"})

    def settle(self, orders: Sequence[str], session: Session) -> None:
        """Take these out of the queue; an item that got new contents meanwhile has another place and stays."""
        if orders:
            self._rows.update_many(
                {"state": "pending", "order": {"$in": list(orders)}}, {"$set": {"state": "done"}}, session=session
            )

    def erase(self, item_ids: Sequence[str], session: Session) -> None:
        """Forget these deliveries; their payload files are dropped by `drop_payloads`."""
        self._rows.delete_many({"_id": {"$in": list(item_ids)}}, session=session)

    def payloads_of(self, item_ids: Sequence[str]) -> list[str]:
        """Name the payload files of these items, here and in quarantine."""
        chosen = {"_id": {"$in": list(item_ids)}, "payload_file": {"$exists": True}}
        return [row["payload_file"] for rows in (self._rows, self._quarantine) for row in rows.find(chosen)]

    def drop_payloads(self, names: Sequence[str]) -> None:
        """Delete these payload files, except those that another item needs."""
        for file in self._files.find({"filename": {"$in": [name for name in names if not self._is_used(name)]}}):
            self._files.delete(file._id)  # noqa: SLF001  GridOut has no other name for it

    def find(self, item_id: str) -> Item | None:
        """Give an item as it was delivered last."""
        row = self._rows.find_one({"_id": item_id})
        return self.from_row(row) if row else None

    def numbers_of(self, item_ids: Iterable[str]) -> dict[str, str | None]:
        """Give the tracking numbers that were told for those of these items that are stored."""
        rows = self._rows.find({"_id": {"$in": list(item_ids)}}, {"number": 1})
        return {row["_id"]: row.get("number") for row in rows}

    def find_number(self, number: str) -> str | None:
        """Give the id of the item that has this tracking number."""
        row = self._rows.find_one({"number": number}, {"_id": 1})
        return row["_id"] if row else None

    def put_back(self, item: Item, session: Session = None) -> None:
        """Queue an item again, at the end; where newer contents are stored under its id, those."""
        row = self.to_row(item, time.time_ns())
        waits = {"state": row.pop("state"), "order": row.pop("order")}
        change = {"$set": waits, "$setOnInsert": {key: value for key, value in row.items() if key != "_id"}}
        self._rows.update_one({"_id": item.id}, change, upsert=True, session=session)

    def drop_files(self, before: datetime) -> int:
        """Delete payload files of before that no item and no quarantine entry needs; gives their number."""
        stale = [file for file in self._files.find({"uploadDate": {"$lt": before}}) if not self._is_used(file.filename)]
        for file in stale:
            self._files.delete(file._id)  # noqa: SLF001  GridOut has no other name for it
        return len(stale)

    def _is_used(self, name: str) -> bool:
        return any(rows.find_one({"payload_file": name}, {"_id": 1}) for rows in (self._rows, self._quarantine))

    def to_row(self, item: Item, order: int) -> Document:
        """Write an item as a row of the queue; a large payload goes to a file first."""
        document = to_document(item) | {
            "_id": item.id,
            "hash": item.content_hash,
            "state": "incomplete" if item.incomplete else "pending",
            "order": f"{order:020d}{secrets.token_hex(2)}",
            "revision": 1,
        }
        if len(item.payload) > INLINE_BYTES:
            document |= {"payload": b"", "payload_file": self._keep_file(item)}
        return document

    def _keep_file(self, item: Item) -> str:
        name = item.content_hash
        if not next(self._files.find({"filename": name}).limit(1), None):
            self._files.upload_from_stream_with_id(ObjectId(), name, item.payload)
        return name

    def from_row(self, row: Document) -> Item:
        """Read a row back, with its payload from wherever it is."""
        name = row.get("payload_file")
        if name is None or _is_deletion(row):
            return from_document(row, Item)
        return from_document(row | {"payload": self._files.open_download_stream_by_name(name).read()}, Item)


def _further(row: Document, document: Document) -> Document:
    """Give what a further revision takes over from the row that is stored.

    A deletion remembers the payload file, which is deleted with the rest.
    """
    told = {"number": row["number"]} if row.get("number") else {}
    file = {"payload_file": row["payload_file"]} if row.get("payload_file") and _is_deletion(document) else {}
    return {"revision": row["revision"] + 1} | told | file


def _is_deletion(document: Document) -> bool:
    return document.get("kind") == "tombstone"
