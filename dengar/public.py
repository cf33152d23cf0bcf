"""What everybody may know of a report: nothing that names or marks a person."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict

from dengar.models import FOR_STAFF, OPEN_STATES, Event, Place, Report, State, Urgency

DECIMALS = 4  # about 11 m: enough to find the spot, too little to name a door


class Public(BaseModel):
    """The root of what is told."""

    model_config = ConfigDict(frozen=True)


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


def make_public(report: Report, category_name: str, unit_name: str, address: str = "") -> PublicReport:
    """Leave out of a report what is not for everybody; `address` of the site makes links whole."""
    same = ("number", "category", "title", "urgency", "state", "voices", "channels")
    return PublicReport(
        **{name: getattr(report, name) for name in (*same, "created_at", "updated_at")},
        url=f"{address}/laporan/{report.number}",
        category_name=category_name,
        unit=PublicUnit(code=report.unit, name=unit_name) if report.unit else None,
        place=PublicPlace.of(report.place) if report.place else None,
        respond_by=report.routing.respond_by,
        resolve_by=report.routing.resolve_by,
        needs_review=doubts_of(report),
        photos=tuple(f"{address}/foto/{photo}" for photo in report.photos),
    )


def make_step(event: Event) -> PublicStep:
    """Leave out of an event who did it, and what only colleagues read."""
    unit = event.routing.unit if event.routing else None
    return PublicStep(at=event.at, kind=event.kind, state=event.state, unit=unit)


def doubts_of(report: Report) -> tuple[str, ...]:
    """Give what everybody may know of a person's work that waits."""
    told = (one.reason for one in report.needs_review if one.kind not in FOR_STAFF)
    return tuple(told) if report.state in OPEN_STATES else ()


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, DECIMALS)
