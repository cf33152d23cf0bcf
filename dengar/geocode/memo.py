"""A memory of answers that is asked for every word of every text: a dictionary that works out what it does not have."""

from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
MOST = 200_000  # words that are remembered: strangers can invent any number of them


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
