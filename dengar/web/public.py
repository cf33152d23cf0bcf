"""What the JSON API tells of a report: nothing that names or marks a person."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from dengar.models import Event, Place, Post, Report, State, Urgency
from dengar.web.telling import Telling, doubts_of

DECIMALS = 4  # about 11 m: enough to find the spot, too little to name a door


class Public(BaseModel):
    """The root of the answers."""

    model_config = ConfigDict(frozen=True)


class Taken(Public):
    """The answer to a report that was sent; with the key `kunci` its sender may rate the outcome later."""

    nomor: str
    url: str
    baru: bool
    kunci: str | None = None


class PublicPlace(Public):
    """Where the problem is, in Kemendagri's codes; lat and lon are rounded."""

    kota: str
    kota_code: str
    kecamatan: str | None
    kecamatan_code: str | None
    kelurahan: str | None
    kelurahan_code: str | None
    lat: float | None
    lon: float | None
    precision: str
    confidence: float

    @classmethod
    def of(cls, place: Place) -> Self:
        """Leave out what is for operators."""
        values = {name: getattr(place, name) for name in cls.model_fields if name not in {"lat", "lon"}}
        return cls(**values, lat=_rounded(place.lat), lon=_rounded(place.lon))


class PublicUnit(Public):
    """The office that must act."""

    code: str
    name: str


class PublicReport(Public):
    """One problem, as everybody may see it."""

    number: str
    url: str
    category: str | None
    category_name: str
    title: str
    urgency: Urgency
    state: State
    unit: PublicUnit | None
    place: PublicPlace | None
    voices: int
    channels: tuple[str, ...]
    needs_review: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    respond_by: datetime | None
    resolve_by: datetime | None
    photos: tuple[str, ...]


class PublicStep(Public):
    """One entry of a report's history."""

    at: datetime
    kind: str
    state: State | None
    unit: str | None


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
    """Leave out of a report what is not for everybody."""
    same = ("number", "category", "title", "urgency", "state", "voices", "channels")
    return PublicReport(
        **{name: getattr(report, name) for name in (*same, "created_at", "updated_at")},
        url=f"/laporan/{report.number}",
        category_name=tell.category(report.category),
        unit=PublicUnit(code=report.unit, name=tell.unit(report.unit)) if report.unit else None,
        place=PublicPlace.of(report.place) if report.place else None,
        respond_by=report.routing.respond_by,
        resolve_by=report.routing.resolve_by,
        needs_review=doubts_of(report),
        photos=tuple(f"/foto/{photo}" for photo in report.photos),
    )


def make_case(report: Report, events: list[Event], posts: list[Post], tell: Telling) -> PublicCase:
    """Add the history and the masked messages; what notes say stays inside."""
    return PublicCase(
        **dict(make_report(report, tell)),
        routing_reason=report.routing.reason,
        history=tuple(_make_step(event) for event in events),
        messages=tuple(
            PublicVoice(text=post.text, channel=post.channel, at=post.created_at) for post in posts if post.text.strip()
        ),
    )


def _make_step(event: Event) -> PublicStep:
    unit = event.routing.unit if event.routing else None
    return PublicStep(at=event.at, kind=event.kind, state=event.state, unit=unit)


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, DECIMALS)
