import io
import random
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from drawn import COPIES, Picture, draw_scene, encode, take_again
from made import NOW, make_place, make_voice
from made import make_post as make_plain_post
from PIL import Image, ImageFilter

from dengar.ingest.formats.editing import find_editor
from dengar.ingest.formats.exif import read_photo
from dengar.models import Changes, Erasing, Event, Media, Photo, Post, Report, Sighting
from dengar.pipeline import clean_photos, make_media
from dengar.proving import Examined, Proving
from dengar.routing.proof import doubt_place, doubt_time
from dengar.routing.states import fold_all, grow
from dengar.store import Store
from dengar.store.leases import Lease

LATER = NOW + timedelta(days=1)
PLACE = make_place(lat=-6.2210, lon=106.8260, precision="point")


def in_setiabudi(lats: Sequence[float], lons: Sequence[float]) -> Iterable[str | None]:
    """Say that the kelurahan lies west of a line."""
    return ["31.74.02.1001" if lon < 106.83 else "31.74.02.1002" for lon in lons]


@cache
def scene(seed: int) -> Picture:
    return draw_scene(seed)


def shot(picture: Picture, **tags: Any) -> Photo:  # noqa: ANN401  as make_exif takes them
    """Give the picture as a telephone sends it."""
    return read_photo(encode(picture, exif=make_exif(**tags)), "image/jpeg")


def make_exif(
    taken: str | None = None, lat: float | None = None, lon: float = 0, software: str | None = None
) -> Image.Exif:
    exif = Image.Exif()
    if software:
        exif[0x0131] = software
    if taken:
        exif[0x8769] = {0x9003: taken, 0x9011: "+07:00"}
    if lat is not None:
        exif[0x8825] = {1: "S", 2: (-lat, 0.0, 0.0), 3: "E", 4: (lon, 0.0, 0.0)}
    return exif


def make_report(number: str = "JK1", **changes: object) -> Report:
    return fold_all([receive(number)]).replace(**changes)


def receive(number: str) -> Event:
    return Event(
        report=number, seq=0, kind="received", at=NOW, actor="dengar", category="jalan_rusak", title="Jalan berlubang",
        urgency="routine", voice=make_voice(number), place=PLACE,
    )  # fmt: skip


def open_report(store: Store, number: str = "JK1") -> Report:
    report = make_report(number)
    store.grow_report(report, [receive(number)])
    return report


def move(store: Store, report: Report, at: datetime, **what: object) -> Report:
    grown, events = grow(report, Event(report="", seq=0, kind="state", at=at, actor="Rina").replace(**what))
    store.grow_report(grown, events)
    return grown


def close(store: Store, report: Report, photos: Sequence[Photo], at: datetime = LATER) -> Report:
    """Close a report with these photos, whatever speaks against them."""
    ids = examine(store, report, *photos, at=at).ids
    return move(store, report, at, state="selesai", photos=ids)


def complain(store: Store, picture: Picture, number: str, native_id: str = "1", revision: int = 1) -> Post:
    """Let a citizen complain with a photo."""
    cleaned = clean_photos([shot(picture)])
    media = tuple(make_media(*one) for one in cleaned)
    post = make_plain_post(native_id, media=media, report=number, revision=revision)
    save(store, Changes(posts=(post,), photos=tuple(cleaned)))
    return post


def save(store: Store, changes: Changes) -> None:
    store.save_changes(changes, lease(store), NOW)


def lease(store: Store) -> Lease:
    taken = store.leases.take("pipeline", "test", NOW)
    assert taken is not None
    return taken


def examine(store: Store, report: Report, *photos: Photo, at: datetime = LATER) -> Examined:
    return Proving(store, in_setiabudi).examine(photos, report, at)


def told(examined: Examined) -> str:
    assert all(one.kind == "proof" for one in examined.doubts)
    return " | ".join(one.reason for one in examined.doubts)


def test_an_honest_photo_is_kept_without_a_doubt(store: Store) -> None:
    report = open_report(store)
    photo = shot(scene(1), taken="2026:11:21 09:00:00", lat=-6.2215, lon=106.8262)
    examined = examine(store, report, photo)
    assert (examined.doubts, examined.remarks) == ((), ())
    (media_id,) = examined.ids
    kept = store.media.find(media_id)
    assert kept is not None
    assert not Image.open(io.BytesIO(kept[0])).getexif()


