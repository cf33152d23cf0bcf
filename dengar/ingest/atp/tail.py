"""What is kept of the firehose: posts with our words, and what becomes of them."""

import re
from datetime import datetime, timedelta

from dengar.errors import Poison, SourceChanged, Transient
from dengar.ingest.atp import record
from dengar.ingest.atp.frames import (
    Account,
    Commit,
    Event,
    Frame,
    Info,
    Op,
    Refusal,
    cut_blocks,
    find_block,
    read_frame,
)
from dengar.ingest.atp.source import CBOR, POST, REPOST, Cursor, Settings, make_item, read_moment
from dengar.ingest.formats.row import contents_id
from dengar.ingest.protocol import Batch, Budget
from dengar.models import Gap, Item, Quarantined
from dengar.models.item import Kind

NEAR = timedelta(seconds=5)
FULL_ITEMS = 200
FULL_BYTES = 5_000_000
REMEMBERED = 500


class Tail:
    """What was read of the stream and is not handed on yet, and where the stream goes on.

    `own` is our account: what it posts are answers and no complaints.
    """

    def __init__(self, settings: Settings, cursor: Cursor, budget: Budget, now: datetime, own: str) -> None:
        self._settings = settings
        self._budget = budget
        self._own = own
        self._pattern = make_pattern(settings.words)
        self._recent = dict.fromkeys(cursor.recent)
        self._items: list[Item] = []
        self._poison: list[Quarantined] = []
        self._gaps: list[Gap] = []
        self._bytes = 0
        self._skips = False
        self._stored = self.seq = cursor.seq
        self._time = cursor.time
        if cursor.relay not in {"", self.relay}:
            self._begin_anew("another firehose is read since, whose events have other numbers", now)

    @property
    def relay(self) -> str:
        """The service whose numbers count."""
        return str(self._settings.firehose_url)

    @property
    def is_full(self) -> bool:
        """Say whether it should be handed on now."""
        return len(self._items) + len(self._poison) >= FULL_ITEMS or self._bytes >= FULL_BYTES

    @property
    def has_moved(self) -> bool:
        """Say whether there is anything to store."""
        return self.seq != self._stored or bool(self._items or self._poison or self._gaps)

    def is_near(self, now: datetime) -> bool:
        """Say whether the last event happened just now."""
        return self._time is not None and now - self._time <= NEAR

    def take(self, frame: bytes, now: datetime) -> None:
        """Take a frame; raises StopSource when the stream or the budget ends with it."""
        try:
            self._take(read_frame(frame), frame, now)
        except Poison as error:
            self._put_aside(frame, error, now)

    def cut(self, *, more: bool = False) -> Batch:
        """Hand on what was taken."""
        batch = Batch(
            items=tuple(self._items),
            poison=tuple(self._poison),
            gaps=tuple(self._gaps),
            cursor=Cursor(relay=self.relay, seq=self.seq, time=self._time, recent=tuple(self._recent)[-REMEMBERED:]),
            more=more,
        )
        self._budget.spend(len(self._items))
        self._recent = dict.fromkeys(tuple(self._recent)[-REMEMBERED:])
        self._items, self._poison, self._gaps = [], [], []
        self._bytes, self._stored = 0, self.seq
        return batch

    def _take(self, event: Frame, frame: bytes, now: datetime) -> None:
        if isinstance(event, Refusal):
            self._refuse(event.error, now)
        elif isinstance(event, Info):
            self._skips = self._skips or event.name == "OutdatedCursor"
        else:
            heard = read_moment(event.time) or now
            if isinstance(event, Commit):
                self._take_commit(event, frame, heard, now)
            elif isinstance(event, Account) and event.status == "deleted":
                self._erase([uri for uri in self._recent if uri.startswith(f"at://{event.did}/")], now)
            self._move(event, heard, now)

    def _move(self, event: Event, heard: datetime, now: datetime) -> None:
        if self._skips:
            self._note_gap(heard, "the firehose no longer keeps the events behind our place", now)
        self._skips, self.seq, self._time = False, event.seq, heard

    def _take_commit(self, commit: Commit, frame: bytes, heard: datetime, now: datetime) -> None:
        ops = [op for op in commit.ops if op.path.partition("/")[0] in {POST, REPOST}]
        self._erase([uri for op in ops if op.action == "delete" and (uri := _uri(commit, op)) in self._recent], now)
        said = [op for op in ops if op.action != "delete"]
        if not said or commit.repo == self._own:
            return
        blocks = cut_blocks(commit.blocks)
        bad = None
        for op in said:
            try:
                self._take_record(commit, op, find_block(blocks, op.cid), heard, now)
            except Poison as error:
                bad = error
        if bad is not None:
            self._put_aside(frame, bad, now)

    def _take_record(self, commit: Commit, op: Op, payload: bytes, heard: datetime, now: datetime) -> None:
        uri = _uri(commit, op)
        _, collection, _ = record.read_uri(uri)
        row = record.read_record(payload, CBOR)
        if uri not in self._recent and not self._is_wanted(collection, row, commit.repo):
            return
        self._budget.ask(len(self._items) + 1)
        kind: Kind = "edit" if op.action == "update" else "upsert"
        item = make_item(self._settings, uri, payload, now, media_type=CBOR, claimed_at=heard, kind=kind)
        self._items.append(item)
        self._bytes += len(payload)
        if collection == POST:
            self._recent.pop(uri, None)  # to the end
            self._recent[uri] = None

    def _is_wanted(self, collection: str, row: record.Row, author: str) -> bool:
        """Say whether a post has one of our words or goes on below one of its author, or a repost repeats one of us.

        That is: one that was taken lately.
        """
        if collection == REPOST:
            return record.read_subject(row) in self._recent
        if not isinstance(row.get("text"), str):
            return False
        said = record.read_post(row)
        if said.parent in self._recent and said.parent.startswith(f"at://{author}/"):
            return True
        lang = self._settings.lang
        speaks = not lang or not said.langs or any(one.partition("-")[0].lower() == lang for one in said.langs)
        return speaks and self._pattern.search(said.text) is not None

    def _erase(self, uris: list[str], now: datetime) -> None:
        for uri in uris:
            del self._recent[uri]
            self._items.append(make_item(self._settings, uri, b"", now, kind="tombstone"))

    def _put_aside(self, frame: bytes, error: Poison, now: datetime) -> None:
        item = make_item(self._settings, f"frame-{contents_id(frame)}", frame, now, media_type=CBOR)
        self._poison.append(Quarantined(item=item, reason=str(error), at=now))
        self._bytes += len(frame)

    def skip(self, now: datetime) -> None:
        """Leave out a frame that is too large to be read, so that it does not hold up those behind it."""
        item = make_item(self._settings, f"frame-behind-{self.seq}", b"", now, media_type=CBOR)
        reason = "The frame is larger than any that the protocol allows."
        self._poison.append(Quarantined(item=item, reason=reason, at=now))
        self.seq += bool(self.seq or self._settings.from_oldest)  # at the present there is no place to go on from

    def _refuse(self, name: str, now: datetime) -> None:
        if name == "FutureCursor":
            self._begin_anew("the firehose counts its events anew", now)
            raise SourceChanged(
                f"{self.relay} counts its events anew: from now on it is read from there. A gap record says what may "
                "be missing; a source of mode search can fill it."
            )
        if name == "ConsumerTooSlow":
            raise Transient(f"{self.relay} found us too slow; the next run reads on.")
        raise Transient(f"{self.relay} ended the stream: {name[:60]!r}.")

    def _begin_anew(self, cause: str, now: datetime) -> None:
        self._note_gap(now, cause, now)
        self.seq, self._time = 0, None

    def _note_gap(self, until: datetime, cause: str, now: datetime) -> None:
        if self._time is not None and self._time < until:
            gap = Gap(source=self._settings.name, since=self._time, until=until, cause=cause, noticed_at=now)
            self._gaps.append(gap)


def _uri(commit: Commit, op: Op) -> str:
    return f"at://{commit.repo}/{op.path}"


def make_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Match any of the words whole, in whatever case; `*` stands for any letters: `*banjir*` also is in kebanjiran."""
    parts = (re.escape(word.strip()).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.IGNORECASE)
