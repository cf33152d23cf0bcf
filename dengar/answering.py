"""What people are told in the channel in which they wrote: sentences for the outbox."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from dengar.ingest.formats import dialogue
from dengar.models import Event, OutboxMessage, Post, Record, Report, State
from dengar.routing.joining import ACTOR, DIALOGUE
from dengar.routing.traits import NOWHERE

SMS, EMAIL = "sms", "email"
# Whoever connects a channel with years of messages in it must not thank everybody now.
FRESH = timedelta(days=1)
NEWS: dict[State, dialogue.News] = {"selesai": "done", "ditolak": "rejected", "dibuka_lagi": "reopened"}


class Answering(Record, frozen=True, kw_only=True):
    """Which sources may be answered in, and the public address of this site (empty: none is told)."""

    sources: Collection[str] = ()
    address: str = ""

    def tell(self, kind: str, report: Report, post: Post, now: datetime) -> OutboxMessage | None:
        """Make the message about a report; None where the source may not be answered in, or when it is too late.

        `kind` is that of `routing.joining.News`.
        """
        if now - post.created_at > FRESH:
            return None
        number = post.number or report.number
        is_sms = post.channel == SMS
        told = dialogue.ask(_missing(report, post), number, link=self._link(number), is_sms=is_sms)
        return self._make(f"{kind}:{post.id}", post, told, now)

    def announce(self, event: Event, report: Report, posts: Iterable[Post], now: datetime) -> Iterator[OutboxMessage]:
        """Make the news of a report's life for each author of these posts, once, as an answer to their last one."""
        news = find_news(event)
        if news is None:
            return
        last = {post.author: post for post in sorted(posts, key=lambda post: post.created_at)}
        for post in last.values():
            number = post.number or report.number
            text = dialogue.tell_news(
                news,
                number,
                find_words(event),
                link=self._link(number),
                is_sms=post.channel == SMS,
                is_short=(DIALOGUE not in post.flags and post.channel != EMAIL) or post.channel == SMS,
            )
            message = self._make(f"{news}:{event.id}:{post.author}", post, text, now)
            if message is not None:
                yield message

    def guide(self, post: Post, now: datetime) -> OutboxMessage | None:
        """Make the message for somebody in a dialogue who has not said yet what is wrong; None for everybody else."""
        if DIALOGUE not in post.flags or now - post.created_at > FRESH:
            return None
        is_sms = post.channel == SMS
        if "greeting" in post.flags:
            return self._make(f"greeting:{post.id}", post, dialogue.greet(is_sms=is_sms), now)
        if "unread" in post.flags:
            return self._make(f"unread:{post.id}", post, dialogue.ask_for_text(is_sms=is_sms), now)
        return None

    def _link(self, number: str) -> str:
        return f"{self.address.rstrip('/')}/laporan/{number}" if self.address else ""

    def _make(self, key: str, post: Post, text: str, now: datetime) -> OutboxMessage | None:
        """Make a message; its key is the same whenever it is made, so that nobody is told the same thing twice."""
        if post.source not in self.sources:
            return None
        return OutboxMessage(id=key, source=post.source, item_id=post.item_id, text=text, made_at=now, due_at=now)


def find_news(event: Event) -> dialogue.News | None:
    """Say which news for the authors an event is, if any."""
    if event.kind == "paused":
        return "question" if event.pause and event.pause.question else None
    return NEWS.get(event.state) if event.kind == "state" and event.state else None


def find_words(event: Event) -> str:
    """Give what the unit says to the authors: the question, the reason of a rejection, the note of a solution."""
    if event.pause:
        return event.pause.question
    return event.reason or "" if event.state == "ditolak" or event.actor != ACTOR else ""


def _missing(report: Report, post: Post) -> set[str] | None:
    """Say what the report lacks; None when it lacks nothing and still no unit was told to act."""
    talks = DIALOGUE in post.flags  # where everybody reads along, nobody is asked for photos
    lacks = {"place": report.kel == NOWHERE, "photo": talks and post.channel != SMS and not report.photos}
    missing = {name for name, is_missing in lacks.items() if is_missing}
    return missing if missing or report.unit else None