def test_a_photo_without_exif_is_a_remark_and_no_doubt(store: Store) -> None:
    examined = examine(store, open_report(store), shot(scene(1)))
    assert examined.doubts == ()
    assert "tidak memuat waktu dan tempat" in examined.remarks[0]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"taken": "2026:11:20 09:55:00"}, ""),  # clocks may differ
        ({"taken": "2026:11:20 09:00:00"}, "sebelum masalah ini dilaporkan (20-11-2026 pukul 10.00 WIB)"),
        ({"taken": "2026:11:21 11:00:00"}, "belum tiba"),
        ({"taken": "0000:00:00 00:00:00"}, ""),
        ({"lat": -6.2220, "lon": 106.8270}, ""),
        ({"lat": -6.2250, "lon": 106.8270}, "diambil 456 m dari lokasi laporan"),
        ({"lat": -6.3250, "lon": 106.8270}, "diambil 11,5 km dari lokasi laporan"),
        ({"software": "Adobe Photoshop 25.1 (Windows)"}, "Adobe Photoshop 25.1"),
        ({"software": "HDR+ 1.0.540104767zd"}, ""),
        ({"software": "GPS Map Camera"}, ""),
    ],
)  # fmt: skip
def test_exif_is_held_against_the_report(tags: dict[str, Any], expected: str) -> None:
    photo = shot(scene(1), **tags)
    told = (doubt_time(photo, NOW, LATER), doubt_place(photo, make_report(), in_setiabudi), find_editor(photo.data))
    (reason,) = [one for one in told if one] or [""]
    assert expected in reason
    assert bool(reason) == bool(expected)


def test_all_that_speaks_against_a_photo_is_told(store: Store) -> None:
    tags = {"taken": "2026:11:19 09:00:00", "lat": -6.3, "lon": 106.8, "software": "Snapseed 2.0"}
    examined = examine(store, open_report(store), shot(scene(1), **tags))
    assert [one.reason.split(" ", 3)[3].split(" ")[:2] for one in examined.doubts] == [
        ["pernah", "disunting"],
        ["diambil", "19-11-2026"],
        ["diambil", "9,2"],
    ]


@pytest.mark.parametrize(
    ("changes", "lon", "doubted"),
    [
        ({"precision": "kelurahan"}, 106.81, False),
        ({"precision": "kelurahan"}, 106.831, False),  # 111 m beyond the border
        ({"precision": "kelurahan"}, 106.84, True),
        ({"precision": "kecamatan", "level": "kecamatan", "kelurahan": None, "kelurahan_code": None}, 106.84, False),
        ({"lat": None, "lon": None}, 106.84, True),
    ],
)
def test_without_an_exact_place_the_area_counts(changes: dict[str, object], lon: float, *, doubted: bool) -> None:
    report = make_report(place=PLACE.replace(**changes))
    reason = doubt_place(shot(scene(1), lat=-6.29, lon=lon), report, in_setiabudi) or ""
    assert ("di luar Setiabudi" in reason) == bool(reason) == doubted


def test_a_report_without_place_has_nothing_to_compare() -> None:
    assert doubt_place(shot(scene(1), lat=-7.0, lon=110.0), make_report(place=None), in_setiabudi) is None


def test_every_point_of_an_incident_is_its_place() -> None:
    points = (Sighting(lat=-6.25, lon=106.84, last_at=NOW),)
    assert doubt_place(shot(scene(1), lat=-6.2501, lon=106.84), make_report(points=points), in_setiabudi) is None


def test_a_photo_from_before_a_reopening_proves_nothing(store: Store) -> None:
    report = close(store, open_report(store), [shot(scene(1))])
    report = move(store, report, LATER + timedelta(hours=1), state="dibuka_lagi", reason="Masih rusak")
    old = shot(scene(2), taken="2026:11:21 08:00:00")
    assert "sebelum masalah ini dilaporkan" in told(examine(store, report, old, at=LATER + timedelta(hours=2)))


def test_the_proof_of_another_report_proves_nothing(store: Store) -> None:
    close(store, open_report(store, "JK1"), [shot(scene(1))])
    copies = ("sent through a chat", "cropped by 3 %", "stamped with place and time", "mirrored")
    examined = examine(store, open_report(store, "JK2"), *(shot(COPIES[copy](scene(1))) for copy in copies))
    again = "sama atau hampir sama dengan bukti penyelesaian pada laporan JK1 (21-11-2026 pukul 10.00 WIB)"
    assert [(one.reason, one.related) for one in examined.doubts] == [
        (f"Foto bukti {place} {again}.", "JK1") for place in (1, 2, 3, 4)
    ]


def test_the_proof_that_did_not_hold_before_proves_nothing(store: Store) -> None:
    report = close(store, open_report(store), [shot(scene(1))])
    report = move(store, report, LATER, state="dibuka_lagi")
    examined = examine(store, report, shot(scene(1)))
    assert "bukti penyelesaian pada laporan ini" in told(examined)
    assert examined.doubts[0].related is None


def test_the_photo_of_a_complaint_proves_nothing(store: Store) -> None:
    mine, other = open_report(store, "JK1"), open_report(store, "JK2")
    complain(store, scene(1), "JK1")
    copy = shot(COPIES["sent through a chat"](scene(1)))
    assert "foto pengaduan pada laporan ini" in told(examine(store, mine, copy))
    assert "foto pengaduan pada laporan JK1" in told(examine(store, other, copy))


