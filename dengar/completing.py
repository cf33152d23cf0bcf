"""Fetches what messages name and do not carry, such as photos, before they are judged."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from dengar.errors import Forbidden, SkipItem, SourceChanged, StopSource
from dengar.ingest.protocol import Clock, Source
from dengar.models import Item
from dengar.store import Store

MOST = 50
# A complaint without its photo is worth more than a photo that comes too late.
LONGEST_WAIT = timedelta(minutes=10)

log = logging.getLogger("dengar.completing")


class Completing:
    """Completes the items of the sources whose collectors can; what cannot be fetched is left out."""

    def __init__(self, store: Store, sources: Sequence[Source], clock: Clock) -> None:
        self._store = store
        self._sources = {one.name: one for one in sources if hasattr(one.collector, "complete")}
        self._clock = clock

    def run(self) -> int:
        """Try every item that waits for this; gives the number of those that the pipeline may take now."""
        done = 0
        for item in self._store.items.incomplete(MOST):
            after = self._try(item)
            if after is not None:
                self._store.items.complete(item, after)
                done += 1
        return done

    def _try(self, item: Item) -> Item | None:
        """Give the item with what could be fetched; None when it is worth trying again."""
        source = self._sources.get(item.source)
        if source is None:  # it is configured no more
            return item
        try:
            return source.collector.complete(source.settings, item, self._clock())  # type: ignore[no-any-return]
        except (SkipItem, Forbidden, SourceChanged) as error:
            log.info("%s goes on without its media: %s", item.id, error)
            return item
        except StopSource as error:
            is_late = self._clock() - item.observed_at > LONGEST_WAIT
            log.log(logging.WARNING if is_late else logging.INFO, "The media of %s: %s", item.id, error)
            return item if is_late else None
        except Exception:
            log.exception("The media of %s could not be fetched: please report this.", item.id)
            return item
