"""posts: every message, masked and judged; written once a revision."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from pymongo import InsertOne, ReplaceOne, UpdateOne

from dengar.models import Labels, Post, Selection, post_id
from dengar.store.documents import Document, Rows, Session, from_document, to_document
from dengar.store.selecting import make_posts_query


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

    def shown_of_report(self, number: str) -> list[Post]:
        """Give those that everybody may see: not what its source does not return for now."""
        return [post for post in self.of_report(number) if post.hidden_since is None]

    def of_report(self, number: str, limit: int = 0) -> list[Post]:
        """Give the posts that said this report's problem, oldest first; the first `limit` when that is named."""
        rows = self._rows.find({"report": number}).sort("created_at").limit(limit)
        return [from_document(row, Post) for row in rows]

    def first_texts(self, numbers: Iterable[str]) -> dict[str, str]:
        """Give the oldest text of each of these reports that everybody may see."""
        chosen = {"report": {"$in": list(numbers)}, "hidden_since": {"$exists": False}, "text": {"$gt": ""}}
        first = {"_id": "$report", "text": {"$first": "$text"}}
        stages: list[Document] = [{"$match": chosen}, {"$sort": {"report": 1, "created_at": 1}}, {"$group": first}]
        return {row["_id"]: row["text"] for row in self._rows.aggregate(stages)}

    def first_of_report(self, number: str) -> Post | None:
        """Give the oldest post of a report; a flood has thousands."""
        row = self._rows.find_one({"report": number}, sort=[("created_at", 1)])
        return from_document(row, Post) if row else None

    def of_author(self, author: str) -> list[Post]:
        """Give all posts of a pseudonym, oldest first."""
        return [from_document(row, Post) for row in self._rows.find({"author": author}).sort("created_at")]

    def reported_by(
        self, authors: Collection[str], since: datetime, until: datetime
    ) -> dict[str, tuple[str, datetime]]:
        """Give author and time, by id, of these authors' posts in [since, until) that belong to a report."""
        chosen = {
            "author": {"$in": list(authors)},
            "created_at": {"$gte": since, "$lt": until},
            "report": {"$exists": True},
        }
        rows = self._rows.find(chosen, {"author": 1, "created_at": 1})
        return {row["_id"]: (row["author"], row["created_at"]) for row in rows}

    def texts_of_reports(self, numbers: Collection[str]) -> dict[str, list[str]]:
        """Give the texts that said each of these reports, without those that are hidden."""
        texts: dict[str, list[str]] = {}
        chosen = {"report": {"$in": list(numbers)}, "hidden_since": {"$exists": False}}
        for row in self._rows.find(chosen, {"report": 1, "text": 1}):
            texts.setdefault(row["report"], []).append(row["text"])
        return texts

    def channels(self) -> list[str]:
        """Name the channels in which anything was written."""
        return sorted(self._rows.distinct("channel"))

    def last_of_authors(self, authors: Collection[str], since: datetime) -> dict[str, Post]:
        """Give the newest post of each author that belongs to a report and was written since then."""
        chosen = {"author": {"$in": list(authors)}, "created_at": {"$gte": since}, "report": {"$exists": True}}
        rows = self._rows.find(chosen).sort("created_at", 1) if authors else ()
        return {row["author"]: from_document(row, Post) for row in rows}

    def of_source(self, source: str, after: str, limit: int) -> dict[str, datetime | None]:
        """Give the next item ids of a source behind this one, in their order, and since when each is hidden."""
        chosen = {"source": source, "item_id": {"$gt": after}}
        rows = self._rows.find(chosen, {"item_id": 1, "hidden_since": 1}).sort("item_id", 1).limit(limit)
        return {row["item_id"]: row.get("hidden_since") for row in rows}

    def hide(self, item_ids: Sequence[str], at: datetime) -> None:
        """Show these no more, until `show`; those that are hidden already keep their time."""
        chosen = {"_id": {"$in": list(map(post_id, item_ids))}, "hidden_since": {"$exists": False}}
        self._rows.update_many(chosen, {"$set": {"hidden_since": at}})

    def show(self, item_ids: Sequence[str]) -> None:
        """Show these again."""
        self._rows.update_many({"_id": {"$in": list(map(post_id, item_ids))}}, {"$unset": {"hidden_since": ""}})

    def delete(self, ids: Sequence[str], session: Session) -> None:
        """Delete posts."""
        self._rows.delete_many({"_id": {"$in": list(ids)}}, session=session)

    def photos_in_use_beside(self, media_ids: Collection[str], item_ids: Sequence[str]) -> set[str]:
        """Say which of these photos some post shows that was made of another item than these."""
        chosen = {"media.id": {"$in": list(media_ids)}, "item_id": {"$nin": list(item_ids)}}
        rows = self._rows.find(chosen, {"media.id": 1}) if media_ids else ()
        return {one["id"] for row in rows for one in row["media"]} & set(media_ids)

    def find_number(self, number: str) -> Post | None:
        """Find the post whose sender was told this tracking number."""
        row = self._rows.find_one({"number": number})
        return from_document(row, Post) if row else None

    def has_other_sources(self, sources: Iterable[str]) -> bool:
        """Say whether any post came from another source than these."""
        return self._rows.find_one({"source": {"$nin": list(sources)}}, {"_id": 1}) is not None

    def sample(self, since: datetime, size: int, until: datetime | None = None) -> list[Post]:
        """Give posts that were read in a window, at random, without those that are hidden."""
        window = {"$gte": since} | ({"$lt": until} if until else {})
        chosen = {"observed_at": window, "hidden_since": {"$exists": False}}
        rows = self._rows.aggregate([{"$match": chosen}, {"$sample": {"size": size}}])
        # A sample may hold a document twice.
        return list({row["_id"]: from_document(row, Post) for row in rows}.values())

    def read_behind(self, at: datetime, after: str, limit: int) -> list[Post]:
        """Give the posts that were read next behind this moment and, of the same moment, behind this id."""
        behind = {"$or": [{"observed_at": {"$gt": at}}, {"observed_at": at, "_id": {"$gt": after}}]}
        rows = self._rows.find(behind).sort([("observed_at", 1), ("_id", 1)]).limit(limit)
        return [from_document(row, Post) for row in rows]

    def move(self, reports: Mapping[str, str], session: Session = None) -> None:
        """Give posts another report."""
        writes: list[UpdateOne] = [UpdateOne({"_id": key}, {"$set": {"report": one}}) for key, one in reports.items()]
        if writes:
            self._rows.bulk_write(writes, ordered=False, session=session)

    def relabel(self, labels: Mapping[str, Labels], session: Session = None) -> None:
        """Write what another model says of posts; who was deleted meanwhile stays so."""
        writes: list[UpdateOne] = [
            UpdateOne({"_id": key}, {"$set": {"labels": to_document(one)}}) for key, one in labels.items()
        ]
        if writes:
            self._rows.bulk_write(writes, ordered=False, session=session)

    def count(self) -> int:
        """Count all posts, from the collection's own bookkeeping."""
        return self._rows.estimated_document_count()

    def stream(self, selection: Selection, page: int = 2000) -> Iterator[list[Post]]:
        """Give the posts of a selection that are not hidden, by id, page by page; each is a question of its own."""
        behind = ""
        query = make_posts_query(selection)
        while rows := list(self._rows.find(query | {"_id": {"$gt": behind}}).sort("_id", 1).limit(page)):
            yield [from_document(row, Post) for row in rows]
            behind = rows[-1]["_id"]

    def count_selected(self, selection: Selection) -> int:
        """Count the posts of a selection that are not hidden."""
        return self._rows.count_documents(make_posts_query(selection))
