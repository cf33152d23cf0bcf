"""A small city for the tests: units, and reports with their history and voices, saved as the pipeline saves them."""

from datetime import UTC, datetime, timedelta

from dengar.models import (
    Candidate,
    Doubt,
    Event,
    Item,
    Labels,
    Photo,
    Place,
    Post,
    Report,
    Routing,
    State,
    Unit,
    Urgency,
    Voice,
    post_id,
)
from dengar.store import Store

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
AUTHOR = "8f3a-author-pseudonym"
TEBET = Place(
    level="kelurahan",
    kota="Jakarta Selatan",
    kota_code="31.74",
    kecamatan="Tebet",
    kecamatan_code="31.74.01",
    kelurahan="Tebet Timur",
    kelurahan_code="31.74.01.1002",
    lat=-6.22812345,
    lon=106.85512345,
    precision="point",
    confidence=0.93,
    candidates=(Candidate(kelurahan_code="31.74.01.1001", kelurahan="Tebet Barat", confidence=0.07),),
    border_m=23.0,
    border_name="Tebet Barat",
    reason="Titik dari pelapor jatuh di Tebet Timur.",
)
UNITS = (
    Unit(code="kota:31.74", name="Jakarta Selatan", kind="kota", area="31.74"),
    Unit(code="kel:31.74.01.1001", name="Kelurahan Tebet Barat", kind="kelurahan", area="31.74.01.1001"),
    Unit(code="kel:31.74.01.1002", name="Kelurahan Tebet Timur", kind="kelurahan", area="31.74.01.1002"),
    Unit(code="sda", name="Dinas Sumber Daya Air", kind="dinas"),
)


def save_post(
    store: Store, number: str, text: str, *, report: str | None, is_complaint: bool = True, channel: str = "x"
) -> Post:
    """Store a judged post that was told this number."""
    item_id = f"{channel}:akun:{number}"
    post = Post(
        id=post_id(item_id),
        item_id=item_id,
        source="akun",
        channel=channel,
        author=AUTHOR,
        text=text,
        created_at=NOW - timedelta(minutes=12),
        observed_at=NOW,
        url="https://x.example.com/akun_rahasia/1",
        number=number,
        labels=Labels(category="banjir", is_complaint=is_complaint, confidence=0.9),
        report=report,
    )
    store.posts.save([post], None)
    return post


def save_waiting(store: Store, number: str) -> None:
    """Store an item that nobody has judged yet."""
    item = Item(
        channel="form",
        account="web",
        native_id=number,
        collector="form",
        source="web",
        payload=b"text=banjir",
        media_type="application/x-www-form-urlencoded",
        observed_at=NOW,
        number=number,
    )
    store.save_batch("web", [item], [], None, 0)


def save_report(
    store: Store,
    number: str = "DKI-2611-000100",
    *,
    title: str = "Banjir setinggi lutut di Tebet Timur",
    texts: tuple[str, ...] = ("Banjir setinggi lutut, mohon pompa.",),
    category: str | None = "banjir",
    place: Place | None = TEBET,
    unit: str | None = "sda",
    state: State = "menunggu",
    urgency: Urgency = "routine",
    review: tuple[str, ...] = (),
    ago: timedelta = timedelta(minutes=12),
    channels: tuple[str, ...] = ("x",),
    photos: tuple[tuple[str, Photo], ...] = (),
) -> Report:
    """Store a report with one voice for each text."""
    at = NOW - ago
    numbers = tuple(f"{number}" if place_no == 0 else f"{number}-{place_no}" for place_no in range(len(texts)))
    posts = [
        save_post(store, one, text, report=number, channel=channels[i % len(channels)])
        for i, (one, text) in enumerate(zip(numbers, texts, strict=True))
    ]
    routing = Routing(
        unit=unit,
        rule="banjir",
        reason="Banjir ditangani dinas yang mengurus air.",
        respond_by=at + timedelta(hours=24),
        resolve_by=at + timedelta(hours=72),
    )
    report = Report(
        number=number,
        category=category,
        title=title,
        urgency=urgency,
        confidence=0.9,
        place=place,
        kel=(place.kelurahan_code if place else None) or "_",
        unit=unit,
        state=state,
        routing=routing,
        needs_review=tuple(Doubt(kind="place", reason=one) for one in review),
        created_at=at,
        updated_at=at,
        received_at=at,
        last_voice_at=at,
        version=0,
        voices=len(texts),
        authors=(AUTHOR,),
        channels=channels,
        numbers=numbers,
        photos=tuple(key for key, _ in photos),
    )
    events = _history(report, posts)
    store.events.append(events, None)
    store.reports.save([report.replace(version=len(events))], events, None)
    store.media.save(photos)
    return report


def _history(report: Report, posts: list[Post]) -> list[Event]:
    voices = [
        Voice(post_id=post.id, author=post.author, channel=post.channel, number=post.number, said_at=post.created_at)
        for post in posts
    ]
    told: list[dict[str, object]] = [{"kind": "received", "voice": voices[0], "title": report.title}]
    told.append({"kind": "routed", "routing": report.routing})
    told += [{"kind": "review", "doubt": one.kind, "reason": one.reason} for one in report.needs_review]
    told += [{"kind": "voice", "voice": voice} for voice in voices[1:]]
    told.append({"kind": "note", "reason": "catatan dalam"})
    if report.state != "menunggu":
        told.append({"kind": "state", "state": report.state, "reason": "Petugas sudah di lokasi."})
    return [
        Event(report=report.number, seq=seq, at=report.created_at + timedelta(minutes=seq), actor="petugas-7", **fields)  # type: ignore[arg-type]
        for seq, fields in enumerate(told)
    ]


__all__ = ["AUTHOR", "NOW", "TEBET", "UNITS", "save_post", "save_report", "save_waiting"]
