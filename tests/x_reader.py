"""Reads the emulator of X as the scheduler does, into a dictionary instead of a store."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
from made import NOW
from x_emulator import CITY, TOKEN, XEmulator

from dengar.errors import StopSource
from dengar.ingest import x as collector
from dengar.ingest.protocol import Budget, Window
from dengar.ingest.x import Cursor, Settings
from dengar.models import Gap, Item

HASHTAG = "#banjirjakarta"


def make_settings(x: XEmulator, **more: Any) -> Settings:  # noqa: ANN401  what a configuration may hold
    section = {
        "name": "x",
        "collector": "x",
        "plan": "enterprise",
        "api": x.address,
        "bearer_token": TOKEN,
        "query": HASHTAG,
    }
    return Settings.model_validate(section | more)


def both(x: XEmulator, **more: Any) -> Settings:  # noqa: ANN401
    return make_settings(x, mentions_of=CITY, **more)


def when_streaming(x: XEmulator, act: Callable[[], object]) -> threading.Thread:
    """Do something as soon as the stream is up."""

    def run() -> None:
        assert x.connected.wait(10)
        act()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@dataclass
class Reader:
    """What was stored, and what was counted as billed.

    `disk` are the items by id, as they were stored last; `changed` counts those that came again with other bytes.
    """

    x: XEmulator
    settings: Settings
    now: datetime = NOW
    disk: dict[str, Item] = field(default_factory=dict)
    saved: bytes = b"{}"
    gaps: list[Gap] = field(default_factory=list)
    poison: int = 0
    changed: int = 0
    posts: int = 0
    money: float = 0.0
    error: StopSource | None = None

    def __post_init__(self) -> None:
        self.x.now = lambda: self.now

    @property
    def cursor(self) -> Cursor:
        return msgspec.json.decode(self.saved, type=Cursor)

    @property
    def texts(self) -> list[str]:
        return [collector.parse(item).text for _, item in sorted(self.disk.items()) if item.is_said]

    def run(self, *, crash_at: int = -1, written: bool = True, window: Window | None = None, **budget: Any) -> int:  # noqa: ANN401
        """Read once, or until the process dies at a batch, before or after that is written; gives the batches read.

        A refusal is kept in `error`.
        """
        self.error = None
        count = 0
        pages = collector.pull(self.settings, self.cursor, window, self.budget(**budget), lambda: self.now)
        try:
            for count, batch in enumerate(pages, start=1):
                is_last = count == crash_at
                if is_last and not written:
                    break
                self._write(batch.items, batch.cursor, batch.gaps, len(batch.poison))
                if is_last:
                    break
        except StopSource as error:
            self.error = error
        finally:
            pages.close()  # type: ignore[attr-defined]
        return count

    def budget(self, **limits: Any) -> Budget:  # noqa: ANN401
        return Budget(on_spend=self._spend, **limits)

    def _spend(self, posts: int, money: float) -> None:
        self.posts += posts
        self.money += money

    def _write(self, items: Sequence[Item], cursor: object, gaps: Sequence[Gap], poison: int) -> None:
        for item in items:
            known = self.disk.get(item.id)
            self.changed += known is not None and known.content_hash != item.content_hash
            self.disk[item.id] = item
        self.gaps += gaps
        self.poison += poison
        if cursor is not None:
            self.saved = msgspec.json.encode(cursor)

    def later(self, **more: float) -> None:
        """Let time pass."""
        self.now += timedelta(**more)
