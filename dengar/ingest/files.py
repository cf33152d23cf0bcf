"""Files: CSV, JSON lines, mbox and .eml, from a drop folder or from `dengar ingest`; resumable at any record."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from dengar.errors import BadSettings, Forbidden, Poison
from dengar.ingest.formats import message
from dengar.ingest.formats.records import READERS, can_read, read_csv_row
from dengar.ingest.formats.row import Row, contents_id, field, native_id, read_row
from dengar.ingest.protocol import Batch, Budget, Clock, Description, SourceSettings, Window
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.models import Draft, Item, Quarantined

BATCH_ITEMS = 200
BATCH_BYTES = 8_000_000
LONGEST_CHANNEL = 30
MAIL = {".mbox", ".eml"}


class Settings(SourceSettings):
    """A folder or file to read, and the channel of rows that do not name one."""

    path: Path
    channel: str = "berkas"


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """How many bytes of each file are done, by the digest of the file's contents."""

    done: dict[str, int] = msgspec.field(default_factory=dict)


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read every file on from where it was left; a changed file is read again, which doubles nothing."""
    del window
    done = dict(cursor.done)
    for path in find_files(settings.path):
        key = digest(path)
        for batch, end in _read_batches(path, settings, done.get(key, 0), clock):
            done[key] = end
            budget.spend(len(batch.items))
            yield batch.replace(cursor=Cursor(done=dict(done)))
            if budget.posts == 0:
                return


def parse(item: Item) -> Draft:
    """Read one record by the way it was written; raises Poison."""
    if item.media_type == "message/rfc822":
        return message.read(item)
    return read_row(_read_fields(item.payload, item.media_type), item.observed_at)


def check(settings: Settings) -> list[str]:
    """Find a path that does not exist."""
    return [] if settings.path.exists() else [f"{settings.path} does not exist: create it or correct the path."]


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="as long as the file is there", ordering="as in the file", sees_edits=True, sees_deletions=False,
        price="free",
    )  # fmt: skip


def find_files(path: Path) -> list[Path]:
    """List the readable files of a folder, or the file itself; raises Forbidden when there is nothing to read."""
    if path.is_dir():
        return sorted(one for one in path.iterdir() if one.is_file() and can_read(one))
    if not path.is_file():
        raise Forbidden(f"{path} does not exist.")
    if not can_read(path):
        raise BadSettings([f"{path.name} cannot be read: its name must end in {', '.join(READERS)}."])
    return [path]


def digest(path: Path) -> str:
    """Name the file's contents."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _read_batches(path: Path, settings: Settings, start: int, clock: Clock) -> Iterator[tuple[Batch, int]]:
    items: list[Item | Quarantined] = []
    size = end = 0
    with path.open("rb") as file:
        for record, end in READERS[path.suffix.lower()](file, start):
            items.append(_make_item(record, path, settings, clock()))
            size += len(record)
            if len(items) >= BATCH_ITEMS or size > BATCH_BYTES:
                yield _make_batch(items), end
                items, size = [], 0
    if items:
        yield _make_batch(items), end


def _make_batch(made: list[Item | Quarantined]) -> Batch:
    return Batch(
        items=tuple(one for one in made if isinstance(one, Item)),
        poison=tuple(one for one in made if isinstance(one, Quarantined)),
    )


def _make_item(record: bytes, path: Path, settings: Settings, now: datetime) -> Item | Quarantined:
    suffix = path.suffix.lower()
    if suffix in MAIL:
        return Item(
            channel="email", account="berkas", native_id=message.identity(record), collector="files",
            source=settings.name, payload=record, media_type="message/rfc822", observed_at=now,
        )  # fmt: skip
    media_type = "text/csv" if suffix == ".csv" else "application/json"
    try:
        row = _read_fields(record, media_type)
    except Poison as error:
        unread = _row_item(record, media_type, {}, settings, now)
        return Quarantined(item=unread, reason=f"{path.name}: {error}", at=now)
    return _row_item(record, media_type, row, settings, now)


def _row_item(record: bytes, media_type: str, row: Row, settings: Settings, now: datetime) -> Item:
    return Item(
        # an item's id is channel:account:native_id
        channel=field(row, ("channel", "kanal")).replace(":", "_")[:LONGEST_CHANNEL] or settings.channel,
        account="berkas",
        native_id=native_id(row) if row else contents_id(record),
        collector="files",
        source=settings.name,
        payload=record,
        media_type=media_type,
        observed_at=now,
    )


def _read_fields(payload: bytes, media_type: str) -> Row:
    try:
        row = read_csv_row(payload) if media_type == "text/csv" else json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise Poison(f"The row cannot be read: {error}") from error
    if not isinstance(row, dict):
        raise Poison("The line is no JSON object.")
    return row
