"""targets: how those answer to whom we deliver, so that a restart knows it."""

from datetime import datetime

from dengar.models import TargetHealth
from dengar.store.documents import Rows, from_document, to_document


class Targets:
    """Answers: may anything be sent to this target now."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def find(self, target: str) -> TargetHealth:
        """Give what is known of a target; nothing is said against an unknown one."""
        row = self._rows.find_one({"_id": target})
        return from_document(row, TargetHealth) if row else TargetHealth(target=target)

    def save(self, health: TargetHealth) -> None:
        """Write how a target answers."""
        row = to_document(health) | {"_id": health.target}
        self._rows.replace_one({"_id": health.target}, row, upsert=True)

    def start(self, target: str) -> None:
        """Forget what was said against a target: somebody has mended it."""
        self._rows.delete_one({"_id": target})

    def find_unwell(self, now: datetime) -> list[TargetHealth]:
        """Give the targets that are left alone now, or want nothing more."""
        unwell = {"$or": [{"stopped": {"$exists": True}}, {"resting_until": {"$gt": now}}]}
        return [from_document(row, TargetHealth) for row in self._rows.find(unwell).sort("_id")]
