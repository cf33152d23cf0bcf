"""Snapshots: sources that show all that there is now, each time, and say nothing of what is over.

What is absent is not over: an answer may be cut short, or come from a server that has just started. So an absence is
counted, and only from snapshots that look whole.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from dengar.models import Kind, Record

DOUBTS = 3  # a snapshot that is empty or less than half as large as before is believed at the third time


class Shown(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A message of a snapshot: `digest` changes when it says something else, `missed` counts where it was absent.

    One that is `lasting` is forgotten when it stays away, but is not over.
    """

    id: str
    digest: str
    at: datetime | None = None
    lasting: bool = False
    missed: int = 0


class Memory(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What earlier snapshots showed; `size` is that of the last one that was believed."""

    shown: tuple[Shown, ...] = ()
    size: int = 0
    doubts: int = 0


class Difference(Record, frozen=True, kw_only=True):
    """What a snapshot says: the ids that are new, those that say something else now, and those that are over.

    `memory` is true once they are stored; `is_whole` is False when `most` left something out.
    """

    new: tuple[str, ...]
    changed: tuple[str, ...]
    over: tuple[str, ...]
    memory: Memory
    is_whole: bool

    def kinds(self) -> Iterator[tuple[Kind, str]]:
        """Give each id with what happened to it, as items say it."""
        groups: dict[Kind, tuple[str, ...]] = {"upsert": self.new, "edit": self.changed, "ended": self.over}
        return ((kind, native_id) for kind, ids in groups.items() for native_id in ids)


def compare(
    memory: Memory,
    shown: Sequence[Shown],
    *,
    closes_after: int,
    most: int | None = None,
    is_covered: Callable[[Shown], bool] = lambda _: True,
) -> Difference:
    """Compare a snapshot with what was shown before, oldest first.

    What was absent `closes_after` times in a row is over. Where the snapshot cannot show a message any more
    (`is_covered`), it is forgotten. At most `most` messages are new or changed: the rest waits for the next time.
    """
    before = {one.id: one for one in memory.shown}
    now = {one.id: one for one in shown}
    fresh = [key for key, one in now.items() if key not in before or before[key].digest != one.digest]
    taken = fresh if most is None else fresh[:most]
    waiting = set(fresh) - set(taken)
    weighed = _weigh(memory, len(now))
    counts = weighed.doubts == 0 and not waiting
    absent = [one.replace(missed=one.missed + counts) for one in memory.shown if one.id not in now and is_covered(one)]
    kept = [before.get(key) if key in waiting else one for key, one in now.items()]
    kept += [one for one in absent if one.missed < closes_after]
    return Difference(
        new=tuple(key for key in taken if key not in before),
        changed=tuple(key for key in taken if key in before),
        over=tuple(one.id for one in absent if one.missed >= closes_after and not one.lasting),
        memory=weighed.replace(shown=tuple(one for one in kept if one is not None)),
        is_whole=not waiting,
    )


def _weigh(memory: Memory, size: int) -> Memory:
    """Doubt a snapshot that is empty, or less than half of the last one that was believed."""
    if 2 * size >= memory.size or memory.doubts + 1 >= DOUBTS:
        return memory.replace(size=size, doubts=0)
    return memory.replace(doubts=memory.doubts + 1)
