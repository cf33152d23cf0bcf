"""Request and receipt: what a push channel hands in, and what it is told."""

from collections.abc import Mapping

from dengar.models.record import Record


class Request(Record, frozen=True, kw_only=True):
    """An HTTP request as it came in: header names in lower case, the raw body, the sender's address."""

    headers: Mapping[str, str]
    body: bytes
    remote: str = ""


class Receipt(Record, frozen=True, kw_only=True):
    """The proof that a message is stored: `number` can be followed, `is_new` is False for a repeated delivery."""

    item_id: str
    number: str
    is_new: bool
