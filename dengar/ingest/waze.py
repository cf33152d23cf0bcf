"""Waze for Cities: what drivers report, as a snapshot of everything that Waze shows at the moment."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from pydantic import Field, SecretStr

from dengar.errors import Poison, SourceChanged, StopSource, Transient
from dengar.ingest.fetch import Answer, fetch_url, read_json
from dengar.ingest.formats.row import LONGEST_TEXT, contents_id, plausible
from dengar.ingest.formats.snapshot import Difference, Memory, Shown, compare
from dengar.ingest.protocol import Batch, Budget, Clock, Description, SourceSettings, Window
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.ingest.traffic.entry import LISTS, find_codes, find_id, read_entry, read_millis, sum_up
from dengar.ingest.traffic.words import LASTING, TAKEN, WORDS
from dengar.models import Draft, Item, Kind, Quarantined

FEED = "The Waze feed"  # its address holds the partner's token: no message may show it
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a check throws away
LARGEST_LEAD = timedelta(hours=1)


class Settings(SourceSettings):
    """The whole address of the partner feed, which is a secret, and which types of alerts are taken.

    `types` are names of types or subtypes. One that is `lasting` goes away when drivers stop confirming it, but is not
    over then.
    """

    url: SecretStr = Field(min_length=1)
    channel: str = "waze"
    types: tuple[str, ...] = TAKEN
    lasting: tuple[str, ...] = LASTING
    closes_after: int = Field(default=3, ge=1)
    stale_after_minutes: int = Field(default=15, ge=1)


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """The end of the last snapshot (milliseconds since 1970), and what was shown."""

    end: int = 0
    memory: Memory = Memory()


class Snapshot(msgspec.Struct, frozen=True, rename="camel"):
    """The whole answer; a list in which there is nothing is left out."""

    end_time_millis: int
    alerts: tuple[msgspec.Raw, ...] = ()
    jams: tuple[msgspec.Raw, ...] = ()
    irregularities: tuple[msgspec.Raw, ...] = ()


class Seen(msgspec.Struct, frozen=True):
    """An entry, and whether it was asked for."""

    payload: bytes
    time: datetime
    shown: Shown
    is_wanted: bool


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read the snapshot; one that is not newer than the last gives nothing.

    There is no past to ask for, so a window reads what there is now.
    """
    del window
    now = clock()
    budget.ask()
    snapshot = read_json(_fetch(settings, now), FEED, Snapshot)
    _refuse_old(settings, snapshot, now)
    if snapshot.end_time_millis <= cursor.end:
        return
    seen, poison = _read(settings, snapshot, now)
    others = {one.shown.id for one in seen if not one.is_wanted}
    found = compare(
        cursor.memory,
        [one.shown for one in seen if one.is_wanted],
        closes_after=settings.closes_after,
        most=budget.posts,
        # One that has another type now, or is no longer asked for, is still there.
        is_covered=lambda one: one.id not in others,
    )
    budget.spend(len(found.new) + len(found.changed))
    # What a budget left out is in the same snapshot the next time.
    end = snapshot.end_time_millis if found.is_whole else cursor.end
    items = _make_items(settings, found, {one.shown.id: one.payload for one in seen}, now)
    yield Batch(items=tuple(items), poison=tuple(poison), cursor=Cursor(end=end, memory=found.memory))


def parse(item: Item) -> Draft:
    """Read one entry; its text is what Waze's codes mean and where it is, and what the driver added."""
    entry = read_entry(item.payload)
    code, kind = find_codes(entry, item.native_id)
    words, category = WORDS.get(code) or WORDS.get(kind) or (f"Laporan Waze {code}", None)
    place = ", ".join(part for part in (entry.street, entry.city) if part)
    said = (f"{words} di {place}" if place else words, (entry.report_description or "").strip())
    time = plausible(entry.time, item.observed_at)
    flags = {"bad_time": time is None, "bad_coordinates": entry.point is None}
    return Draft(
        text="\n".join(filter(None, said)).replace("\0", "")[:LONGEST_TEXT],
        author="",
        created_at=time or item.observed_at,
        geotag=entry.point,
        place_hint=place or None,
        category_hint=category,
        flags=tuple(flag for flag, is_set in flags.items() if is_set),
    )


def check(settings: Settings) -> list[str]:
    """Read the feed once, and find names that are no types; raises StopSource for an address that gives no feed."""
    read_json(_fetch(settings, NO_TIME), FEED, Snapshot)
    unknown = [name for name in (*settings.types, *settings.lasting) if name not in WORDS]
    return [f"sources.{settings.name}: Waze has no type {name}: see docs/sources/waze.md." for name in unknown]


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="what is shown now, often less than an hour",
        ordering="none: a whole snapshot each time",
        sees_edits=True,
        sees_deletions=False,
        price="free for partners of Waze for Cities",
    )


def _fetch(settings: Settings, now: datetime) -> Answer:
    address = settings.url.get_secret_value()
    try:
        return fetch_url(address, now=now)
    except StopSource as error:
        error.args = (str(error).replace(address, FEED),)
        raise


def _refuse_old(settings: Settings, snapshot: Snapshot, now: datetime) -> None:
    """Refuse a snapshot that is stale, or so far ahead that every later one would count as older."""
    end = read_millis(snapshot.end_time_millis)
    if end is None or end > now + LARGEST_LEAD:
        raise SourceChanged(f"{FEED} ends at {end or snapshot.end_time_millis}: compare the clock here with Waze's.")
    if end < now - timedelta(minutes=settings.stale_after_minutes):
        raise Transient(f"{FEED} ends at {end:%d %b %H:%M} UTC and is not renewed: if that stays, ask Waze's support.")


def _read(settings: Settings, snapshot: Snapshot, now: datetime) -> tuple[list[Seen], list[Quarantined]]:
    """Read all entries, oldest first, and put aside what cannot be read."""
    seen: list[Seen] = []
    poison: list[Quarantined] = []
    for name, prefix in LISTS.items():
        for raw in getattr(snapshot, name):
            try:
                seen.append(_see(settings, bytes(raw), prefix, now))
            except Poison as error:
                item = _make_item(settings, "upsert", contents_id(bytes(raw)), bytes(raw), now)
                poison.append(Quarantined(item=item, reason=str(error), at=now))
    return sorted(seen, key=lambda one: one.time), poison


def _see(settings: Settings, payload: bytes, prefix: str, now: datetime) -> Seen:
    entry = read_entry(payload)
    native_id = find_id(entry, prefix)
    codes = set(find_codes(entry, native_id))
    shown = Shown(id=native_id, digest=sum_up(entry, native_id), lasting=not codes.isdisjoint(settings.lasting))
    is_wanted = not entry.is_own and not codes.isdisjoint(settings.types)
    return Seen(payload=payload, time=entry.time or now, shown=shown, is_wanted=is_wanted)


def _make_items(settings: Settings, found: Difference, payloads: Mapping[str, bytes], now: datetime) -> Iterator[Item]:
    for kind, native_id in found.kinds():
        yield _make_item(settings, kind, native_id, payloads.get(native_id, b""), now)


def _make_item(settings: Settings, kind: Kind, native_id: str, payload: bytes, now: datetime) -> Item:
    return Item(
        channel=settings.channel,
        account=settings.name,
        native_id=native_id,
        collector="waze",
        source=settings.name,
        payload=payload,
        media_type="application/json",
        observed_at=now,
        kind=kind,
    )
