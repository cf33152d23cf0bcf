"""The words of a mail to a unit: what happened, where, by when, and why; in Indonesian."""

import re
from collections.abc import Iterator
from datetime import datetime
from html import escape

from dengar.deliver.protocol import Parcel, find_step, unit_of
from dengar.models import WIB, Place

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")
LONGEST_TITLE = 120
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")

OPENINGS = {
    "routed": ("Laporan", "Laporan ini diteruskan kepada {unit}."),
    "escalated": ("ESKALASI", "Laporan ini belum {awaited} sampai batas waktunya, dan disampaikan kepada {unit}."),
    "state": ("Dibuka lagi", "Laporan ini dibuka lagi dan menunggu {unit}."),
    "resumed": ("Dilanjutkan", "Penundaan laporan ini berakhir: waktunya berjalan lagi bagi {unit}."),
    "merged": ("Digabung", "Laporan {related} digabung ke laporan ini, yang ditangani {unit}."),
}
AWAITED = {"answer": "ditindaklanjuti", "solution": "diselesaikan"}


def say_subject(parcel: Parcel) -> str:
    """Give the subject: the report's number, what happened, the title."""
    title = tame(parcel.report.title) or "tanpa judul"
    return f"[{parcel.report.number}] {OPENINGS[parcel.event.kind][0]}: {title[:LONGEST_TITLE]}"


def say_text(parcel: Parcel) -> str:
    """Give the mail as plain text."""
    rows = [f"{name}: {value}" for name, value in _rows(parcel)]
    said = ["Isi laporan:", tame_lines(parcel.text)] if parcel.text else []
    parts = [_opening(parcel), "\n".join(rows), "\n".join(said), _closing(parcel)]
    return "\n\n".join(part for part in parts if part) + "\n"


def say_html(parcel: Parcel) -> str:
    """Give the mail as simple HTML; all that people wrote is escaped."""
    rows = "".join(
        f'<tr><th align="left" valign="top">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in _rows(parcel)
    )
    said = escape(tame_lines(parcel.text)).replace("\n", "<br>")
    quote = f"<blockquote>{said}</blockquote>" if said else ""
    opening, closing = escape(_opening(parcel)), escape(_closing(parcel))
    return f'<html lang="id"><body><p>{opening}</p><table>{rows}</table>{quote}<p>{closing}</p></body></html>'


def say_moment(at: datetime) -> str:
    """Write a moment in Jakarta's time."""
    local = at.astimezone(WIB)
    day = f"{DAYS[local.weekday()]}, {local.day} {MONTHS[local.month - 1]} {local.year}"
    return f"{day} pukul {local:%H.%M} WIB"


def say_place(place: Place | None) -> str:
    """Name a place from small to large."""
    if place is None:
        return ""
    told = {part.strip().removeprefix("Kel. ").removeprefix("Kec. ") for part in place.label.split(",")}
    areas = (place.kelurahan, place.kecamatan, place.kota)
    names = (place.label, *(name for name in areas if name and name not in told))
    return ", ".join(dict.fromkeys(tame(name) for name in names if name))


def tame(text: str) -> str:
    """Make one line of foreign text, without controls and direction overrides."""
    return " ".join(_UNSAFE.sub(" ", text).split())


def tame_lines(text: str) -> str:
    """Keep the lines of foreign text, without controls and direction overrides."""
    return "\n".join(tame(line) for line in text.splitlines()).strip()


def _opening(parcel: Parcel) -> str:
    event, report = parcel.event, parcel.report
    step = find_step(event, report)
    return OPENINGS[event.kind][1].format(
        unit=parcel.name_of(unit_of(event, report)),
        awaited=AWAITED[step.awaits] if step else "diselesaikan",
        related=event.related or "lain",
    )


def _closing(parcel: Parcel) -> str:
    return f"Lihat: {parcel.link}" if parcel.link else ""


def _rows(parcel: Parcel) -> Iterator[tuple[str, str]]:
    event, report = parcel.event, parcel.report
    routing = event.routing or report.routing
    yield "Nomor", report.number
    yield "Judul", tame(report.title)
    yield "Kategori", parcel.category or "belum digolongkan"
    if report.place:
        yield "Tempat", say_place(report.place)
    if report.urgency == "danger":
        yield "Kedaruratan", "Darurat"
    if routing.respond_by:
        yield "Tindak lanjut paling lambat", say_moment(routing.respond_by)
    if routing.resolve_by:
        yield "Selesai paling lambat", say_moment(routing.resolve_by)
    yield "Suara warga", str(report.voices)
    for reason in (routing.reason, event.reason):
        if reason:
            yield "Alasan", tame(reason)
    for beside in routing.beside:
        yield "Tembusan", parcel.name_of(beside)
