"""LAPOR!'s own names for what a report says, as rows that `formats.row` can read."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from dengar.errors import Poison
from dengar.ingest.formats.dates import JAKARTA, read_time
from dengar.ingest.formats.records import read_csv_row
from dengar.ingest.formats.row import LONGEST_ID, field

# Exports call the same column differently; names are compared in small letters without blanks and marks.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "trackingid", "idtracking", "notracking", "nomortracking", "idlaporan", "nolaporan", "nomorlaporan",
        "kodelaporan", "notiket", "nomortiket",
    ),
    "judul": ("judullaporan", "judul", "judulpengaduan", "perihal"),
    "isi": ("isilaporan", "isi", "isipengaduan", "isiaduan", "uraianlaporan", "uraian", "deskripsi"),
    "tanggal": (
        "tanggallaporan", "tgllaporan", "tanggallapor", "tanggalpengaduan", "tanggalmasuk", "waktulaporan", "tanggal",
        "createdat",
    ),
    "kategori": ("kategori", "kategorilaporan", "topik", "topiklaporan"),
    "lokasi": ("lokasi", "lokasikejadian", "lokasilaporan", "tempatkejadian", "alamat"),
    "kelurahan": ("kelurahan", "kelurahandesa", "desakelurahan"),
    "kecamatan": ("kecamatan",),
    "status": ("status", "statuslaporan", "statustindaklanjut"),
    "nama": ("idpelapor", "pelapor", "namapelapor"),
    "lat": ("latitude", "lat", "lintang"),
    "lon": ("longitude", "long", "lon", "lng", "bujur"),
    "url": ("url", "link", "tautan"),
}  # fmt: skip
_MARKS = re.compile(r"[^a-z0-9]")
_OVER = re.compile(r"(selesai|ditutup|tutup|closed|done)\b", re.IGNORECASE)
_NOBODY = re.compile(r"(anonim|anonymous|rahasia|disembunyikan|tanpa nama|-+|\*+)", re.IGNORECASE)
_SPOILT_ID = re.compile(r"\d[.,]\d+E\+\d+", re.IGNORECASE)
_EXCEL_DAY = re.compile(r"([3-6]\d{4})(?:[.,](\d{1,15}))?")
_EXCEL_BEGIN = datetime(1899, 12, 30, tzinfo=JAKARTA)

Row = Mapping[str, str]


def read_columns(payload: bytes, media_type: str) -> Row:
    """Read a record of CSV or JSON under our own names; raises Poison when it is none."""
    try:
        row = read_csv_row(payload) if media_type == "text/csv" else json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise Poison(f"The row cannot be read: {error}") from error
    if not isinstance(row, dict):
        raise Poison("The row is no JSON object.")
    named = {_MARKS.sub("", str(name).lower()): value for name, value in row.items()}
    found = {name: field(named, columns) for name, columns in COLUMNS.items()}
    wheres = dict.fromkeys(filter(None, (found["lokasi"], found["kelurahan"], found["kecamatan"])))
    return found | {
        "lokasi": ", ".join(wheres),
        "tanggal": _write_time(found["tanggal"]),
        "nama": "" if _NOBODY.fullmatch(found["nama"]) else found["nama"],
    }


def read_tracking_id(row: Row) -> str:
    """Give the tracking id; raises Poison when there is none, or a spreadsheet has made another number of it."""
    own = row["id"].lstrip("#'")
    if _SPOILT_ID.fullmatch(own):
        raise Poison(f"The tracking id {own} was rounded by a spreadsheet: export again with that column as text.")
    if not 0 < len(own) <= LONGEST_ID:
        raise Poison(f"The row has no tracking id in any of the columns {', '.join(COLUMNS['id'])}.")
    return own


def is_over(row: Row) -> bool:
    """Say whether the report is finished."""
    return _OVER.match(row["status"]) is not None


def _write_time(text: str) -> str:
    """Turn a day that Excel has written as a number (45981,4) into a time; everything else stays."""
    found = _EXCEL_DAY.fullmatch(text)
    if found is None:
        return text
    days = timedelta(days=float(f"{found[1]}.{found[2] or 0}"))
    return (_EXCEL_BEGIN + timedelta(seconds=round(days.total_seconds()))).isoformat()


def reported_at(row: Row) -> datetime | None:
    """Give the time of the report."""
    return read_time(row["tanggal"])