def test_the_same_place_after_the_repair_is_no_copy_of_the_complaint(store: Store) -> None:
    report = open_report(store)
    for seed in range(3):
        complain(store, scene(seed), report.number, str(seed))
    examined = examine(store, report, *(shot(take_again(scene(seed))) for seed in range(3)))
    assert (len(examined.ids), told(examined)) == (3, "")


def test_one_proof_may_close_a_report_and_its_duplicates(store: Store) -> None:
    close(store, open_report(store, "JK1"), [shot(scene(1))])
    duplicate = open_report(store, "JK2").replace(duplicate_of="JK1")
    parent = open_report(store, "JK3").replace(merged=("JK1",))
    assert examine(store, duplicate, shot(scene(1))).doubts == ()
    assert examine(store, parent, shot(scene(1))).doubts == ()


def test_a_photo_that_was_examined_and_withdrawn_is_no_proof(store: Store) -> None:
    report = open_report(store, "JK1")
    examine(store, report, shot(scene(1)))
    assert examine(store, report, shot(scene(1))).doubts == ()
    assert examine(store, open_report(store, "JK2"), shot(scene(1))).doubts == ()


def generated() -> Photo:
    """Give a picture that says of itself that a model made it."""
    out = io.BytesIO()
    kind = b"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    xmp = b'<rdf:Description Iptc4xmpExt:DigitalSourceType="' + kind + b'"/>'
    scene(1).save(out, "JPEG", xmp=xmp)
    return read_photo(out.getvalue(), "image/jpeg")


def test_a_photo_that_shows_nothing_real_is_doubted(store: Store) -> None:
    photos = {
        "tidak dapat dibuka": Photo(data=b"\xff\xd8\xff", media_type="image/jpeg"),
        "hanya memperlihatkan satu warna": shot(Image.new("RGB", (640, 480), "black")),
        "terlalu kecil (160 x 120 piksel)": shot(scene(2).resize((160, 120))),
        "terlalu kabur untuk dinilai": shot(scene(3).filter(ImageFilter.GaussianBlur(14))),
        "menyatakan dirinya dibuat atau diubah oleh kecerdasan buatan": generated(),
    }
    soft = shot(scene(4).filter(ImageFilter.GaussianBlur(2)))
    examined = examine(store, open_report(store), *photos.values(), soft)
    told = [f"Foto bukti {place} {reason}." for place, reason in enumerate(photos, start=1)]
    assert [one.reason for one in examined.doubts] == told
    assert len(examined.ids) == len(photos)  # one could not be opened, the soft one is added


def test_editors_are_found_in_xmp_as_well() -> None:
    out = io.BytesIO()
    scene(1).save(out, "JPEG", xmp=b'<rdf:Description xmp:CreatorTool="Canva (Renderer)"/>')
    assert find_editor(out.getvalue()) == "Canva (Renderer)"
    assert find_editor(b"") is None


def test_what_citizens_delete_is_no_longer_found_and_proofs_stay(store: Store) -> None:
    report = open_report(store, "JK1")
    post = complain(store, scene(1), "JK1")
    proved = close(store, open_report(store, "JK2"), [shot(scene(2))])
    again = complain(store, scene(2), "JK1", "2")
    gone = Erasing(item_ids=(post.item_id, again.item_id))
    store.erase(gone, lease(store), LATER)
    assert store.media.find(post.media[0].id) is None
    assert examine(store, report, shot(scene(1))).doubts == ()
    assert store.media.find(proved.proof[0]) is not None
    assert "bukti penyelesaian pada laporan JK2" in told(examine(store, report, shot(scene(2))))


def test_an_edited_complaint_shows_only_its_present_photos(store: Store) -> None:
    report = open_report(store, "JK1")
    complain(store, scene(1), "JK1")
    complain(store, scene(2), "JK1", revision=2)
    assert examine(store, report, shot(scene(1))).doubts == ()
    assert "foto pengaduan" in told(examine(store, report, shot(scene(2))))


def test_a_hash_within_seven_bits_is_always_found(store: Store) -> None:
    choose = random.Random(7)
    prints = [f"{choose.getrandbits(64):016x}" for _ in range(200)]
    photos = [Media(id=f"m{n}", media_type="image/jpeg", size=1, print=one) for n, one in enumerate(prints)]
    store.prints.add_proof("JK1", photos, NOW)
    for n, one in enumerate(prints):
        flipped = int(one, 16) ^ sum(1 << bit for bit in choose.sample(range(64), n % 8))
        assert f"m{n}" in [shown.media for shown in store.prints.find_near([f"{flipped:016x}"])]
