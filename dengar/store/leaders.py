"""leaders: the accounts of RT/RW heads, by pseudonym."""

from collections.abc import Iterable, Sequence

from pymongo import ReplaceOne

from dengar.models.leader import Leader
from dengar.store.documents import Rows, from_document, to_document


class Leaders:
    """Answers: who reports for which RT and RW."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def save(self, leaders: Sequence[Leader]) -> None:
        """Write leaders; an account that was known reports for its new RT from now on."""
        writes = [
            ReplaceOne({"_id": one.author}, to_document(one) | {"_id": one.author}, upsert=True) for one in leaders
        ]
        if writes:
            self._rows.bulk_write(writes, ordered=False)

    def remove(self, authors: Iterable[str]) -> int:
        """Forget these accounts; gives how many there were."""
        return self._rows.delete_many({"_id": {"$in": list(authors)}}).deleted_count

    def find_all(self, kel: str | None = None) -> list[Leader]:
        """Give all leaders, or those of one kelurahan, by kelurahan, RW and RT."""
        rows = self._rows.find({"kel": kel} if kel else {}).sort([("kel", 1), ("rw", 1), ("rt", 1), ("_id", 1)])
        return [from_document(row, Leader) for row in rows]

    def channels(self) -> list[str]:
        """Name the channels in which any of them has an account."""
        return sorted(self._rows.distinct("channel"))
