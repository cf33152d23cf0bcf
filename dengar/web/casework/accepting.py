"""Accepting: what it means that a person agrees with what was judged, one command after the other."""

from collections.abc import Callable, Iterator

from dengar.models import HELD_BACK, OPEN_STATES, DoubtKind, Place, Post, Record, Report, Staff
from dengar.routing import commands as do
from dengar.routing.acting import may_use
from dengar.web.casework.words import NEEDS_CATEGORY, NEEDS_PLACE, NEEDS_UNIT
from dengar.web.telling import Telling


def _(message: str) -> str:
    """Mark a message for translation where it is shown."""
    return message


NO_COMPLAINT = _(
    "Pesan ini belum menyebut masalah yang dapat ditangani. Bila ada masalah, kirim lagi dengan apa dan di mana."
)
SPAM = _("Pesan ini ditandai sebagai spam.")
OUTSIDE = _("Tempatnya di luar Jakarta: sampaikan kepada pemerintah daerah setempat, atau lewat lapor.go.id.")
ROUTED: frozenset[DoubtKind] = frozenset({"category", "place", "unit", "other"})


class Step(Record, frozen=True, kw_only=True):
    """One thing that follows from agreeing: the command, or what is `missing` for it; `effect` names it."""

    effect: str = ""
    name: str = ""
    command: do.Command | None = None
    missing: str = ""
    is_last: bool = False


def steps(report: Report, post: Post | None, who: Staff) -> Iterator[Step]:
    """Give what agreeing does, the first first; what ends the matter, or is missing, comes last."""
    kinds = {one.kind: one for one in report.needs_review}
    if not kinds:
        return
    if report.state not in OPEN_STATES or not may_use(who.role, do.Categorise):
        yield Step(effect=_("dugaan benar"), command=do.Settle(kinds=tuple(kinds)))
        return
    ending = next((make for kind, make in _ENDINGS if kind in kinds), None)
    if ending is not None:
        yield ending(report)
        return
    if kinds.keys() & HELD_BACK:
        yield Step(effect=_("boleh tampil untuk umum"), command=do.Show())
    if "proof" in kinds:
        yield Step(effect=_("bukti benar"), command=do.Settle(kinds=("proof",)))
    yield from _routing_steps(report, post, frozenset(kinds))


def next_step(report: Report, post: Post | None, who: Staff) -> Step | None:
    """Give what is to be done next to agree with all; None when nothing is in doubt."""
    return next(steps(report, post, who), None)


def tell_effects(tell: Telling, report: Report, post: Post | None, who: Staff) -> str:
    """Say what agreeing does, for the button; empty when the first thing is missing."""
    say: Callable[..., str] = tell.language.say
    told = [_tell(tell, one, say) for one in steps(report, post, who) if not one.missing]
    return " · ".join(told)


def _tell(tell: Telling, step: Step, say: Callable[..., str]) -> str:
    if isinstance(step.command, do.Categorise):
        return say("kategori %(name)s", name=tell.category(step.command.category))
    return say(step.effect, name=step.name) if step.name else say(step.effect)


def _routing_steps(report: Report, post: Post | None, kinds: frozenset[DoubtKind]) -> Iterator[Step]:
    guess = report.category or guess_category(post)
    if "category" in kinds:
        if guess is None:
            yield Step(missing=NEEDS_CATEGORY)
            return
        yield Step(effect="kategori", command=do.Categorise(category=guess))
    if "place" in kinds:
        if report.place is None or (report.unit is None and report.place.kelurahan_code is None):
            yield Step(missing=NEEDS_PLACE)
            return
        is_decided = report.unit is not None and report.category is not None
        command = do.Settle(kinds=("place",)) if is_decided else point_at(report.place)
        yield Step(effect=_("tempat %(name)s"), name=report.place.label or _name(report.place), command=command)
    left = tuple(kind for kind in ("unit", "other") if kind in kinds)
    if left and report.unit is None:
        yield Step(missing=NEEDS_UNIT)
    elif left:
        yield Step(effect=_("unit benar"), command=do.Settle(kinds=left))


def guess_category(post: Post | None) -> str | None:
    """Give what the model thinks most likely, also where it is not sure."""
    if post is None or post.labels is None:
        return None
    named = (post.labels.category, *(one.category for one in post.labels.alternatives))
    return next((one for one in named if one != "bukan_keluhan"), None)


def point_at(place: Place) -> do.Locate:
    """Give the command that says that a place is right."""
    if place.precision in {"point", "street"} and place.lat is not None and place.lon is not None:
        return do.Locate(lat=place.lat, lon=place.lon)
    return do.Locate(area=place.code)


def _name(place: Place) -> str:
    return place.kelurahan or place.kecamatan or place.kota


def _merge(report: Report) -> Step:
    other = next(one.related for one in report.needs_review if one.kind == "duplicate")
    if other is None:
        return Step(effect=_("bukan kembar"), command=do.Settle(kinds=("duplicate",)))
    return Step(effect=_("gabung ke %(name)s"), name=other, command=do.Merge(into=other), is_last=True)


_ENDINGS: tuple[tuple[DoubtKind, Callable[[Report], Step]], ...] = (
    ("spam", lambda _r: Step(effect=_("spam, tolak"), command=do.Reject(kind="spam", reason=SPAM), is_last=True)),
    (
        "no_complaint",
        lambda _r: Step(
            effect=_("bukan keluhan, tutup"), command=do.Reject(kind="no_complaint", reason=NO_COMPLAINT), is_last=True
        ),
    ),
    (
        "outside",
        lambda _r: Step(effect=_("di luar Jakarta, tutup"), command=do.Reject(reason=OUTSIDE), is_last=True),
    ),
    ("duplicate", _merge),
)
