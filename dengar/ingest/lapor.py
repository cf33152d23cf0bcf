"""LAPOR! (SP4N): its exports as CSV, its list of reports over HTTP, and the SMS that its number 1708 hands on.

A report keeps its tracking id: a changed row is the same report again, and a finished one is over.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Literal, Self

import msgspec
from pydantic import Field, HttpUrl, IPvAnyNetwork, SecretStr, model_validator

from dengar.errors import BadRequest, Poison, SourceChanged
from dengar.ingest.files import digest, find_files
from dengar.ingest.formats.records import read_csv
from dengar.ingest.formats.row import contents_id, read_row
from dengar.ingest.formats.shortmessage import read_message
from dengar.ingest.gateways import door
from dengar.ingest.protocol import Batch, Budget, Clock, Description, SourceSettings, Window
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.ingest.sms import SHORTEST_SECRET, make_draft
from dengar.ingest.sp4n.columns import is_over, read_columns, read_tracking_id, reported_at
from dengar.ingest.sp4n.listing import Listing, fetch_page
from dengar.ingest.sp4n.words import read_form
from dengar.models import Draft, Gap, Item, Quarantined, Request

BATCH_ROWS = 200
CSV, JSON = "text/csv", "application/json"
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a check throws away


class Settings(SourceSettings):
    """In which form LAPOR! gives its reports: `csv` (path), `http` (url, token) or `sms` (secret, allowed).

    `days` is how far back each sweep of the list reads.
    """

    channel: str = "lapor"
    form: Literal["csv", "http", "sms"]
    path: Path | None = None
    url: HttpUrl | None = None
    token: SecretStr = SecretStr("")
    page_size: int = Field(default=100, ge=1, le=1000)
    days: int = Field(default=30, ge=1, le=3650)
    secret: SecretStr | None = None
    allowed: tuple[IPvAnyNetwork, ...] = ()

    @model_validator(mode="after")
    def _has_what_its_form_needs(self) -> Self:
        needed = {"csv": ("path",), "http": ("url", "token"), "sms": ("secret",)}[self.form]
        missing = [name for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"for the form {self.form} these settings have no value: {', '.join(missing)}")
        return self


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """How many bytes of each export are done, by the digest of its contents; and the sweep of the list.

    `page` is read next. `began_at` is when the sweep under way began, `swept_at` when the last whole one did.
    """

    done: dict[str, int] = msgspec.field(default_factory=dict)
    page: int = 1
    began_at: datetime | None = None
    swept_at: datetime | None = None


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read exports on from where they were left, or sweep the list; SMS are pushed, there is nothing to read."""
    if settings.form == "csv":
        yield from _read_exports(settings, cursor, budget, clock)
    elif settings.form == "http":
        yield from _sweep(settings, cursor, window, budget, clock)


def accept(settings: Settings, request: Request, now: datetime) -> Batch:
    """Take one SMS from the gateway of 1708; raises BadRequest, also when this source has another form."""
    if settings.form != "sms":
        raise BadRequest("This source takes no deliveries.", status=404)
    door.refuse_strangers(settings.allowed, request)
    door.check_secret(settings.secret, request)
    item = door.make_item(request, now, channel=settings.channel, collector="lapor", source=settings.name)
    return Batch(items=(item,), answer="")


def parse(item: Item) -> Draft:
    """Read one report by the form in which it came; raises Poison."""
    if item.media_type == door.FORM:
        message = read_message(item.payload)
        filled = read_form(message.text)
        return make_draft(item, message.replace(text=filled.text)).replace(place_hint=filled.place or None)
    return read_row(read_columns(item.payload, item.media_type), item.observed_at)


