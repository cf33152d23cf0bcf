"""Viewing: all that the pages show of one report, gathered once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from dengar.models import OPEN_STATES, Event, Post, Record, Report, Staff, Unit
from dengar.web.casework.accepting import next_step, tell_effects
from dengar.web.casework.acting import allowed
from dengar.web.casework.holding import Hold
from dengar.web.casework.undoing import find_decision, next_undo
from dengar.web.site import Site
from dengar.web.telling import Telling

MOST_GUESSES = 5
MOST_NEAR = 6
NEAR_DAYS = timedelta(days=30)


class Problem(Record, frozen=True, kw_only=True):
    """Why a form was refused, what changed meanwhile, and what had been typed."""

    says: str
    deed: str
    changes: tuple[Event, ...] = ()
    typed: dict[str, str]

    def of(self, deed: str, name: str) -> str:
        """Give what had been typed in a field of this form."""
        return self.typed.get(name, "") if deed == self.deed else ""


class Guess(Record, frozen=True, kw_only=True):
    """A category that it may be, and how likely the model finds it (None: it did not say)."""

    category: str
    confidence: float | None


class View(Record, frozen=True, kw_only=True):
    """One report as its pages show it; `events` are its whole history, where that is shown."""

    report: Report
    posts: tuple[Post, ...]
    hold: Hold | None
    may: frozenset[str]
    guesses: tuple[Guess, ...]
    effects: str
    missing: str
    twins: tuple[Report, ...]
    events: tuple[Event, ...] = ()


def make_view(
    site: Site, who: Staff, report: Report, tell: Telling, hold: Hold | None, *, most_posts: int, is_whole: bool
) -> View:
    """Gather what there is to see of a report."""
    posts = tuple(site.store.posts.of_report(report.number, most_posts))
    first = posts[0] if posts else None
    may = allowed(who, report) if hold is None or hold.is_mine else frozenset[str]()
    step = next_step(report, first, who)
    return View(
        report=report,
        posts=posts,
        hold=hold,
        may=may,
        guesses=_guess(report, first),
        effects=tell_effects(tell, report, first, who) if "terima" in may else "",
        missing=step.missing if step else "",
        twins=find_twins(site, report),
        events=tuple(site.store.events.of_report(report.number)) if is_whole else (),
    )


def _guess(report: Report, post: Post | None) -> tuple[Guess, ...]:
    """Give the likely categories, the present one first."""
    chances: dict[str, float | None] = {report.category: report.confidence} if report.category else {}
    if post is not None and post.labels is not None:
        chances.setdefault(post.labels.category, post.labels.confidence)
        for one in post.labels.alternatives:
            chances.setdefault(one.category, one.confidence)
    chances.pop("bukan_keluhan", None)
    return tuple(Guess(category=code, confidence=chance) for code, chance in list(chances.items())[:MOST_GUESSES])


def find_twins(site: Site, report: Report) -> tuple[Report, ...]:
    """Give the reports that may be the same problem: those that the rules name, then others of the same place."""
    named = [one.related for one in report.needs_review if one.related]
    found = {one.number: one for one in site.store.reports.find_all(named)} if named else {}
    if report.category and report.kel != "_" and report.state in OPEN_STATES:
        since = report.last_voice_at - NEAR_DAYS
        for other in site.store.reports.find_open((), [(report.kel, report.category)], since):
            found.setdefault(other.number, other)
    found.pop(report.number, None)
    return tuple(list(found.values())[:MOST_NEAR])


def can_undo(events: Sequence[Event], report: Report, who: Staff) -> bool:
    """Say whether this person's last decision can be taken back."""
    decision = find_decision(events)
    return decision is not None and decision.by == who.name and next_undo(decision, report) is not None


def neighbours(report: Report, units: Mapping[str, Unit]) -> list[Unit]:
    """Give the units that it may belong to instead, as the rules name them."""
    return [units[code] for code in report.routing.neighbours if code in units]
