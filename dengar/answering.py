"""What people are told in the channel in which they wrote: sentences for the outbox."""

from collections.abc import Collection
from datetime import datetime, timedelta

from dengar.ingest.formats import dialogue
from dengar.models import OutboxMessage, Post, Record, Report
from dengar.routing.joining import DIALOGUE
from dengar.routing.traits import NOWHERE

SMS = "sms"
# Whoever connects a channel with years of messages in it must not thank everybody now.
FRESH = timedelta(days=1)


class Answering(Record, frozen=True, kw_only=True):
    """Which sources may be answered in, and the public address of this site (empty: none is told)."""

    sources: Collection[str] = ()
    address: str = ""

    def tell(self, kind: str, report: Report, post: Post, now: datetime) -> OutboxMessage | None:
        """Make the message about a report; None where the source may not be answered in, or when it is too late.

        `kind` is that of `routing.joining.News`.
        """
        if kind != "done" and now - post.created_at > FRESH:
            return None
        number = post.number or report.number
        link = f"{self.address.rstrip('/')}/laporan/{number}" if self.address else ""
        is_sms = post.channel == SMS
        if kind == "done":
            return self._make(kind, post, dialogue.tell_done(number, link=link, is_sms=is_sms), now)
        return self._make(kind, post, dialogue.ask(_missing(report, post), number, link=link, is_sms=is_sms), now)

    def guide(self, post: Post, now: datetime) -> OutboxMessage | None:
        """Make the message for somebody in a dialogue who has not said yet what is wrong; None for everybody else."""
        if DIALOGUE not in post.flags or now - post.created_at > FRESH:
            return None
        is_sms = post.channel == SMS
        if "greeting" in post.flags:
            return self._make("greeting", post, dialogue.greet(is_sms=is_sms), now)
        return self._make("unread", post, dialogue.ask_for_text(is_sms=is_sms), now) if "unread" in post.flags else None

    def _make(self, kind: str, post: Post, text: str, now: datetime) -> OutboxMessage | None:
        """Make a message; its id is the same whenever it is made, so that nobody is told the same thing twice."""
        if post.source not in self.sources:
            return None
        return OutboxMessage(
            id=f"{kind}:{post.id}", source=post.source, item_id=post.item_id, text=text, made_at=now, due_at=now
        )


def _missing(report: Report, post: Post) -> set[str] | None:
    """Say what the report lacks; None when it lacks nothing and still no unit was told to act."""
    talks = DIALOGUE in post.flags  # where everybody reads along, nobody is asked for photos
    lacks = {"place": report.kel == NOWHERE, "photo": talks and post.channel != SMS and not report.photos}
    missing = {name for name, is_missing in lacks.items() if is_missing}
    return missing if missing or report.unit else None
