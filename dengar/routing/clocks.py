"""The clocks of the rules file: what is due when, and who is told that it was not done."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from dengar.models import Escalation, Place, Record, Unit
from dengar.models.record import Timeless
from dengar.routing.calendar import Calendar
from dengar.routing.deadlines import Duration

RESPOND = Duration(count=24, kind="hour")  # SE Sekda 61/2018: first action within a day
RESOLVE = Duration(count=5, kind="working day")
SILENCE = Duration(count=10, kind="working day")  # LAPOR!: closed when the reporter stays silent after the answer
VERIFY = Duration(count=3, kind="working day")  # LAPOR!: verified and handed on


class Step(Timeless, frozen=True, kw_only=True):
    """Whom to tell, how long behind the deadline; `to` is parent, kota or the code of a unit."""

    awaits: Literal["answer", "solution"]
    after: Duration
    to: str


class Clocks(Record, frozen=True, kw_only=True):
    """The calendar, the durations that no rule states, and the steps of escalation in the order of the file."""

    calendar: Calendar = Calendar()
    respond: Duration = RESPOND
    resolve: Duration = RESOLVE
    silence: Duration = SILENCE
    national_respond: Duration = VERIFY
    national_resolve: Duration = RESOLVE
    steps: tuple[Step, ...] = ()

    def end(self, duration: Duration, at: datetime) -> datetime:
        """Give the end of a duration that begins then."""
        return duration.end(at, self.calendar)

    def escalations(
        self,
        unit: Unit,
        place: Place | None,
        units: Mapping[str, Unit],
        *,
        respond_by: datetime | None,
        resolve_by: datetime | None,
    ) -> tuple[Escalation, ...]:
        """Give who is told when, in the order of their times; a step that leads to nobody new is left out."""
        due = {"answer": respond_by, "solution": resolve_by}
        found = (
            Escalation(at=self.end(step.after, by), unit=code, awaits=step.awaits)
            for awaits, by in due.items()
            if by is not None
            for step, code in _climb((one for one in self.steps if one.awaits == awaits), unit, place, units)
        )
        return tuple(sorted(found, key=lambda one: one.at))


def _climb(
    steps: Iterable[Step], unit: Unit, place: Place | None, units: Mapping[str, Unit]
) -> Iterator[tuple[Step, str]]:
    """Give each step with the unit that it leads to; every further `parent` goes one higher."""
    told = {unit.code}
    top: Unit | None = unit
    for step in steps:
        if step.to == "parent":
            top = units.get(top.parent) if top and top.parent else None
            code = top.code if top else None
        else:
            code = _kota(unit, place) if step.to == "kota" else step.to
        if code is not None and code in units and code not in told:
            told.add(code)
            yield step, code


def _kota(unit: Unit, place: Place | None) -> str | None:
    code = unit.area[:5] if unit.area else (place.kota_code if place else None)
    return f"kota:{code}" if code else None
