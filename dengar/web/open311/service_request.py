"""A report as GeoReport writes a service request: what everybody may know, and nothing of who reported it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from dengar.feeds.rows import ReportRow, make_row
from dengar.feeds.taming import tame_text
from dengar.models import OPEN_STATES, Post, Report
from dengar.store import Store
from dengar.web.open311.services import is_service
from dengar.web.site import Site
from dengar.web.telling import Telling

LONGEST = 4_000


class Extended(msgspec.Struct, frozen=True, kw_only=True):
    """What Dengar knows beside the fields of the protocol; `report` is the number under which the matter goes on."""

    report: str
    title: str
    state: str
    urgency: str
    voices: int
    channels: tuple[str, ...]
    agency_code: str | None
    kelurahan: str | None
    kecamatan: str | None
    kota: str | None
    precision: str | None
    photos: tuple[str, ...]
    url: str


class ServiceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request, with the fields and in the order of the protocol."""

    service_request_id: str
    status: Literal["open", "closed"]
    status_notes: str | None = None
    service_name: str | None = None
    service_code: str | None = None
    description: str | None = None
    agency_responsible: str | None = None
    service_notice: str | None = None
    requested_datetime: datetime | None = None
    updated_datetime: datetime | None = None
    expected_datetime: datetime | None = None
    address: str | None = None
    address_id: str | None = None
    zipcode: str | None = None
    lat: float | None = None
    long: float | None = None
    media_url: str | None = None
    extended_attributes: Extended | msgspec.UnsetType = msgspec.UNSET


def make_requests(
    site: Site, tell: Telling, address: str, reports: Sequence[Report], *, extensions: bool = False
) -> list[ServiceRequest]:
    """Make the requests of some reports; each description is the message that opened the report."""
    texts = _opening_texts(site.store, reports)
    return [_make(site, tell, address, one, texts.get(one.number, ""), extensions) for one in reports]


def make_receipt(tell: Telling, number: str, post: Post | None) -> ServiceRequest:
    """Tell how far a message has come that is no report (yet): nothing of it is shown before it was judged."""
    labels = post.labels if post else None
    if post is not None and labels is not None and not labels.is_complaint:
        notes = tell.language.say("Pesan ini tidak dibaca sebagai keluhan.")
        at = _whole(post.created_at)
        return ServiceRequest(
            service_request_id=number, status="closed", status_notes=notes, requested_datetime=at, updated_datetime=at
        )  # fmt: skip
    notes = tell.language.say("Sudah diterima, sedang diproses.")
    return ServiceRequest(service_request_id=number, status="open", status_notes=notes)


def _make(site: Site, tell: Telling, address: str, report: Report, text: str, extensions: bool) -> ServiceRequest:  # noqa: FBT001, PLR0917
    row = make_row(report, tell, address)
    code = row.category if row.category and is_service(site, row.category) else None
    return ServiceRequest(
        service_request_id=row.number,
        status="open" if report.state in OPEN_STATES else "closed",
        status_notes=tell.state(report.state),
        service_name=row.category_name,
        service_code=code,
        description=tame_text(text, LONGEST) or row.title or None,
        agency_responsible=row.unit_name if report.unit else None,
        requested_datetime=_whole(row.created_at),
        updated_datetime=_whole(row.updated_at),
        expected_datetime=_whole(row.resolve_by) if row.resolve_by else None,
        address=tell.place(report.place) if report.place else None,
        address_id=report.place.code if report.place else None,
        lat=row.lat,
        long=row.lon,
        media_url=f"{address}/foto/{report.photos[0]}" if report.photos else None,
        extended_attributes=_extend(report, row, address) if extensions else msgspec.UNSET,
    )


def _extend(report: Report, row: ReportRow, address: str) -> Extended:
    same = ("title", "urgency", "state", "voices", "channels", "kelurahan", "kecamatan", "kota", "precision", "url")
    return Extended(
        **{name: getattr(row, name) for name in same},
        report=row.number,
        agency_code=row.unit,
        photos=tuple(f"{address}/foto/{photo}" for photo in report.photos),
    )


def _opening_texts(store: Store, reports: Sequence[Report]) -> dict[str, str]:
    """Give the masked text that opened each report, unless it is gone: by it the report itself was found harmless."""
    opened = store.events.find_all([f"{report.number}:0" for report in reports])
    said = {event.report: event.voice.post_id for event in opened.values() if event.voice}
    posts = store.posts.find_all(said.values())
    return {
        number: posts[post].text
        for number, post in said.items()
        if post in posts and posts[post].report == number and posts[post].hidden_since is None
    }


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
