"""What other rules would have done: both sets of rules answer for the first message of each report of the last days."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice

from dengar.models import Event, Post, Record, Routing
from dengar.pipeline import choose_category
from dengar.routing.rules import Router
from dengar.store import Store

BATCH = 500
MOST_EXAMPLES = 20
NO_RULE = "(none)"


class Change(Record, frozen=True, kw_only=True):
    """One report for which the answer differs; the units are empty where a person must choose."""

    number: str
    title: str
    rule_before: str
    rule_after: str
    unit_before: str
    unit_after: str
    resolve_by_before: datetime | None = None
    resolve_by_after: datetime | None = None


class RuleCount(Record, frozen=True, kw_only=True):
    """How many reports a rule took, and would take."""

    rule: str
    before: int
    after: int


class Rehearsal(Record, frozen=True, kw_only=True):
    """What would be different; `missing` counts reports whose first message was deleted."""

    reports: int
    unchanged: int
    missing: int
    rules: tuple[RuleCount, ...]
    moves: Mapping[str, int]
    examples: tuple[Change, ...]


def rehearse(
    store: Store,
    before: Router,
    after: Router,
    categories: Mapping[str, str],
    *,
    since: datetime,
    on_report: Callable[[int], object] = lambda _: None,
) -> Rehearsal:
    """Compare the answers of two routers for all reports received since then; what people decided later is left out.

    `moves` counts reports by "unit > unit"; the examples are the first of those that change. Nothing is written.
    """
    taken: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    moves: Counter[str] = Counter()
    examples: list[Change] = []
    reports = missing = changed = 0
    for event, post in _first_posts(store, since):
        reports += 1
        on_report(1)
        if post is None:
            missing += 1
            continue
        old, new = (one.route(post, choose_category(post, categories), event.at) for one in (before, after))
        taken[0][old.rule or NO_RULE] += 1
        taken[1][new.rule or NO_RULE] += 1
        if _answer(old) != _answer(new):
            changed += 1
            moves[f"{old.unit or '-'} > {new.unit or '-'}"] += 1
            if len(examples) < MOST_EXAMPLES:
                examples.append(_make_change(event, old, new))
    return Rehearsal(
        reports=reports,
        unchanged=reports - missing - changed,
        missing=missing,
        rules=tuple(_count(before, after, *taken)),
        moves=dict(moves.most_common()),
        examples=tuple(examples),
    )


def _first_posts(store: Store, since: datetime) -> Iterator[tuple[Event, Post | None]]:
    events = store.events.received_since(since)
    while batch := list(islice(events, BATCH)):
        posts = store.posts.find_all({event.voice.post_id for event in batch if event.voice})
        yield from ((event, posts.get(event.voice.post_id) if event.voice else None) for event in batch)


def _answer(routing: Routing) -> tuple[object, ...]:
    """Give what an office would notice: not the rule's name, its version or its wording."""
    doubt = routing.doubt.kind if routing.doubt else None
    return (
        routing.unit, routing.beside, doubt, routing.jurisdiction, routing.priority, routing.respond_by,
        routing.resolve_by, routing.escalations,
    )  # fmt: skip


def _make_change(event: Event, old: Routing, new: Routing) -> Change:
    return Change(
        number=event.report,
        title=event.title,
        rule_before=old.rule or NO_RULE,
        rule_after=new.rule or NO_RULE,
        unit_before=old.unit or "",
        unit_after=new.unit or "",
        resolve_by_before=old.resolve_by,
        resolve_by_after=new.resolve_by,
    )


def _count(before: Router, after: Router, old: Counter[str], new: Counter[str]) -> Iterator[RuleCount]:
    """Give the rules in the order of the new file, then those that are gone; rules that took nothing are left out."""
    names = dict.fromkeys([*(rule.name for rule in after.rules), *(rule.name for rule in before.rules), NO_RULE])
    yield from (RuleCount(rule=name, before=old[name], after=new[name]) for name in names if old[name] or new[name])
