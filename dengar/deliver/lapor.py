"""Hands reports of national offices over to LAPOR! (SP4N), which documents no public way in: by HTTP, mail or CSV."""

import csv
import io
import os
from collections.abc import Iterable, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Literal, Self

import msgspec
from pydantic import Field, SecretStr, field_validator, model_validator

from dengar.deliver import http
from dengar.deliver.letter import say_moment, say_place, tame, tame_lines
from dengar.deliver.protocol import Parcel, Receipt, TargetSettings
from dengar.deliver.secret import read_secret
from dengar.deliver.smtp import Smtp, check_address, check_login, send_mail
from dengar.errors import Transient
from dengar.models import WIB, Event, EventKind, Report

EVENTS: frozenset[EventKind] = frozenset({"routed"})
HANDS_OVER = True
NEEDS_TEXT = True
NATIONAL = "national:"
COLUMNS = (
    "id", "nomor", "judul", "isi", "kategori", "tempat", "kelurahan_code", "lat", "lon", "waktu", "suara", "tautan",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Settings(TargetSettings):
    """How LAPOR! takes them: `via` http (url), mail (smtp, recipient) or csv (folder).

    `columns` gives ours other names; `number_field` is where the answer to a POST holds its number.
    """

    via: Literal["http", "mail", "csv"]
    url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    secret: SecretStr | None = None
    secret_file: Path | None = None
    number_field: str = "id"
    columns: Mapping[str, str] = Field(default_factory=dict)
    smtp: Smtp | None = None
    recipient: str = ""
    folder: Path | None = None
    seconds: float = Field(default=http.SECONDS, gt=0, le=60)
    at_once: Literal[1] = 1

    @field_validator("columns")
    @classmethod
    def _are_columns(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        unknown = sorted(set(columns) - set(COLUMNS))
        if unknown:
            raise ValueError(f"{', '.join(unknown)} is no column of ours: choose of {', '.join(COLUMNS)}")
        return columns

    @model_validator(mode="after")
    def _has_what_its_way_needs(self) -> Self:
        needs = {"http": ("url",), "mail": ("smtp", "recipient"), "csv": ("folder",)}[self.via]
        missing = [name for name in needs if not getattr(self, name)]
        if missing:
            raise ValueError(f"via = {self.via} needs {' and '.join(missing)}")
        if self.recipient:
            check_address(self.recipient)
        return self


def wants(settings: Settings, event: Event, report: Report) -> bool:
    """Take what was routed to a national office, unless the section names its units itself."""
    del report
    unit = event.routing.unit if event.routing else None
    return unit is not None and (bool(settings.units) or unit.startswith(NATIONAL))


def send(settings: Settings, parcel: Parcel) -> Receipt:
    """Hand one report over."""
    row = make_row(parcel)
    if settings.via == "http":
        return _post(settings, parcel, row)
    if settings.via == "mail" and settings.smtp is not None:
        return _mail(settings.smtp, settings.recipient, parcel, row)
    return _write(settings.folder or Path(), parcel, _rename(settings, row))


def check(settings: Settings) -> list[str]:
    """Knock at the server, sign in, or look whether the folder can be written."""
    if settings.via == "http":
        read_secret(settings.secret, settings.secret_file)
        return http.knock(settings.url)
    if settings.via == "mail" and settings.smtp is not None:
        return check_login(settings.smtp)
    folder = settings.folder or Path()
    can_be_written = folder.is_dir() and os.access(folder, os.W_OK)
    return [] if can_be_written else [f"{folder} is no folder that can be written: create it or correct the path."]


def make_row(parcel: Parcel) -> dict[str, str]:
    """Give our columns for a report."""
    report = parcel.report
    place = report.place
    has_point = place is not None and place.lat is not None and place.lon is not None
    return {
        "id": parcel.id,
        "nomor": report.number,
        "judul": tame(report.title),
        "isi": tame_lines(parcel.text),
        "kategori": parcel.category,
        "tempat": say_place(place),
        "kelurahan_code": (place.kelurahan_code if place else None) or "",
        "lat": f"{place.lat:.6f}" if place and has_point else "",
        "lon": f"{place.lon:.6f}" if place and has_point else "",
        "waktu": report.created_at.astimezone(WIB).isoformat(timespec="seconds"),
        "suara": str(report.voices),
        "tautan": parcel.link,
    }


def _rename(settings: Settings, row: Mapping[str, str]) -> dict[str, str]:
    return {settings.columns.get(name, name): value for name, value in row.items()}


def _post(settings: Settings, parcel: Parcel, row: Mapping[str, str]) -> Receipt:
    token = read_secret(settings.secret, settings.secret_file)
    headers = {"content-type": "application/json", "idempotency-key": parcel.id}
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = msgspec.json.encode(_rename(settings, row))
    answer = http.post(settings.url, body, headers, parcel.at, seconds=settings.seconds)
    try:
        said = msgspec.json.decode(answer.body, type=dict[str, object])
    except msgspec.MsgspecError as error:
        raise Transient(f"{settings.url} answered with no JSON object, perhaps it was taken: {error}.") from error
    return Receipt(number=str(said.get(settings.number_field) or parcel.id))


def _mail(smtp: Smtp, recipient: str, parcel: Parcel, row: Mapping[str, str]) -> Receipt:
    message = EmailMessage()
    message["From"] = smtp.sender
    message["To"] = recipient
    message["Subject"] = f"[{row['nomor']}] Penerusan laporan: {row['judul']}"
    message["Date"] = parcel.at
    message["Message-ID"] = f"<{parcel.id}@{smtp.sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    lines = [f"{name}: {value}" for name, value in row.items() if value and name not in {"isi", "waktu"}]
    told = [*lines, f"waktu: {say_moment(parcel.report.created_at)}", "", row["isi"]]
    message.set_content("\n".join(told) + "\n")
    send_mail(smtp, message, [recipient])
    return Receipt(number=parcel.id)


def _write(folder: Path, parcel: Parcel, row: Mapping[str, str]) -> Receipt:
    """Append to the file of the event's day, whole or not at all; an id that stands there is not written again."""
    path = folder / f"lapor-{parcel.event.at.astimezone(WIB):%Y-%m-%d}.csv"
    try:
        before = path.read_bytes() if path.exists() else _line(row.keys())
        if parcel.id.encode() not in before:
            _replace(path, before + _line(row.values()))
    except OSError as error:
        raise Transient(f"{path} cannot be written: {error.strerror}.") from error
    return Receipt(number=parcel.id)


def _line(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([_harmless(cell) for cell in cells])
    return out.getvalue().encode()


def _harmless(cell: str) -> str:
    """Keep spreadsheets from taking what people wrote for a formula; a minus before a number is none."""
    return f"'{cell}" if cell.startswith(_FORMULA) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").replace(".", "", 1).isdecimal()


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
