"""The desk: people take the next report that needs them, decide, and take a decision back.

next      the most urgent report that waits for a person, claimed for them
act       a command becomes events; what a person decides is also a label for the classifier
merge     two reports are one problem; unmerge and split undo and divide
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from dengar.classify.taxonomy import CATEGORIES
from dengar.errors import BadRequest, DengarError, LeaseLost, Poison
from dengar.ingest.formats.exif import read_photo
from dengar.labelling import correct
from dengar.mask import mask
from dengar.models import DoubtKind, Photo, Place, Post, Record, Report, Role, Staff
from dengar.pipeline import clean_photos
from dengar.proving import Examined, Proving
from dengar.routing import commands as do
from dengar.routing.acting import Situation, act, check_may, serves
from dengar.routing.merging import Family, merge, split, unmerge
from dengar.routing.rules import Router
from dengar.routing.scope import check_area, in_area, narrow_area
from dengar.routing.states import grow
from dengar.store import Store

TRIES = 12
PAUSE_SECONDS = 0.02
LOOKED_AT = 8  # candidates for the next report; when others were faster for all of them, the next few
LOST: Literal["lost"] = "lost"
TEXTS = ("note", "reason", "question", "text")
NO_COMPLAINT = "bukan_keluhan"
COMPLAINTS = tuple(one.code for one in CATEGORIES if one.is_complaint)
REPORTER: Role = "pelapor"
UNSAID = "foto"  # stands for the photos while they are not examined

FindPlace: TypeAlias = Callable[[do.Locate], Place | None]


class Closed(Record, frozen=True, kw_only=True):
    """A report that was closed with photos, and what is worth knowing of them."""

    report: Report
    remarks: tuple[str, ...]


class Desk:
    """Where people decide about reports; `find_place` makes a place of what a person points at.

    `number_key` makes the keys of tracking numbers.
    """

    def __init__(
        self,
        store: Store,
        router: Callable[[], Router],
        find_place: FindPlace,
        clock: Callable[[], datetime],
        *,
        proving: Proving,
        number_key: bytes,
    ) -> None:
        self._store = store
        self._router = router
        self._find_place = find_place
        self._clock = clock
        self._proving = proving
        self._number_key = number_key
        self._reporter = Staff(name=REPORTER, role=REPORTER, key_hash="", added_at=clock())

    def next(
        self, who: Staff, *, kind: DoubtKind | None = None, area: str | None = None, unit: str | None = None
    ) -> Report | None:
        """Claim the most urgent report that waits for a person and that nobody has; None when nothing waits.

        Only those with doubts of this kind, in this area (a code or how it begins); with `unit`, whatever that unit has
        to do.
        """
        for _ in range(TRIES):
            found = self._take_next(who, kind, narrow_area(who, area), unit)
            if not isinstance(found, str):
                return found
        return None

    def _take_next(
        self, who: Staff, kind: DoubtKind | None, area: str | None, unit: str | None
    ) -> Report | Literal["lost"] | None:
        """Claim one of the first few; LOST when others were faster for all of them."""
        now = self._clock()
        others = {number for number, by in self._store.claims.held(now).items() if by != who.name}
        waiting = self._store.queue.waiting(kind, area, unit, LOOKED_AT + len(others))
        for number in (one for one in waiting if one not in others):
            if self._store.claims.take(number, who.name, now):
                report = self._store.reports.find_own(number)
                if report is not None and _still_waits(report, unit):
                    return report
                self._store.claims.release(number, who.name)
        return LOST if waiting and not others.issuperset(waiting) else None

    def claim(self, who: Staff, number: str) -> Report:
        """Claim this report, or hold on to it; raises BadRequest when somebody else has it."""
        report = self._find(number)
        self.check_sees(who, report)
        if not self._store.claims.take(report.number, who.name, self._clock()):
            raise BadRequest(f"{report.number} sedang dikerjakan orang lain.", status=409)
        return report

    def release(self, who: Staff, number: str) -> None:
        """Leave a report to others."""
        self._store.claims.release(number, who.name)

    def act(
        self, who: Staff, number: str, command: do.Command, version: int | None = None, *, action: str | None = None
    ) -> Report:
        """Carry out a command and give the report as it is then.

        `version` is the one that the person saw: when the report has grown since, the command is refused (409).
        `action`, an id that the sender gave to the command, is kept in the history.
        Raises BadRequest for whatever cannot be done.
        """
        return self._try(who, self._find(number).number, masked(command), version, Examined(), action)

    def close(
        self,
        who: Staff,
        number: str,
        note: str,
        photos: Sequence[bytes],
        version: int | None = None,
        *,
        action: str | None = None,
    ) -> Closed:
        """Close a report with photos as proof; one with doubtful photos is closed, and waits for a person to see them.

        Raises BadRequest as `act` does, and for what is no photo.
        """
        report, note = self._find(number), mask(note)
        act(
            do.Close(note=note or UNSAID), self._meet(who, report, do.Close(), Examined())
        )  # refuse it before photos are kept
        examined = self._proving.examine([_read_photo(one) for one in photos], report, self._clock())
        grown = self._try(who, report.number, do.Close(note=note), version, examined, action)
        return Closed(report=grown, remarks=examined.remarks)

    def _try(  # noqa: PLR0917  all that a command comes with
        self,
        who: Staff,
        number: str,
        command: do.Command,
        version: int | None,
        examined: Examined,
        action: str | None = None,
    ) -> Report:
        for _ in range(TRIES):
            report = self._find(number)
            if version is not None and report.version != version:
                raise BadRequest(f"{number} berubah sejak Anda membukanya: lihat lagi dulu.", status=409)
            try:
                given = self._meet(who, report, command, examined).replace(action=action)
                grown = self._carry_out(given, command)
            except LeaseLost:
                time.sleep(PAUSE_SECONDS)  # somebody else was faster: look again at what is left to do
                continue
            self._note_label(who, report, command)
            if not grown.needs_review:
                self._store.claims.release(number, who.name)
            return grown
        raise BadRequest(f"{number} sedang berubah terus: coba lagi sebentar.", status=409)

    def key_of(self, number: str) -> str:
        """Give the key of a tracking number, for its sender alone."""
        return make_number_key(number, self._number_key)

    def fits(self, number: str, key: str) -> bool:
        """Say whether this is the key of a tracking number."""
        return hmac.compare_digest(key.encode(errors="replace"), self.key_of(number).encode())

    def respond(
        self, number: str, key: str, command: do.Rate | do.Reopen | do.Answer, photos: Sequence[bytes] = ()
    ) -> Report:
        """Carry out what a reporter says of the outcome, or answers; the key of their number proves who they are.

        The photos of one who opens it again show how it is now. Raises BadRequest for a wrong key, for what is no
        photo, and for whatever cannot be done.
        """
        if not self.fits(number, key):
            raise BadRequest("Kunci ini tidak cocok dengan nomornya.", status=403)
        report, said = self._store.reports.going_on(self._find(number)), masked(command)
        kept = clean_photos([_read_photo(one) for one in photos])
        if kept:
            act(said, self._meet(self._reporter, report, said, Examined()))  # refuse it before photos are kept
            self._store.media.save(kept)
        return self._try(self._reporter, report.number, said, None, Examined(ids=tuple(key for key, _ in kept)))

    def reopens_until(self, report: Report) -> datetime | None:
        """Say until when the reporter of a closed report may open it again."""
        return self._router().silence_ends(report.closed_at) if report.closed_at else None

    def may_see(self, who: Staff, report: Report) -> bool:
        """Say whether somebody may see all of a report: those of their unit and of their area."""
        return in_area(who, report) and (who.role != "petugas" or serves(who.unit, report, self._router().units))

    def check_sees(self, who: Staff, report: Report) -> None:
        """Raise BadRequest (403) when somebody may not see all of a report."""
        check_area(who, report)
        if not self.may_see(who, report):
            raise BadRequest(f"{report.number} bukan tugas unit Anda.", status=403)

    def _meet(self, who: Staff, report: Report, command: do.Command, examined: Examined) -> Situation:
        return Situation(
            report=report,
            who=who,
            at=self._clock(),
            router=self._router(),
            post=self._first_post(report) if isinstance(command, do.Categorise | do.Locate) else None,
            place=self._find_place(command) if isinstance(command, do.Locate) else None,
            proof=examined.ids,
            doubts=examined.doubts,
        )

    def _carry_out(self, given: Situation, command: do.Command) -> Report:
        check_may(command, given)
        self._check_named(given.report, command)
        family = self._divide_or_join(given, command)
        if family is None:
            grown, events = grow(given.report, *act(command, given))
            family = Family(reports=(grown,), events=tuple(events))
        moved = dict.fromkeys(_moved(family), family.reports[0].number)
        worker = None if given.who.role == REPORTER else given.who.name
        self._store.save_decision(family.reports, family.events, worker, given.at, moved)
        return next(one for one in family.reports if one.number == given.report.number)

    def _check_named(self, report: Report, command: do.Command) -> None:
        """Refuse a category that there is not, and messages that another report has."""
        if isinstance(command, do.Categorise) and command.category not in COMPLAINTS:
            raise BadRequest(f"Tidak ada kategori {command.category}.", status=422)
        if isinstance(command, do.Verify):
            self._posts_of(report, command.posts)

    def _divide_or_join(self, given: Situation, command: do.Command) -> Family | None:
        report, history = given.report, self._store.events.of_report
        if isinstance(command, do.Merge):
            winner = self._find(command.into)
            check_area(given.who, winner)
            return merge(report, winner, given.told)
        if isinstance(command, do.Unmerge):
            if report.duplicate_of is None:
                raise BadRequest(f"{report.number} bukan duplikat.", status=409)
            winner = self._find(report.duplicate_of)
            siblings = [one for one in self._store.reports.find_all(winner.merged) if one.number != report.number]
            return unmerge(
                report,
                winner,
                given.told,
                loser_history=history(report.number),
                winner_history=history(winner.number),
                siblings=siblings,
            )
        if isinstance(command, do.Split):
            return split(
                report,
                self._posts_of(report, command.posts),
                given.told,
                number=self._store.numbers.take(given.at),
                history=history(report.number),
                duplicates=self._store.reports.find_all(report.merged),
                stay=self._store.posts.of_report(report.number),
            )
        return None

    def _posts_of(self, report: Report, ids: Sequence[str]) -> list[Post]:
        found = self._store.posts.find_all(ids)
        strange = [one for one in ids if one not in found or found[one].report != report.number]
        if strange:
            raise BadRequest(f"{report.number} tidak punya pesan {strange[0]}.")
        return sorted(found.values(), key=lambda post: (post.created_at, post.id))

    def _first_post(self, report: Report) -> Post | None:
        return self._store.posts.first_of_report(report.number)

    def _find(self, number: str) -> Report:
        report = self._store.find_report(number)
        if report is None:
            raise BadRequest(f"Tidak ada laporan {number}.", status=404)
        return report

    def _note_label(self, who: Staff, report: Report, command: do.Command) -> None:
        """Learn from what a person decided about the first message."""
        category = _category_of(command, report)
        post = self._first_post(report) if category is not None else None
        if category is not None and post is not None:
            with suppress(DengarError):  # deleted just now: the decision stands all the same
                correct(self._store, post.id, category, who.name, self._clock())


def _read_photo(data: bytes) -> Photo:
    try:
        return read_photo(data, "")
    except Poison as error:
        raise BadRequest(
            "Foto ini tidak bisa dipakai: gambarnya tidak terbaca, atau terlalu besar.", status=422
        ) from error


def masked(command: do.Command) -> do.Command:
    """Mask personal data in what a person writes: most of it is told to the public and to the reporter."""
    if isinstance(command, do.Review):
        doubts = tuple(one.replace(reason=mask(one.reason)) for one in command.doubts)
        return msgspec.structs.replace(command, doubts=doubts)
    texts = {name: getattr(command, name) for name in TEXTS if hasattr(command, name)}
    return msgspec.structs.replace(command, **{name: mask(text) for name, text in texts.items()})


def make_number_key(number: str, key: bytes) -> str:
    """Give what only the sender of a tracking number is told, and with which they may speak of it later."""
    return hmac.new(key, f"number:{number}".encode(), hashlib.sha256).hexdigest()[:16]


def _category_of(command: do.Command, report: Report) -> str | None:
    if isinstance(command, do.Categorise):
        return command.category
    if isinstance(command, do.Settle) and {"category", "no_complaint"} & set(command.kinds):
        return report.category
    return NO_COMPLAINT if isinstance(command, do.Reject) and command.kind != "other" else None


def _still_waits(report: Report, unit: str | None) -> bool:
    if unit is not None:
        return report.unit == unit and report.closed_at is None and report.answered_at is None and report.pause is None
    return bool(report.needs_review)


def _moved(family: Family) -> tuple[str, ...]:
    """Give the posts that a split moved; the report that they moved to is the first of the family."""
    return next((event.posts for event in family.events if event.kind == "parted"), ())
