"""History: a report's timeline for colleagues, with what the public is not told: notes, hiding, doubts of people."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from dengar.models import Event, EventKind
from dengar.web.casework.words import DOUBTS
from dengar.web.telling import Telling
from dengar.web.timeline import Step, tell_steps


def _(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


NOTE = _("Catatan untuk rekan")
HIDDEN = _("Disembunyikan dari umum")
DOUBTED = _("Perlu dilihat: %(kind)s")
SETTLED = _("Diperiksa: %(kinds)s")
PLACED = _("Tempatnya: %(place)s")
JUDGED = _("Kategorinya: %(category)s")


def tell_history(tell: Telling, events: Sequence[Event]) -> Iterator[tuple[Step, Event]]:
    """Tell the history in order, each step with its event; voices that follow each other become one step."""
    for is_voice, group in groupby(events, key=lambda event: event.kind == "voice"):
        run = list(group)
        if is_voice:
            yield from ((step, run[-1]) for step in tell_steps(tell, run))
            continue
        for event in run:
            step = _tell_inside(tell, event) or next(iter(tell_steps(tell, [event])), None)
            if step is not None:
                yield step, event


def _tell_inside(tell: Telling, event: Event) -> Step | None:
    """Tell what is for colleagues; None for what everybody is told alike."""
    say, doubt = tell.language.say, DOUBTS[event.doubt or "other"]
    settled = ", ".join(say(DOUBTS[kind]) for kind in event.settled)
    told: dict[EventKind, tuple[str, str | None]] = {
        "note": (say(NOTE), event.reason),
        "hidden": (say(HIDDEN), event.reason),
        "review": (say(DOUBTED, kind=say(doubt)), event.reason),
        "settled": (say(SETTLED, kinds=settled), event.related),
        "placed": (say(PLACED, place=tell.place(event.place)), None),
        "recategorised": (say(JUDGED, category=tell.category(event.category)), None),
    }
    if event.kind not in told:
        return None
    sentence, detail = told[event.kind]
    return Step(at=event.at, kind=event.kind, sentence=sentence, detail=detail or "")
