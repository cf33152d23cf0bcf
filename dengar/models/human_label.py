"""What people say that a post is about: the labels by which a classifier learns and is judged."""

from datetime import datetime
from typing import Literal

from dengar.models.labels import Urgency
from dengar.models.record import Record

Why = Literal["uncertain", "novel", "random", "shadow", "correction", "import"]


class LabelTask(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A post that people are asked to label, and why it was chosen.

    `guess` is what the model said when it was chosen, hidden from the first choice so that it does not lead anybody.
    `wanted` is how many people shall label it; `rank` orders the queue, lowest first.
    """

    post: str
    why: Why
    rank: float
    guess: str
    model: str
    added_at: datetime
    wanted: int = 1


class HumanLabel(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What one person said of one post; the text as they saw it, masked. Withdrawn ones stay as history.

    `also` are other categories that they would accept.
    """

    post: str
    text: str
    category: str
    also: tuple[str, ...] = ()
    by: str
    at: datetime
    why: Why
    channel: str
    said_at: datetime
    kota: str = ""
    urgency: Urgency | None = None
    sentiment: float | None = None
    guess: str | None = None
    model: str = ""
    withdrawn_at: datetime | None = None
