"""drifts: what each day's look for drift found."""

from datetime import datetime
from typing import Literal

import msgspec

from dengar.models import Record
from dengar.store.documents import Rows, from_document, to_document

Signal = Literal["mix", "doubt", "words"]


class SeenDrift(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One look: by which model, at how many posts of this week and of the four before, the signals, and the alarms.

    `moved` names the signals that raise the alarms. `mix` is the stability index of the categories' shares, `doubt` the
    distance of confidences, `new_words` the mean share of unknown words; `shares` and `shares_before` are the
    categories' shares, `sure` the mean confidence and `abstained` the share that went to a person. Looks of older
    versions have no signals.
    """

    at: datetime
    model: str
    posts: int
    alarms: tuple[str, ...] = ()
    moved: tuple[Signal, ...] = ()
    before: int = 0
    is_enough: bool = False
    mix: float = 0.0
    doubt: float = 0.0
    new_words: float = 0.0
    new_words_before: float = 0.0
    sure: float = 0.0
    sure_before: float = 0.0
    abstained: float = 0.0
    abstained_before: float = 0.0
    shares: dict[str, float] = msgspec.field(default_factory=dict)
    shares_before: dict[str, float] = msgspec.field(default_factory=dict)


class Drifts:
    """Answers: do people still write what the model knows."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def save(self, seen: SeenDrift) -> None:
        """Keep what was found."""
        self._rows.insert_one(to_document(seen))

    def last(self) -> SeenDrift | None:
        """Give what was found last."""
        return next(iter(self.recent(1)), None)

    def recent(self, limit: int) -> list[SeenDrift]:
        """Give the last looks, newest first."""
        return [from_document(row, SeenDrift) for row in self._rows.find().sort("at", -1).limit(limit)]
