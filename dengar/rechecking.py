"""Looks stored messages up at their source again: what was deleted or changed there is deleted or changed here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from dengar.collecting import Collecting
from dengar.erasing import make_tombstone
from dengar.errors import BudgetSpent, ChangedMeanwhile
from dengar.ingest.protocol import Batch, Budget, Clock, Cursor, Rechecked, Source, Window
from dengar.models import Item, Run, post_id
from dengar.routing.erasing import speak_anew
from dengar.store import Store

CHUNK = 500
TRIES = 8
# A source that does not return a message may be mistaken: it is hidden now, and deleted when it is gone a day later.
SURE_AFTER = timedelta(days=1)


class Place(Cursor, frozen=True, kw_only=True):
    """Behind which message (by its item's id) the next look goes on; empty: from the beginning."""

    after: str = ""


class Rechecking:
    """Rechecks sources in runs of their own, named `<source>.recheck`, within the source's budget."""

    def __init__(self, store: Store, collecting: Collecting) -> None:
        self._store = store
        self._collecting = collecting

    def run(self, source: Source, on_batch: Callable[[Batch], bool] = lambda _: True) -> Run | None:
        """Look up every stored message of the source once, or what its budget allows; None as `Collecting.run`."""
        looking = source.replace(name=f"{source.name}.recheck", collector=_Looking(self._store, source))
        return self._collecting.run(looking, on_batch=on_batch)


class _Looking:
    """A recheck in the shape of a pull: each batch holds the changes of some messages."""

    Cursor = Place

    def __init__(self, store: Store, source: Source) -> None:
        self._store = store
        self._source = source

    def pull(
        self, settings: object, cursor: Place, window: Window | None, budget: Budget, clock: Clock
    ) -> Iterator[Batch]:
        """Go through the messages in the order of their ids, and begin anew at the end."""
        del settings, window
        after = cursor.after
        size = getattr(self._source.collector, "RECHECK_AT_ONCE", CHUNK)
        while chunk := self._store.posts.of_source(self._source.name, after, size):
            try:
                items = self._look(chunk, budget, clock)
            except BudgetSpent:
                if size == 1:
                    raise
                size //= 2  # what is left may be enough for fewer
                continue
            after = max(chunk)
            yield Batch(items=items, cursor=Place(after=after), more=True)
        yield Batch(items=(), cursor=Place())

    def _look(self, hidden_since: Mapping[str, datetime | None], budget: Budget, clock: Clock) -> tuple[Item, ...]:
        item_ids = {item_id.split(":", 2)[2]: item_id for item_id in hidden_since}
        found: Rechecked = self._source.collector.recheck(self._source.settings, list(item_ids), budget, clock)
        now = clock()
        missing = [item_ids[one] for one in found.missing if one in item_ids]
        gone = [one for one in missing if (since := hidden_since[one]) and now - since >= SURE_AFTER]
        hidden = [one for one in missing if hidden_since[one] is None]
        shown = [one for one, since in hidden_since.items() if since and one not in missing]
        self._store.posts.hide(hidden, now)
        self._store.posts.show(shown)
        self._retitle([*hidden, *shown], now)
        return (*found.items, *(make_tombstone(one, self._source.name, now) for one in gone))

    def _retitle(self, item_ids: Sequence[str], now: datetime) -> None:
        """Let no report be titled with the words of a message that is hidden."""
        posts = self._store.posts.find_all(map(post_id, item_ids)).values()
        for number in sorted({post.report for post in posts if post.report}):
            for _ in range(TRIES):
                with suppress(ChangedMeanwhile):  # a person decided about it: look again
                    self._speak_anew(number, now)
                    break

    def _speak_anew(self, number: str, now: datetime) -> None:
        report = self._store.reports.find_own(number)
        spoken = speak_anew(report, self._store.posts.shown_of_report(number), now) if report else None
        if spoken:
            self._store.grow_report(spoken[0], [spoken[1]])


def can_recheck(source: Source) -> bool:
    """Say whether the source is to be rechecked."""
    return bool(source.settings.enabled and source.settings.recheck and hasattr(source.collector, "recheck"))
