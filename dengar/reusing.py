"""Whether a proof photo was shown before: as the proof of a report, or with a complaint."""

from collections.abc import Collection, Iterator, Sequence

from dengar.ingest.formats.printing import is_copy, make_prints
from dengar.models import Event, Record, Report
from dengar.routing.proof import find_proofs, tell_time
from dengar.store import Store
from dengar.store.prints import Shown


class Reused(Record, frozen=True, kw_only=True):
    """Why a photo proves nothing, in Indonesian, and the other report that showed it before."""

    reason: str
    report: str | None


def find_reuse(store: Store, photo: bytes, report: Report, events: Sequence[Event]) -> Reused | None:
    """Find where a cleaned photo, or one nearly like it, was shown before; the likest one.

    One proof may close a report and its duplicates.
    """
    near = store.prints.find_near(make_prints(photo))
    for number, shown in _place(store, near, report, events):
        kept = store.media.find(shown.media)
        if kept is not None and is_copy(kept[0], photo):
            return _tell(number, shown, report)
    return None


def _place(store: Store, near: Sequence[Shown], report: Report, events: Sequence[Event]) -> Iterator[tuple[str, Shown]]:
    """Give the reports in which the photos stand now, without proofs that may be shared or were never given."""
    kin = {*report.merged, report.duplicate_of}
    posts = store.posts.find_all(one.post for one in near if one.post)
    for one in near:
        if one.report is None:
            post = posts.get(one.post or "")
            if post is not None and post.report is not None:
                yield post.report, one
        elif one.report not in kin and one.media in _proofs_of(store, one.report, report, events):
            yield one.report, one


def _proofs_of(store: Store, number: str, report: Report, events: Sequence[Event]) -> Collection[str]:
    """Give the photos with which a report was closed: of those examined some may have been withdrawn."""
    return find_proofs(events if number == report.number else store.events.of_report(number))


def _tell(number: str, shown: Shown, report: Report) -> Reused:
    is_own = number == report.number
    which = "laporan ini" if is_own else f"laporan {number}"
    role = "bukti penyelesaian" if shown.report else "foto pengaduan"
    reason = f"sama atau hampir sama dengan {role} pada {which} ({tell_time(shown.at)})"
    return Reused(reason=reason, report=None if is_own else number)
