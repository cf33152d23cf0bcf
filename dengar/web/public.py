"""What the JSON API tells of a report beside its public form: its history and its messages."""

from datetime import datetime

from dengar.models import Event, Post, Report
from dengar.public import Public, PublicReport, PublicStep, make_public, make_step
from dengar.web.telling import Telling


class Taken(Public):
    """The answer to a report that was sent; with the key `kunci` its sender may rate the outcome later."""

    nomor: str
    url: str
    baru: bool
    kunci: str | None = None


class PublicVoice(Public):
    """One message about the problem, masked, without its author."""

    text: str
    channel: str
    at: datetime


class PublicCase(PublicReport):
    """A report with its history and voices."""

    routing_reason: str
    history: tuple[PublicStep, ...]
    messages: tuple[PublicVoice, ...]


class Reports(Public):
    """A list of reports, newest first; `berikutnya` is the cursor of the next page, None at the end."""

    laporan: tuple[PublicReport, ...]
    berikutnya: str | None = None


def make_report(report: Report, tell: Telling) -> PublicReport:
    """Give the public form in the caller's language."""
    return make_public(report, tell.category(report.category), tell.unit(report.unit))


def make_case(report: Report, events: list[Event], posts: list[Post], tell: Telling) -> PublicCase:
    """Add the history and the masked messages; what notes say stays inside."""
    return PublicCase(
        **dict(make_report(report, tell)),
        routing_reason=report.routing.reason,
        history=tuple(make_step(event) for event in events),
        messages=tuple(
            PublicVoice(text=post.text, channel=post.channel, at=post.created_at) for post in posts if post.text.strip()
        ),
    )
