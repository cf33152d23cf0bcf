"""spending: what each source has used on each day of UTC."""

from datetime import UTC, datetime

from dengar.models import Record
from dengar.store.documents import Rows


class Spent(Record, frozen=True, kw_only=True):
    """Posts read, and US dollars that they cost."""

    posts: int = 0
    money: float = 0.0


class Spending:
    """Answers: how much of its budget has this source used."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, source: str, at: datetime, posts: int, money: float) -> None:
        """Count a use on the day of `at`."""
        day = at.astimezone(UTC).strftime("%Y-%m-%d")
        self._rows.update_one(
            {"_id": f"{source}:{day}"},
            {"$inc": {"posts": posts, "money": money}, "$set": {"source": source, "day": day}},
            upsert=True,
        )

    def on_day(self, source: str, at: datetime) -> Spent:
        """Say what was used on the day of `at`."""
        return self._sum(source, at.astimezone(UTC).strftime("%Y-%m-%d"))

    def in_month(self, source: str, at: datetime) -> Spent:
        """Say what was used in the month of `at`."""
        return self._sum(source, at.astimezone(UTC).strftime("%Y-%m"))

    def _sum(self, source: str, start: str) -> Spent:
        rows = list(self._rows.find({"source": source, "day": {"$gte": start, "$lte": start + "~"}}))
        return Spent(posts=sum(row["posts"] for row in rows), money=sum(row["money"] for row in rows))
