"""Telling: what the records say, as sentences in the reader's language."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dengar.models import OPEN_STATES, Event, Place, Report, Role, State, Unit
from dengar.public import doubts_of
from dengar.routing.tallying import EXACT
from dengar.web.language import Language
from dengar.web.timeline import Step, tell_steps
from dengar.web.words import CHANNELS, NO_TITLE, PRECISIONS, ROLES, STATES, TONES, URGENCIES

SURE, FAIRLY_SURE = 0.85, 0.6
NEAR_BORDER_M = 50
SAFE_TEXT = 1200


@dataclass(frozen=True, slots=True)
class Telling:
    """The words for one language, with the names of categories and units."""

    language: Language
    categories: Mapping[str, tuple[str, str]]
    units: Callable[[], Mapping[str, Unit]]

    def category(self, code: str | None) -> str:
        """Name a category; an unknown one is told as it is."""
        if code is None:
            return self.language.say("Belum digolongkan")
        names = self.categories.get(code)
        return names[self.language.code == "en"] if names else code

    def unit(self, code: str | None) -> str:
        """Name the unit that must act."""
        if code is None:
            return self.language.say("Unit belum ditentukan")
        unit = self.units().get(code)
        return unit.name if unit else code

    def title(self, report: Report) -> str:
        """Give the title; a report of which every message was deleted has none."""
        return report.title or self.language.say(NO_TITLE)

    def state(self, state: State) -> str:
        """Name a state."""
        return self.language.say(STATES[state])

    def role(self, role: Role) -> str:
        """Name a role."""
        return self.language.say(ROLES[role])

    def tone(self, state: State) -> str:
        """Give the colour (and shape) of a state."""
        return TONES[state]

    def urgency(self, report: Report) -> str:
        """Name the urgency, empty for the ordinary one."""
        return "" if report.urgency == "routine" else self.language.say(URGENCIES[report.urgency])

    def channel(self, code: str) -> str:
        """Name a channel; a source that only this city has is told as it is."""
        return self.language.say(CHANNELS[code]) if code in CHANNELS else code

    def channels(self, codes: Sequence[str]) -> str:
        """Name some channels."""
        return ", ".join(sorted(self.channel(code) for code in codes))

    def place(self, place: Place | None) -> str:
        """Name a place from small to large: what is at its point where that is known, else at most two areas."""
        if place is None:
            return self.language.say("Tempat belum diketahui")
        if "," in place.label and place.precision in EXACT:
            return place.label
        names = [name for name in (place.kelurahan, place.kecamatan, place.kota) if name]
        return ", ".join(dict.fromkeys(names[:2]))

    def precision(self, place: Place) -> str:
        """Say what the place was read from."""
        return self.language.say(PRECISIONS[place.precision])

    def is_near_border(self, place: Place) -> bool:
        """Say whether the point may as well lie in the next kelurahan."""
        return place.border_m is not None and place.border_m < NEAR_BORDER_M

    def others(self, place: Place) -> str:
        """Name the kelurahan that the place might be instead."""
        names = [other.kelurahan for other in place.candidates if other.kelurahan_code != place.kelurahan_code]
        return ", ".join(names[:4])

    def sure(self, confidence: float) -> str:
        """Say a probability in words."""
        if confidence >= SURE:
            return self.language.say("yakin")
        return self.language.say("cukup yakin") if confidence >= FAIRLY_SURE else self.language.say("kurang yakin")

    def is_late(self, report: Report, now: datetime) -> bool:
        """Say whether an open report is past the time by which it should be solved."""
        due = report.routing.resolve_by
        return due is not None and due < now and report.state in OPEN_STATES

    def remark(self, text: str) -> tuple[str, str]:
        """Give a reason that a rule or person wrote, and its language: only the built-in ones are translated."""
        told = self.language.say(text)
        return told, "id" if told == text else self.language.code

    def doubts(self, report: Report) -> tuple[str, ...]:
        """Give what a person must still look at; nothing once the report is closed."""
        return doubts_of(report)

    def steps(self, events: Sequence[Event]) -> Iterator[Step]:
        """Tell the history in order."""
        return tell_steps(self, events)
