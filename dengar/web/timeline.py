"""The timeline of a report: its history as sentences that everybody may read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from dengar.models import FOR_STAFF, Escalation, Event, EventKind, Role
from dengar.web.words import ON_THE_WAY

if TYPE_CHECKING:
    from dengar.web.telling import Telling

REPORTER: Role = "pelapor"
# What staff do among themselves is no step for the public.
UNTOLD: frozenset[EventKind] = frozenset({"hidden"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One entry of a report's timeline; `detail` is free text from the rules or a person."""

    at: datetime
    kind: str
    sentence: str
    detail: str = ""
    tone: str = ""


def tell_steps(tell: "Telling", events: Sequence[Event]) -> Iterator[Step]:
    """Tell the history in order; voices that follow each other become one step."""
    shown = [event for event in events if event.kind not in UNTOLD and not _is_tidying(event)]
    escalations: tuple[Escalation, ...] = ()
    for is_voice, group in groupby(shown, key=lambda event: event.kind == "voice"):
        run = list(group)
        if is_voice:
            yield _tell_voices(tell, run)
            continue
        for event in run:
            escalations = event.routing.escalations if event.routing else escalations
            if event.kind == "escalated":
                yield _tell_escalation(tell, event, escalations)
            else:
                yield _STEPS.get(event.kind, _tell_on_the_way)(tell, event)


def _is_tidying(event: Event) -> bool:
    """Say whether it only counts anew, after a deletion that has a step of its own."""
    return event.kind == "parted" and event.related is None


def _tell_voices(tell: "Telling", run: Sequence[Event]) -> Step:
    channels = {event.voice.channel for event in run if event.voice}
    sentence = tell.language.say_many("%(n)s suara lagi bergabung", "%(n)s suara lagi bergabung", len(run))
    return Step(at=run[-1].at, kind="voice", sentence=sentence, detail=tell.channels(tuple(channels)))


def _tell_escalation(tell: "Telling", event: Event, escalations: Sequence[Escalation]) -> Step:
    unit = tell.unit(escalations[event.level - 1].unit) if 0 < event.level <= len(escalations) else ""
    sentence = tell.language.say("Belum selesai pada waktunya: diberitahukan ke %(unit)s", unit=unit)
    return Step(at=event.at, kind="escalated", sentence=sentence)


def _tell_state(tell: "Telling", event: Event) -> Step:
    if event.state is None:
        return _tell_on_the_way(tell, event)
    if event.actor == REPORTER:  # their words are for the unit: nobody has looked at them yet
        sentence = tell.language.say("Pelapor menyatakan belum beres: laporan dibuka lagi")
        return Step(at=event.at, kind="state", sentence=sentence, tone=tell.tone(event.state))
    sentence = tell.language.say("Status menjadi: %(state)s", state=tell.state(event.state))
    detail = event.related or event.reason or ""
    return Step(at=event.at, kind="state", sentence=sentence, detail=detail, tone=tell.tone(event.state))


def _tell_routing(tell: "Telling", event: Event) -> Step:
    say, routing = tell.language.say, event.routing
    if routing is None or routing.unit is None:
        return Step(at=event.at, kind="routed", sentence=say("Unitnya belum ditentukan"))
    sentence = say("Diteruskan ke %(unit)s", unit=tell.unit(routing.unit))
    return Step(at=event.at, kind="routed", sentence=sentence, detail=routing.reason)


def _tell_doubt(tell: "Telling", event: Event) -> Step:
    detail = "" if event.doubt in FOR_STAFF else event.reason or ""
    return Step(at=event.at, kind="review", sentence=tell.language.say("Perlu dilihat petugas"), detail=detail)


def _tell_receipt(tell: "Telling", event: Event) -> Step:
    channel = tell.channel(event.voice.channel) if event.voice else "?"
    sentence = tell.language.say("Diterima lewat %(channel)s", channel=channel)
    return Step(at=event.at, kind="received", sentence=sentence)


def _tell_merge(tell: "Telling", event: Event) -> Step:
    sentence = tell.language.say("Laporan %(number)s bergabung ke sini", number=event.related or "")
    return Step(at=event.at, kind="merged", sentence=sentence)


def _tell_parting(tell: "Telling", event: Event) -> Step:
    say, number = tell.language.say, event.related or ""
    if event.posts:
        sentence = say("Sebagian pesannya menjadi laporan %(number)s", number=number)
    else:
        sentence = say("Laporan %(number)s dipisahkan lagi", number=number)
    return Step(at=event.at, kind="parted", sentence=sentence)


def _tell_question(tell: "Telling", event: Event) -> Step:
    question = event.pause.question if event.pause else ""
    return Step(at=event.at, kind="paused", sentence=tell.language.say("Menunggu jawaban pelapor"), detail=question)


def _tell_rating(tell: "Telling", event: Event) -> Step:
    sentence = tell.language.say("Pelapor menilai %(stars)s dari 5", stars=event.rating or 0)
    return Step(at=event.at, kind="rated", sentence=sentence)


def _tell_hand_over(tell: "Telling", event: Event) -> Step:
    sentence = tell.language.say("Diserahkan ke sistem lain, nomornya di sana %(number)s", number=event.related or "-")
    return Step(at=event.at, kind="handed_over", sentence=sentence)


def _tell_on_the_way(tell: "Telling", event: Event) -> Step:
    if event.kind in ON_THE_WAY:
        return Step(at=event.at, kind=event.kind, sentence=tell.language.say(ON_THE_WAY[event.kind]))
    # The words of a note are for colleagues: the public only learns that there is one.
    return Step(at=event.at, kind="note", sentence=tell.language.say("Petugas menambah catatan"))


_STEPS: dict[EventKind, Callable[["Telling", Event], Step]] = {
    "state": _tell_state,
    "routed": _tell_routing,
    "review": _tell_doubt,
    "received": _tell_receipt,
    "merged": _tell_merge,
    "parted": _tell_parting,
    "paused": _tell_question,
    "rated": _tell_rating,
    "handed_over": _tell_hand_over,
}