def check(settings: Settings) -> list[str]:
    """Find a folder that is missing, an address or token that does not work, a secret that protects nothing."""
    if settings.form == "http":
        fetch_page(_list(settings), 1, NO_TIME)
    if settings.form == "csv" and settings.path and not settings.path.exists():
        return [f"{settings.path} does not exist: create it or correct the path."]
    if settings.form == "sms" and settings.secret and len(settings.secret.get_secret_value()) < SHORTEST_SECRET:
        return [f"The secret of {settings.name} is shorter than {SHORTEST_SECRET} characters."]
    return []


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="exports as long as the file is there, the list for `days`, SMS not at all",
        ordering="as in the file; the list newest first",
        sees_edits=True,
        sees_deletions=False,
        price="free",
    )


def _read_exports(settings: Settings, cursor: Cursor, budget: Budget, clock: Clock) -> Iterator[Batch]:
    done = dict(cursor.done)
    paths = find_files(settings.path) if settings.path else []
    for path in (one for one in paths if one.suffix.lower() == ".csv"):
        key = digest(path)
        with path.open("rb") as file:
            records = read_csv(file, done.get(key, 0))
            while chunk := list(islice(records, BATCH_ROWS)):
                done[key] = chunk[-1][1]
                budget.spend(len(chunk))
                made = [_make_item(settings, record, CSV, clock()) for record, _ in chunk]
                yield _make_batch(made, cursor=Cursor(done=dict(done)))
                if budget.posts == 0:
                    return


def _sweep(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read page by page until all of a page is older than the days that are read again.

    Reports that come in meanwhile move the others to later pages, where they are met a second time; one that is
    deleted may hide another from this sweep, which the next one finds.
    """
    began = cursor.began_at or clock()
    oldest = window.since if window else began - timedelta(days=settings.days)
    before: list[bytes] = []
    for page in count(cursor.page):
        budget.ask(settings.page_size)
        rows = fetch_page(_list(settings), page, clock())
        budget.spend(len(rows))
        if rows and rows == before:
            raise SourceChanged(f"{settings.url} gives the same page again and again: it does not know `page`.")
        is_last = all(_is_older(row, oldest) for row in rows)
        after = Cursor(page=page + 1, began_at=began, swept_at=cursor.swept_at)
        yield _make_batch(
            [_make_item(settings, row, JSON, clock()) for row in rows],
            cursor=Cursor(swept_at=began) if is_last else after,
            gaps=_find_gap(settings, cursor, oldest, began) if page == 1 and not window else (),
            more=not is_last,
        )
        if is_last:
            return
        before = rows


def _is_older(payload: bytes, oldest: datetime) -> bool:
    try:
        at = reported_at(read_columns(payload, JSON))
    except Poison:
        return False
    return at is not None and at < oldest


def _find_gap(settings: Settings, cursor: Cursor, oldest: datetime, now: datetime) -> tuple[Gap, ...]:
    if cursor.swept_at is None or cursor.swept_at >= oldest:
        return ()
    cause = f"the list was not read for more than {settings.days} days: read the time between with --since and --until"
    return (Gap(source=settings.name, since=cursor.swept_at, until=oldest, cause=cause, noticed_at=now),)


def _make_item(settings: Settings, payload: bytes, media_type: str, now: datetime) -> Item | Quarantined:
    item = Item(
        channel=settings.channel,
        account=settings.name,
        native_id=contents_id(payload),
        collector="lapor",
        source=settings.name,
        payload=payload,
        media_type=media_type,
        observed_at=now,
    )
    try:
        row = read_columns(payload, media_type)
        return item.replace(native_id=read_tracking_id(row), kind="ended" if is_over(row) else "upsert")
    except Poison as error:
        return Quarantined(item=item, reason=str(error), at=now)


def _make_batch(
    made: Sequence[Item | Quarantined], *, cursor: Cursor, gaps: tuple[Gap, ...] = (), more: bool = False
) -> Batch:
    return Batch(
        items=tuple(one for one in made if isinstance(one, Item)),
        poison=tuple(one for one in made if isinstance(one, Quarantined)),
        gaps=gaps,
        cursor=cursor,
        more=more,
    )


def _list(settings: Settings) -> Listing:
    return Listing(url=str(settings.url), token=settings.token.get_secret_value(), page_size=settings.page_size)
