"""Rules files that were ever used."""

from datetime import datetime
from typing import Literal

from dengar.models.record import Record

Origin = Literal["built-in", "file", "chosen"]


class RulesVersion(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A whole rules file as it came to be used, by whom and why; the one with the highest number decides.

    `origin` says whether it came with Dengar, stands in the file that the settings name, or was chosen by a person.
    """

    number: int
    text: str
    name: str
    origin: Origin
    by: str
    at: datetime
    note: str = ""
