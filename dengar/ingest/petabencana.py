"""PetaBencana.id (once PetaJakarta): what residents report of a disaster, often no more than a depth and a point."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import msgspec
from pydantic import Field, HttpUrl

from dengar.errors import Poison, SourceChanged, StopSource
from dengar.ingest.disaster.feature import find_id, make_text, read_feature, sum_up
from dengar.ingest.disaster.words import CATEGORIES
from dengar.ingest.fetch import Answer, fetch_url, make_error, read_json
from dengar.ingest.formats.row import LONGEST_TEXT, contents_id, plausible
from dengar.ingest.formats.snapshot import Difference, Memory, Shown, compare
from dengar.ingest.protocol import Batch, Budget, Clock, Description, SourceSettings, Window
from dengar.ingest.protocol import Cursor as AnyCursor
from dengar.models import Draft, Gap, Item, Kind, Quarantined

WEEK_SECONDS = 604_800  # the API gives no more
CLOCK_SKEW = timedelta(minutes=10)
NO_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # dates what a check throws away


class Settings(SourceSettings):
    """The API's address, the region to ask for, and how far back (`timeperiod`, seconds) each time.

    Older servers know `city` ("jbd") in place of `admin` ("ID-JK"); what is empty is not sent.
    """

    url: HttpUrl = HttpUrl("https://api.petabencana.id/reports")
    channel: str = "petabencana"
    admin: str = "ID-JK"
    city: str = ""
    timeperiod: int = Field(default=WEEK_SECONDS, ge=60, le=WEEK_SECONDS)
    closes_after: int = Field(default=3, ge=1)


class Cursor(AnyCursor, frozen=True, kw_only=True):
    """When the reports were read last, and what was shown."""

    read_at: datetime | None = None
    memory: Memory = Memory()


class Collection(msgspec.Struct, frozen=True):
    """GeoJSON, if its type is FeatureCollection."""

    type: str = ""
    features: tuple[msgspec.Raw, ...] | None = None


class Answered(Collection, frozen=True):
    """The collection itself, or wrapped as `result`."""

    result: Collection | None = None


class Seen(msgspec.Struct, frozen=True):
    """A report that residents made."""

    payload: bytes
    shown: Shown


def pull(settings: Settings, cursor: Cursor, window: Window | None, budget: Budget, clock: Clock) -> Iterator[Batch]:
    """Read all reports of the asked time; those that the API takes back before it is over have ended.

    The past beyond that time is closed to the public, so a window reads what there is now.
    """
    del window
    now = clock()
    budget.ask()
    seen, poison = _read(settings, _fetch(settings, now), now)
    oldest = min((one.shown.at for one in seen if one.shown.at), default=None)
    since = now - timedelta(seconds=settings.timeperiod)
    found = compare(
        cursor.memory,
        [one.shown for one in seen],
        closes_after=settings.closes_after,
        most=budget.posts,
        # A server that limits its answer leaves out the oldest reports: they are not over.
        is_covered=lambda one: one.at is not None and one.at > max(since + CLOCK_SKEW, oldest or since),
    )
    budget.spend(len(found.new) + len(found.changed))
    yield Batch(
        items=tuple(_make_items(settings, found, {one.shown.id: one.payload for one in seen}, now)),
        poison=poison,
        gaps=_find_gap(settings, cursor, since, now),
        cursor=Cursor(read_at=now if found.is_whole else cursor.read_at, memory=found.memory),
    )


def parse(item: Item) -> Draft:
    """Read one report; one without words says what its author filled in ("Banjir setinggi 70 cm")."""
    feature = read_feature(item.payload)
    text = make_text(feature).replace("\0", "").strip()
    if not text:
        raise Poison("The report has neither text nor a kind of disaster.")
    time = plausible(feature.time, item.observed_at)
    links = (feature.properties.url, feature.properties.image_url)
    flags = {"bad_time": time is None, "bad_coordinates": feature.point is None}
    return Draft(
        text=text[:LONGEST_TEXT],
        author="",
        created_at=time or item.observed_at,
        url=next((link for link in links if link and link.startswith(("https://", "http://"))), None),
        geotag=feature.point,
        category_hint=CATEGORIES.get(feature.kind),
        flags=tuple(flag for flag, is_set in flags.items() if is_set),
    )


def check(settings: Settings) -> list[str]:
    """Ask once; raises StopSource for an address that gives no reports."""
    read_features(_fetch(settings, NO_TIME), str(settings.url))
    return []


def describe() -> Description:
    """Tell what an operator should know."""
    return Description(
        retention="one week",
        ordering="newest first, all at once",
        sees_edits=True,
        sees_deletions=False,
        price="free",
    )


def read_features(answer: Answer, url: str) -> tuple[msgspec.Raw, ...]:
    """Cut GeoJSON into its features; raises SourceChanged for TopoJSON, which is what the API gives unasked."""
    answered = read_json(answer, url, Answered)
    found = answered.result or answered
    if found.type != "FeatureCollection":
        given = f"as {found.type}" if found.type else "without a type"
        raise SourceChanged(f"{url} answers {given}: only GeoJSON is read, which is asked for as geoformat=geojson.")
    return found.features or ()


def _fetch(settings: Settings, now: datetime) -> Answer:
    asked = {"geoformat": "geojson", "timeperiod": str(settings.timeperiod)}
    asked |= {name: value for name, value in (("admin", settings.admin), ("city", settings.city)) if value}
    return fetch_url(f"{settings.url}?{urlencode(asked)}", now=now, explain=_explain)


def _explain(answer: Answer, url: str, now: datetime) -> StopSource:
    if answer.status == 400:  # noqa: PLR2004  bad request
        words = answer.body[:200].decode("utf-8", "replace")
        return SourceChanged(f"{url} does not take the question: correct admin, city or timeperiod. It says: {words}")
    return make_error(answer, url, now)


def _read(settings: Settings, answer: Answer, now: datetime) -> tuple[list[Seen], tuple[Quarantined, ...]]:
    """Read the reports, oldest first, and put aside what cannot be read."""
    seen: list[Seen] = []
    poison: list[Quarantined] = []
    for raw in read_features(answer, str(settings.url)):
        payload = bytes(raw)
        try:
            seen += _see(payload, now)
        except Poison as error:
            item = _make_item(settings, "upsert", contents_id(payload), payload, now)
            poison.append(Quarantined(item=item, reason=str(error), at=now))
    return sorted(seen, key=lambda one: one.shown.at or now), tuple(poison)


def _see(payload: bytes, now: datetime) -> Iterator[Seen]:
    feature = read_feature(payload)
    if not feature.properties.is_training:  # an exercise
        shown = Shown(id=find_id(feature), digest=sum_up(feature), at=plausible(feature.time, now))
        yield Seen(payload=payload, shown=shown)


def _find_gap(settings: Settings, cursor: Cursor, since: datetime, now: datetime) -> tuple[Gap, ...]:
    if cursor.read_at is None or cursor.read_at >= since:
        return ()
    cause = "the API does not reach back to when it was read last: read it more often"
    return (Gap(source=settings.name, since=cursor.read_at, until=since, cause=cause, noticed_at=now),)


def _make_items(settings: Settings, found: Difference, payloads: Mapping[str, bytes], now: datetime) -> Iterator[Item]:
    for kind, native_id in found.kinds():
        yield _make_item(settings, kind, native_id, payloads.get(native_id, b""), now)


def _make_item(settings: Settings, kind: Kind, native_id: str, payload: bytes, now: datetime) -> Item:
    return Item(
        channel=settings.channel,
        account=settings.name,
        native_id=native_id,
        collector="petabencana",
        source=settings.name,
        payload=payload,
        media_type="application/geo+json",
        observed_at=now,
        kind=kind,
    )
