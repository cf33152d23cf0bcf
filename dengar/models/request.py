"""Request and receipt: what a push channel hands in, and what it is told."""

from collections.abc import Mapping

from dengar.models.record import Record


class Request(Record, frozen=True, kw_only=True):
    """An HTTP request as it came in: header names in lower case, the raw body, the raw query, the sender's address."""

    headers: Mapping[str, str]
    body: bytes
    remote: str = ""
    method: str = "POST"
    query: str = ""


class Receipt(Record, frozen=True, kw_only=True):
    """The proof that a message is stored; `is_new` is False for a repeated delivery.

    `number` can be followed; None on channels that tell it later, or never.
    """

    item_id: str
    number: str | None
    is_new: bool


class Accepted(Record, frozen=True, kw_only=True):
    """What became of a request: a receipt for each message in it, or the words that its sender waits for."""

    receipts: tuple[Receipt, ...]
    answer: str | None = None
