"""The photos with which a unit closes a report: kept, and examined for what speaks against them.

    Proving.examine(photos, report, at)
      clean_photos     upright, without EXIF; what cannot be opened is a doubt
      find_flaw        too small, of one colour, blurred
      find_editor      edited, or generated, by what its own bytes say
      doubt_time       its EXIF time is before the report, or in the future
      doubt_place      its EXIF place is too far from the report's, or outside its kelurahan
      find_reuse       the same picture was shown before, as a proof or with a complaint
      save             photos and hashes, for the proofs to come

A photo without EXIF is no doubt, because messengers take it away from every photo: it is a remark.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from dengar.ingest.formats.editing import find_editor, is_generated
from dengar.ingest.formats.showing import find_flaw
from dengar.models import Doubt, Event, Photo, Record, Report
from dengar.pipeline import StoredPhoto, clean_photos, make_media
from dengar.reusing import find_reuse
from dengar.routing.proof import Kelurahans, doubt_place, doubt_time, find_begin
from dengar.store import Store

UNREADABLE = "tidak dapat dibuka"
NO_EXIF = "Foto bukti {} tidak memuat waktu dan tempat pengambilan; aplikasi pesan biasanya menghapusnya."


class Examined(Record, frozen=True, kw_only=True, omit_defaults=True):
    """The ids of the photos that were kept, and in Indonesian why a person must look at them and what is worth knowing.

    Photos that cannot be opened have no id.
    """

    ids: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    remarks: tuple[str, ...] = ()


class Proving:
    """Examines proofs; `kelurahans` gives the kelurahan around each of some points."""

    def __init__(self, store: Store, kelurahans: Kelurahans) -> None:
        self._store = store
        self._kelurahans = kelurahans

    def examine(self, photos: Sequence[Photo], report: Report, at: datetime) -> Examined:
        """Keep the photos with which somebody wants to close a report now, and say what speaks against them.

        They are as `read_photo` gave them, with their EXIF. They count as proofs of the report once an event carries
        their ids.
        """
        events = self._store.events.of_report(report.number)
        kept: list[StoredPhoto] = []
        doubts: list[Doubt] = []
        for place, photo in enumerate(photos, start=1):
            cleaned = clean_photos([photo])
            found = self._find_doubts(photo, cleaned, report, events, at)
            doubts += (_name(one, place) for one in found)
            kept += cleaned
        self._store.media.save(kept)
        self._store.prints.add_proof(report.number, [make_media(*one) for one in kept], at)
        bare = [str(n) for n, one in enumerate(photos, start=1) if one.taken_at is None and one.geotag is None]
        return Examined(
            ids=tuple(dict.fromkeys(key for key, _ in kept)),
            doubts=tuple(doubts),
            remarks=tuple(NO_EXIF.format(one) for one in bare),
        )

    def _find_doubts(
        self, photo: Photo, cleaned: Sequence[StoredPhoto], report: Report, events: Sequence[Event], at: datetime
    ) -> Iterator[Doubt]:
        if not cleaned:
            yield _doubt(UNREADABLE)
            return
        data = cleaned[0][1].data
        told = (
            find_flaw(data),
            _tell_making(photo.data),
            doubt_time(photo, find_begin(report, events), at),
            doubt_place(photo, report, self._kelurahans),
        )
        yield from (_doubt(reason) for reason in told if reason)
        if reused := find_reuse(self._store, data, report, events):
            yield _doubt(reused.reason, reused.report)


def _tell_making(data: bytes) -> str | None:
    if is_generated(data):
        return "menyatakan dirinya dibuat atau diubah oleh kecerdasan buatan"
    editor = find_editor(data)
    return f"pernah disunting dengan {editor}" if editor else None


def _doubt(reason: str, related: str | None = None) -> Doubt:
    return Doubt(kind="proof", reason=reason, related=related)


def _name(doubt: Doubt, place: int) -> Doubt:
    return doubt.replace(reason=f"Foto bukti {place} {doubt.reason}.")
