"""Deletion: of messages that their source deleted, and of everything that one person wrote."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from dengar.errors import SkipItem
from dengar.ingest import find
from dengar.models import Erasing, Item, Record, post_id
from dengar.pipeline import make_author
from dengar.routing.erasing import Erasure, erase_voices
from dengar.routing.states import fold_all
from dengar.store import Store


class Touched(Record, frozen=True, kw_only=True):
    """What a deletion touches: posts by channel, report numbers, photos, and what was not read yet or could not be.

    `leaders` are accounts that were registered for an RT or RW.
    """

    posts: dict[str, int]
    reports: tuple[str, ...]
    photos: int
    waiting: int
    quarantined: int
    leaders: int


def make_erasing(store: Store, item_ids: Sequence[str], now: datetime) -> Erasing:
    """Work out what is left of the reports that know of these messages."""
    gone = list(store.posts.find_all(post_id(one) for one in item_ids).values())
    done: dict[str, Erasure] = {}
    for number in _losers_first(store, store.events.reports_with([post.id for post in gone])):
        history = store.events.of_report(number)
        merged = fold_all(history).merged
        duplicates = [done[one.number].report if one.number in done else one for one in store.reports.find_all(merged)]
        left = [post for post in store.posts.of_report(number) if post not in gone]
        done[number] = erase_voices(history, gone, left, duplicates, now)
    return Erasing(
        item_ids=tuple(item_ids),
        reports=tuple(one.report for one in done.values()),
        blanked=tuple(event for one in done.values() for event in one.blanked),
        added=tuple(event for one in done.values() for event in one.added),
    )


def _losers_first(store: Store, numbers: Iterable[str]) -> list[str]:
    """Add the reports that these are duplicates of, each behind its duplicates, whose voices it counts."""
    order = list(dict.fromkeys(numbers))
    for number in order:  # grows while it is walked
        report = store.reports.find_own(number)
        if report is not None and report.duplicate_of is not None:
            order.append(report.duplicate_of)
    return list(reversed(dict.fromkeys(reversed(order))))


def erase_author(store: Store, name: str, channels: Iterable[str], key: bytes, now: datetime) -> Touched:
    """Queue the deletion of all that an author wrote in these channels; the pipeline carries it out.

    `name` is what the channel calls the author: the id of an account, an address, a number. What was not read yet is
    read for it; what cannot be read is searched for the name.
    """
    authors = [make_author(channel, name, key) for channel in channels]
    posts = [post for author in authors for post in store.posts.of_author(author)]
    waiting = [one.id for one in store.items.all_pending() if _wrote(name, one)]
    unread = [entry.item.id for entry in store.quarantine.find_all() if _holds(entry.item.payload, name)]
    item_ids = dict.fromkeys([*(post.item_id for post in posts), *waiting, *unread])
    store.save_batch("erase", [make_tombstone(item_id, "erase", now) for item_id in item_ids])
    return Touched(
        posts=dict(Counter(post.channel for post in posts)),
        reports=tuple(sorted({post.report for post in posts if post.report})),
        photos=len({one.id for post in posts for one in post.media}),
        waiting=len(waiting),
        quarantined=len(unread),
        leaders=store.leaders.remove(authors),
    )


def make_tombstone(item_id: str, source: str, now: datetime) -> Item:
    """Say that a message was deleted."""
    channel, account, native_id = item_id.split(":", 2)
    return Item(
        channel=channel,
        account=account,
        native_id=native_id,
        collector="",
        source=source,
        payload=b"",
        media_type="",
        observed_at=now,
        kind="tombstone",
    )


def _holds(payload: bytes, name: str) -> bool:
    return name.lower().encode() in payload.lower()


def _wrote(name: str, item: Item) -> bool:
    try:
        return item.is_said and find(item.collector).parse(item).author.lower() == name.lower()
    except SkipItem:
        return False
