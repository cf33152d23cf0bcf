"""Rows: what everybody may know of a report, and operators of a post, flat and tame."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

import msgspec

from dengar.feeds.selecting import CELLS, matches
from dengar.feeds.taming import SAFE_TITLE, tame, tame_line, tame_name
from dengar.models import Place, Post, Report, Selection, State, Urgency

LONGEST_TEXT = 10_000
NO_PLACE = Place(level="kota", kota="", kota_code="")


class Names(Protocol):
    """Who knows what categories and units are called."""

    def category(self, code: str | None) -> str:
        """Name a category."""

    def unit(self, code: str | None) -> str:
        """Name a unit."""


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A further point of an incident, rounded."""

    lat: float
    lon: float
    label: str
    voices: int
    last_at: datetime


class ReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """A report for everybody: no names, no handles, no notes; points are rounded to about 11 m."""

    number: str
    url: str
    title: str
    category: str | None
    category_name: str
    urgency: Urgency
    state: State
    unit: str | None
    unit_name: str
    kota: str | None
    kota_code: str | None
    kecamatan: str | None
    kecamatan_code: str | None
    kelurahan: str | None
    kelurahan_code: str | None
    lat: float | None
    lon: float | None
    precision: str | None
    voices: int
    channels: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    respond_by: datetime | None
    resolve_by: datetime | None
    closed_at: datetime | None
    points: tuple[Spot, ...]


class PostRow(msgspec.Struct, frozen=True, kw_only=True):
    """A post for operators: masked text; `author` is the pseudonym, None unless it was asked for."""

    id: str
    channel: str
    created_at: datetime
    text: str
    category: str | None
    is_complaint: bool | None
    confidence: float | None
    abstained: bool | None
    urgency: Urgency | None
    sentiment: float | None
    model: str | None
    kelurahan_code: str | None
    lat: float | None
    lon: float | None
    report: str | None
    author: str | None


Row: TypeAlias = ReportRow | PostRow
Why: TypeAlias = Literal["ditahan", "duplikat", "dihapus", "saringan"]


class Gone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A report that is no longer to be shown, and why; a duplicate names the one that goes on (`into`)."""

    number: str
    why: Why
    into: str | None = None


def make_row(report: Report, names: Names, address: str = "") -> ReportRow:
    """Make the public row of a report; `address` is where the site is reached."""
    place = report.place or NO_PLACE
    return ReportRow(
        number=report.number,
        url=f"{address}/laporan/{report.number}",
        title=tame_line(report.title, SAFE_TITLE),
        category=_name(report.category),
        category_name=tame_name(names.category(report.category)),
        urgency=report.urgency,
        state=report.state,
        unit=_name(report.unit),
        unit_name=tame_name(names.unit(report.unit)),
        kota=_name(place.kota),
        kota_code=_name(place.kota_code),
        kecamatan=_name(place.kecamatan),
        kecamatan_code=_name(place.kecamatan_code),
        kelurahan=_name(place.kelurahan),
        kelurahan_code=_name(place.kelurahan_code),
        lat=_rounded(place.lat),
        lon=_rounded(place.lon),
        precision=place.precision if report.place else None,
        voices=report.voices,
        channels=tuple(map(tame_name, report.channels)),
        created_at=report.created_at,
        updated_at=report.updated_at,
        respond_by=report.routing.respond_by,
        resolve_by=report.routing.resolve_by,
        closed_at=report.closed_at,
        points=tuple(_spots(report)),
    )


def make_post_row(post: Post, *, with_author: bool = False) -> PostRow:
    """Make the row of a post; its point is exact, because operators must find it."""
    labels = post.labels
    place = post.place or NO_PLACE
    return PostRow(
        id=post.id,
        channel=tame_name(post.channel),
        created_at=post.created_at,
        text=tame(post.text, LONGEST_TEXT),
        category=labels.category if labels else None,
        is_complaint=labels.is_complaint if labels else None,
        confidence=labels.confidence if labels else None,
        abstained=labels.abstained if labels else None,
        urgency=labels.urgency if labels else None,
        sentiment=labels.sentiment if labels else None,
        model=labels.model if labels else None,
        kelurahan_code=_name(place.kelurahan_code),
        lat=place.lat,
        lon=place.lon,
        report=post.report,
        author=post.author if with_author else None,
    )


def tell_change(
    report: Report | None, number: str, selection: Selection, names: Names, address: str = ""
) -> ReportRow | Gone:
    """Say what a change of a report means to who asked for a selection; None is a report that was deleted."""
    if report is None or not report.voices:
        return Gone(number=number, why="dihapus")
    if report.state == "duplikat":
        return Gone(number=number, why="duplikat", into=report.duplicate_of)
    if report.is_hidden:
        return Gone(number=number, why="ditahan")
    if not matches(selection, report):
        return Gone(number=number, why="saringan")
    return make_row(report, names, address)


def _spots(report: Report) -> Iterable[Spot]:
    for one in report.points:
        lat, lon = round(one.lat * CELLS) / CELLS, round(one.lon * CELLS) / CELLS
        yield Spot(lat=lat, lon=lon, label=tame_line(one.label), voices=one.voices, last_at=one.last_at)


def _name(name: str | None) -> str | None:
    return tame_name(name) if name else None


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees * CELLS) / CELLS
