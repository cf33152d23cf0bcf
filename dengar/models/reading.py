"""Reading: how high the water stood at a gate."""

from datetime import datetime

from dengar.models.record import Record


class Reading(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One look at a gauge: `gate` is its code in the table of gates, `cm` what it showed, `weather` as it was told."""

    gate: str
    at: datetime
    cm: int
    weather: str = ""
