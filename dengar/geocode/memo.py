"""Memories of answers that are asked for again and again: by a word, and by the identity of things."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
MOST = 200_000  # words that are remembered: strangers can invent any number of them
MOST_KEPT = 20_000


class Memo(dict[str, Answer], Generic[Answer]):
    """Gives `work(word)`; looking a known word up costs no call of Python."""

    def __init__(self, work: Callable[[str], Answer]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, word: str) -> Answer:
        """Work an answer out and remember it."""
        if len(self) >= MOST:
            self.clear()
        answer = self[word] = self._work(word)
        return answer


class Kept(Generic[Answer]):
    """Gives answers about things that are known by their identity, not by what they hold.

    The things are kept with the answer: while they are, nothing else has their ids.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[Sequence[object], Answer]] = {}

    def ask(self, things: Sequence[object], work: Callable[[], Answer], *key: Hashable) -> Answer:
        """Give `work()`, or what it gave for the same things and key before."""
        whole = (*map(id, things), key)
        kept = self._kept.get(whole)
        if kept is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = self._kept[whole] = things, work()
        return kept[1]
