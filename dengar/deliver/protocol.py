"""What a sender is: one module of this folder with these names.

    Settings                      its section of dengar.toml: a TargetSettings with the sender's own fields
    EVENTS                        the kinds of events that it sends unless the section names others
    HANDS_OVER                    whether the report gets a number at the target, which its history then notes
    NEEDS_TEXT                    whether it tells what people wrote
    wants(settings, event, report) -> bool       pure; asked beside the section's own filters
    send(settings, parcel) -> Receipt            one attempt; the parcel's id is the same in each
    check(settings) -> list of problems          tries to reach the target, sends nothing

`send` raises Refused for what will never be taken, Gone when nothing is wanted any more, AuthExpired, RateLimited, and
NotSent or Transient for everything else: it is then sent again under the same id, whether or not it had arrived.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dengar.models import Escalation, Event, EventKind, Record, Report, Unit

_ID = re.compile(r"[A-Za-z0-9_:.-]{1,80}")


class TargetSettings(BaseModel):
    """What every target has: which events of which units and categories it gets (none named: all)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sender: str
    enabled: bool = True
    events: tuple[EventKind, ...] = ()
    units: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    at_once: int = Field(default=4, ge=1, le=32)

    @field_validator("units", "categories")
    @classmethod
    def _are_codes(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        for code in codes:
            if not _ID.fullmatch(code):
                raise ValueError(f"{code!r} is no code: write for example 'kel:31.74.02.1001'")
        return codes


class Parcel(Record, frozen=True, kw_only=True):
    """What is sent in one attempt: an event, its report, and the names for its codes.

    The report is told as it stands now, that of an escalation as it stood then. `id` is the delivery's, `at` the moment
    of this attempt, `category` the category's name, `site` the public address of this Dengar (may be empty), `text` the
    first message, masked (where the sender needs it), and `token` what the target gave in place of a number before.
    """

    id: str
    at: datetime
    event: Event
    report: Report
    units: Mapping[str, Unit]
    category: str = ""
    site: str = ""
    text: str = ""
    token: str | None = None

    @property
    def link(self) -> str:
        """Give where everybody can follow the report; empty without a site."""
        return f"{self.site}/laporan/{self.report.number}" if self.site else ""

    def name_of(self, unit: str | None) -> str:
        """Name a unit."""
        found = self.units.get(unit or "")
        return found.name if found else unit or "unit belum ditentukan"


class Receipt(Record, frozen=True, kw_only=True):
    """What the target said: its `number` for what it took; without one it is asked again later, with the `token`."""

    number: str | None = None
    token: str | None = None
    note: str | None = None


class Sender(Protocol):
    """A sender module as its callers see it."""

    Settings: type[TargetSettings]
    EVENTS: frozenset[EventKind]
    HANDS_OVER: bool
    NEEDS_TEXT: bool

    # Each sender has its own Settings, which a protocol cannot name.
    def wants(self, settings: Any, event: Event, report: Report) -> bool:  # noqa: ANN401
        """Say whether this event is for this target."""

    def send(self, settings: Any, parcel: Parcel) -> Receipt:  # noqa: ANN401
        """Try once."""

    def check(self, settings: Any) -> list[str]:  # noqa: ANN401
        """Try to reach the target."""


class Target(Record, frozen=True, kw_only=True):
    """A configured target: the module that sends to it, and its checked settings."""

    name: str
    sender: Any  # the module: a Sender
    settings: Any  # an instance of its Settings

    def may_want(self, kind: EventKind) -> bool:
        """Say whether it gets events of this kind at all."""
        return kind in (self.settings.events or self.sender.EVENTS)

    def wants(self, event: Event, report: Report) -> bool:
        """Say whether it gets this event."""
        unit = unit_of(event, report)
        if not self.may_want(event.kind) or (self.settings.units and unit not in self.settings.units):
            return False
        if self.settings.categories and report.category not in self.settings.categories:
            return False
        return bool(self.sender.wants(self.settings, event, report))


def unit_of(event: Event, report: Report) -> str | None:
    """Say whom the event concerns: of an escalation the next higher unit, otherwise who has the report."""
    step = find_step(event, report)
    if step is not None:
        return step.unit
    return event.routing.unit if event.routing and event.routing.unit else report.unit


def find_step(event: Event, report: Report) -> Escalation | None:
    """Give the escalation that the event tells of, by the report as it stood then."""
    steps = report.routing.escalations
    return steps[event.level - 1] if event.kind == "escalated" and 0 < event.level <= len(steps) else None


EVENT_KINDS: frozenset[EventKind] = frozenset(get_args(EventKind))
