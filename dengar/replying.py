"""Sends what people are to be told, each message at most once."""

import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta

from dengar.errors import AuthExpired, Forbidden, NotSent, RateLimited, StopSource
from dengar.ingest.protocol import Clock, Source
from dengar.models import Item, OutboxMessage
from dengar.store import Store

LONGEST_SENDING = timedelta(minutes=10)
AGAIN_AFTER = (timedelta(minutes=5), timedelta(minutes=30))  # then every hour
EVERY_HOUR = timedelta(hours=1)
TOO_LATE = timedelta(days=2)  # nobody wants to hear then that their message was received


class Replying:
    """Takes messages out of the outbox and hands them to their sources' collectors."""

    def __init__(self, store: Store, sources: Sequence[Source], clock: Clock) -> None:
        self._store = store
        self._sources = {one.name: one for one in sources if can_reply(one)}
        self._clock = clock

    def run(self) -> int:
        """Send what is due; gives the number of messages that were sent."""
        self._store.outbox.give_up_on(self._clock() - LONGEST_SENDING)
        sent = 0
        while message := self._store.outbox.take(self._clock(), list(self._sources)):
            after = self._try(message)
            self._store.outbox.save(after)
            sent += after.state == "sent"
        return sent

    def _try(self, message: OutboxMessage) -> OutboxMessage:
        item = self._store.items.find(message.item_id)
        if item is None:
            return message.replace(state="failed", error="The message that it answers is gone: raw bytes stay 30 days.")
        if self._clock() - message.made_at > TOO_LATE:
            return message.replace(state="failed", error=f"It could not be sent for two days: {message.error}")
        try:
            return message.replace(state="sent", sent_as=self._send(message, item), error=None)
        except StopSource as error:
            return _after(message, error, self._clock())
        except Exception:  # noqa: BLE001  one message never stops the others
            return message.replace(state="unsure", error=traceback.format_exc())

    def _send(self, message: OutboxMessage, item: Item) -> str:
        source = self._sources[message.source]
        return str(source.collector.reply(source.settings, item, message.text, message.id))


def can_reply(source: Source) -> bool:
    """Say whether people may be answered in this source."""
    return bool(source.settings.enabled and source.settings.replies and hasattr(source.collector, "reply"))


def _after(message: OutboxMessage, error: StopSource, now: datetime) -> OutboxMessage:
    """Try again only what was surely not taken."""
    if isinstance(error, NotSent | RateLimited | AuthExpired):
        return message.replace(state="pending", due_at=_again(message, error, now), error=str(error))
    if isinstance(error, Forbidden):
        return message.replace(state="failed", error=str(error))
    return message.replace(state="unsure", error=f"Perhaps sent, and not sent again: {error}")


def _again(message: OutboxMessage, error: StopSource, now: datetime) -> datetime:
    waits = dict(enumerate(AGAIN_AFTER, start=1))
    then = now + waits.get(message.attempts, EVERY_HOUR)
    return max(then, error.until) if isinstance(error, RateLimited) else then
