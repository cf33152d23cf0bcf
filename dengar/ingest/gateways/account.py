"""The account that replies are sent with."""

from dengar.models import Record


class Account(Record, frozen=True, kw_only=True):
    """Where a gateway is asked to send, as whom, and from which number (empty: the one that was written to)."""

    url: str
    username: str
    password: str
    sender: str
