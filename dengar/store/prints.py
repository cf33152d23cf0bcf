"""prints: what every photo looks like, and for what it was shown.

A copy within seven bits of 64 has a block of 16 bits in which it differs by one bit at most, so the 68 blocks that are
as near as that are looked up in an index. Copies that differ by more are found when they have such a block too: of
those with 8 bits 95 %, of those with 10 bits 74 %.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from heapq import nsmallest

from pymongo import DeleteMany, ReplaceOne, UpdateOne

from dengar.models import Media, Post, Record
from dengar.models.prints import NEAR_IDENTICAL, differing_bits
from dengar.store.documents import Document, Rows, Session, from_document

BLOCKS, BLOCK_BITS = 4, 16
MOST_FOUND = 50  # the nearest; a picture that went round is shown thousands of times


class Shown(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A photo that was shown: by a post with its complaint, or as the proof with which a report was closed."""

    print: str
    media: str
    at: datetime
    post: str | None = None
    report: str | None = None


class Prints:
    """Answers: where was this photo, or one that looks like it, shown before."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def save(self, posts: Sequence[Post], session: Session = None) -> None:
        """Remember the photos of posts that are part of a report; those of earlier revisions are forgotten."""
        again = [post.id for post in posts if post.revision > 1]
        writes: list[DeleteMany | ReplaceOne[Document]] = [DeleteMany({"post": {"$in": again}})] if again else []
        for post in posts:
            for one in post.media if post.report else ():
                if one.print:
                    row = _make_row(one, post.observed_at) | {"post": post.id}
                    writes.append(ReplaceOne({"_id": f"{post.id}:{one.id}"}, row, upsert=True))
        if writes:
            self._rows.bulk_write(writes, session=session)

    def add_proof(self, report: str, photos: Sequence[Media], at: datetime) -> None:
        """Remember the photos that are to prove a report done; those known for it already keep their time."""
        writes: list[UpdateOne] = [
            UpdateOne(
                {"_id": f"proof:{report}:{one.id}"},
                {"$setOnInsert": _make_row(one, at) | {"report": report}},
                upsert=True,
            )
            for one in photos
            if one.print
        ]
        if writes:
            self._rows.bulk_write(writes, ordered=False)

    def erase(self, post_ids: Sequence[str], session: Session) -> None:
        """Forget the photos of deleted posts."""
        self._rows.delete_many({"post": {"$in": list(post_ids)}}, session=session)

    def find_proofs(self, media_ids: Collection[str]) -> set[str]:
        """Say which of these photos prove a report done."""
        chosen = {"media": {"$in": list(media_ids)}, "report": {"$exists": True}}
        return {row["media"] for row in self._rows.find(chosen, {"media": 1})} if media_ids else set()

    def find_near(self, prints: Sequence[str]) -> list[Shown]:
        """Give the photos that look like one of these hashes, the nearest first."""
        keys = sorted({key for one in prints for key in _near_keys(one)})
        rows = self._rows.find({"keys": {"$in": keys}}, {"keys": 0})
        scored = ((min(differing_bits(row["print"], one) for one in prints), row["_id"], row) for row in rows)
        found = nsmallest(MOST_FOUND, (one for one in scored if one[0] <= NEAR_IDENTICAL))
        return [from_document(row, Shown) for _, _, row in found]


def _make_row(photo: Media, at: datetime) -> Document:
    return {"print": photo.print, "media": photo.id, "at": at, "keys": list(_keys(photo.print))}


def _keys(one: str) -> Iterator[int]:
    """Give the blocks of a hash, each with its place among them."""
    bits = int(one, 16)
    return (place << BLOCK_BITS | bits >> BLOCK_BITS * place & (1 << BLOCK_BITS) - 1 for place in range(BLOCKS))


def _near_keys(one: str) -> Iterator[int]:
    for key in _keys(one):
        yield key
        yield from (key ^ 1 << bit for bit in range(BLOCK_BITS))
