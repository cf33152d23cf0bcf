"""posts: every message, masked and judged; written once a revision."""

import re
from collections.abc import Iterable, Sequence

from pymongo import InsertOne, ReplaceOne

from dengar.models import Post
from dengar.store.documents import Rows, Session, from_document, to_document


class Posts:
    """Answers: is this post known, and what did people say about this report."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def save(self, posts: Sequence[Post], session: Session) -> None:
        """Write posts; a known one is replaced."""
        rows = {post.id: to_document(post) | {"_id": post.id} for post in posts}
        known = {row["_id"] for row in self._rows.find({"_id": {"$in": list(rows)}}, {"_id": 1}, session=session)}
        # An insert costs a third of an upsert.
        writes = [ReplaceOne({"_id": key}, row) if key in known else InsertOne(row) for key, row in rows.items()]
        if writes:
            self._rows.bulk_write(writes, ordered=False, session=session)

    def find_all(self, ids: Iterable[str]) -> dict[str, Post]:
        """Give those of these posts that are known, by id."""
        return {row["_id"]: from_document(row, Post) for row in self._rows.find({"_id": {"$in": list(ids)}})}

    def find_referenced(self, references: Iterable[str]) -> dict[str, Post]:
        """Find posts by what others call them: the item's id, or what comes in it before a `#`."""
        plain = [one for one in references if "\0" not in one]  # which BSON allows in no pattern
        wanted = [pattern for one in plain for pattern in (one, re.compile(f"^{re.escape(one)}#"))]
        rows = self._rows.find({"item_id": {"$in": wanted}}) if wanted else ()
        return {row["item_id"].partition("#")[0]: from_document(row, Post) for row in rows}

    def of_report(self, number: str) -> list[Post]:
        """Give the posts that said this report's problem, oldest first."""
        return [from_document(row, Post) for row in self._rows.find({"report": number}).sort("created_at")]

    def find_number(self, number: str) -> Post | None:
        """Find the post whose sender was told this tracking number."""
        row = self._rows.find_one({"number": number})
        return from_document(row, Post) if row else None

    def has_other_sources(self, sources: Iterable[str]) -> bool:
        """Say whether any post came from another source than these."""
        return self._rows.find_one({"source": {"$nin": list(sources)}}, {"_id": 1}) is not None

    def count(self) -> int:
        """Count all posts, from the collection's own bookkeeping."""
        return self._rows.estimated_document_count()
