"""The door for push channels: a message is stored before its sender is answered."""

from collections.abc import Callable

from dengar.ingest.protocol import Batch, Clock, Source
from dengar.models import Accepted, Receipt, Request
from dengar.store import Store


class Intake:
    """Takes the requests of one push source; calling it gives what its sender is told, or raises BadRequest.

    `wake` is called after each stored request, so that the pipeline need not wait for its next look.
    """

    def __init__(self, store: Store, source: Source, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._source = source
        self._clock = clock
        self._wake = wake

    def __call__(self, request: Request) -> Accepted:
        """Store the messages under their ids: a repeated delivery changes nothing and gets the first one's number."""
        now = self._clock()
        batch: Batch = self._source.collector.accept(self._source.settings, request, now)
        told = self._store.items.numbers_of(item.id for item in batch.items)
        items = [item.replace(number=told.get(item.id) or self._number(batch)) for item in batch.items]
        if items or batch.poison:
            self._store.save_batch(self._source.name, items, batch.poison)
            self._wake()
        # Of two simultaneous deliveries one has stored its number: both are told that one.
        stored = self._store.items.numbers_of(item.id for item in items)
        receipts = [
            Receipt(item_id=item.id, number=stored.get(item.id), is_new=item.id not in told
                    and stored.get(item.id) == item.number)
            for item in items
        ]  # fmt: skip
        return Accepted(receipts=tuple(receipts), answer=batch.answer)

    def _number(self, batch: Batch) -> str | None:
        return self._store.numbers.take(self._clock()) if batch.numbered else None
