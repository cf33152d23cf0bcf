"""The door for push channels: a message is stored before its sender is answered."""

from collections.abc import Callable

from dengar.ingest.protocol import Clock, Source
from dengar.models import Receipt, Request
from dengar.store import Store


class Intake:
    """Takes the requests of one push source; calling it gives the receipt, or raises BadRequest.

    `wake` is called after each stored message, so that the pipeline need not wait for its next look.
    """

    def __init__(self, store: Store, source: Source, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._source = source
        self._clock = clock
        self._wake = wake

    def __call__(self, request: Request) -> Receipt:
        """Store the message under its id: a repeated delivery changes nothing and gets the first one's number."""
        now = self._clock()
        (item,) = self._source.collector.accept(self._source.settings, request, now).items
        told = self._store.items.number_of(item.id)
        number = told or self._store.numbers.take(now)
        self._store.save_batch(self._source.name, [item.replace(number=number)])
        self._wake()
        # Of two simultaneous deliveries one has stored its number: both are told that one.
        stored = self._store.items.number_of(item.id) or number
        return Receipt(item_id=item.id, number=stored, is_new=told is None and stored == number)
