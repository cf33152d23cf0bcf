"""Item: what a channel said, untouched."""

import hashlib
from datetime import datetime
from typing import Literal

from dengar.models.record import Record

Kind = Literal["upsert", "edit", "tombstone", "ended"]


class Item(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One message as a source delivered it: the bytes, where they came from, and when.

    `collector` names the module of `dengar.ingest` that can read the bytes; `source` the configured source that
    fetched them. `observed_at` is our clock, `claimed_at` theirs and may lie. `number` is a tracking number that was
    already told to the sender.

    `kind` says what happened: upsert (said, or said again), edit (its author changed it), tombstone (deleted: to be
    erased here), ended (the source says that the matter is over). The last two need no payload that can be read.

    `incomplete`: something that it names, such as a photo, is to be fetched before it is judged.
    """

    channel: str
    account: str
    native_id: str
    collector: str
    source: str
    payload: bytes
    media_type: str
    observed_at: datetime
    claimed_at: datetime | None = None
    kind: Kind = "upsert"
    number: str | None = None
    incomplete: bool = False

    @property
    def id(self) -> str:
        """`channel:account:native_id`, the same for every delivery of the same message."""
        return f"{self.channel}:{self.account}:{self.native_id}"

    @property
    def content_hash(self) -> str:
        """Hex digest of the kind and the bytes: the same message with other bytes is a new revision."""
        return hashlib.blake2b(self.payload if self.is_said else self.kind.encode(), digest_size=16).hexdigest()

    @property
    def is_said(self) -> bool:
        """Say whether somebody said something, which can be parsed."""
        return self.kind in {"upsert", "edit"}


def post_id(item_id: str) -> str:
    """Derive a post's `_id`: four hex digits spread the writes evenly over an index or shard."""
    return hashlib.sha1(item_id.encode(), usedforsecurity=False).hexdigest()[:4] + ":" + item_id
