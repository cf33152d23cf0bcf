"""Records for tests, with everything that a test does not care about filled in."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from dengar.models import Item, Labels, Place, Post, Report, Routing, Voice, post_id

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
KEY = b"the key of the tests"


def make_item(native_id: str = "1", text: str = "Lampu jalan mati", **changes: object) -> Item:
    payload = json.dumps({"id": native_id, "text": text}).encode()
    item = Item(
        channel="berkas",
        account="berkas",
        native_id=native_id,
        collector="files",
        source="kotak",
        payload=payload,
        media_type="application/json",
        observed_at=NOW,
    )
    return item.replace(**changes)


def make_place(code: str = "31.74.02.1001", **changes: object) -> Place:
    kecamatan_code, kota_code = code.rpartition(".")[0], code[:5]
    place = Place(
        level="kelurahan",
        kota="Jakarta Selatan",
        kota_code=kota_code,
        kecamatan="Setiabudi",
        kecamatan_code=kecamatan_code,
        kelurahan="Setiabudi",
        kelurahan_code=code,
        confidence=0.9,
    )
    return place.replace(**changes)


def make_labels(category: str = "jalan_rusak", **changes: object) -> Labels:
    return Labels(category=category, is_complaint=True, confidence=0.9, model="made").replace(**changes)


def make_post(native_id: str = "1", text: str = "Jalan berlubang", **changes: object) -> Post:
    item_id = f"berkas:berkas:{native_id}"
    post = Post(
        id=post_id(item_id),
        item_id=item_id,
        source="kotak",
        channel="berkas",
        author=f"author of {native_id}",
        text=text,
        created_at=NOW,
        observed_at=NOW,
        labels=make_labels(),
        place=make_place(),
    )
    return post.replace(**changes)


def reasons(report: Report) -> list[str]:
    """Give why a person must look at it."""
    return [one.reason for one in report.needs_review]


def make_voice(post: str = "1", authors: Sequence[str] = (), **changes: object) -> Voice:
    author = authors[0] if authors else f"author of {post}"
    return Voice(post_id=post, author=author, channel="berkas", said_at=NOW).replace(**changes)


def make_open_report(number: str = "DKI-2611-000001", **changes: object) -> Report:
    """Make a report of one voice, without a history."""
    report = Report(
        number=number,
        category="jalan_rusak",
        title="Jalan berlubang",
        urgency="routine",
        confidence=0.9,
        place=make_place(),
        kel="31.74.02.1001",
        unit="sda",
        state="menunggu",
        routing=Routing(unit="sda"),
        created_at=NOW,
        last_voice_at=NOW,
        updated_at=NOW,
        received_at=NOW,
        version=1,
        voices=1,
        authors=("author of 1",),
        channels=("berkas",),
        numbers=(number,),
    )
    return report.replace(**changes)
