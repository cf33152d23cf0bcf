"""Labels: what the classifier says of a post."""

from typing import Literal

from dengar.models.record import Record

Urgency = Literal["danger", "today", "routine"]


class Alternative(Record, frozen=True, kw_only=True, gc=False):
    """Another category the text might have, with its calibrated probability."""

    category: str
    confidence: float


class Labels(Record, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Category, complaint or not, urgency and sentiment of one text.

    `confidence` is the calibrated chance (0..1) that `category` is acceptable; `abstained` says that it is too low to
    act on, with the `reason`. `sentiment` runs from -1 to 1. `model` is the version that judged.
    """

    category: str
    is_complaint: bool
    confidence: float
    abstained: bool = False
    reason: str | None = None
    urgency: Urgency = "routine"
    sentiment: float = 0.0
    alternatives: tuple[Alternative, ...] = ()
    model: str = ""
