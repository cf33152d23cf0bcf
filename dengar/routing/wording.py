"""How much it says that two texts share words: rare words say more, and some words say what the matter is."""

import math
from functools import cache, lru_cache
from pathlib import Path

from dengar.routing.gist import stem

TABLES = Path(__file__).parent
MOST_KEPT = 20_000  # words and texts come again and again: a report is compared with every post near it
REUSE = 0.15  # how often a second person takes up a word of the first
RAREST = 6.0  # negative logarithm of the share of texts with a word that the table does not know
TOGETHER = 0.5  # words of one text depend on each other: their evidence is halved
ALONE = -0.06  # for each word that only one of the two has
LEAST, MOST = -1.5, 1.8
SAME_MATTER, OTHER_MATTER = 0.7, -3.5
SAME_TEXT, NEARLY = 0.6, 0.8  # shared words of all words of both
SAME_TEXT_WORDS = 4
COPIED = 4.0


def compare_words(some: frozenset[str], others: frozenset[str], category: str | None) -> float:
    """Give the log odds that two texts in which these words stand mean the same problem."""
    said = TOGETHER * sum(_tell_shared(word, category) for word in some & others)
    return min(MOST, max(LEAST, said + ALONE * len(some ^ others)))


@lru_cache(MOST_KEPT)
def _tell_shared(word: str, category: str | None) -> float:
    """Give the log odds that follow from one word which both texts have."""
    return math.log1p(REUSE * math.expm1(weigh(word, category)))


def compare_matters(some: frozenset[str], others: frozenset[str], categories: frozenset[str]) -> float:
    """Give the log odds that follow from what the matter is: a hole, or a street that gave way.

    `categories` are those that both may have; without any, all matters are looked at.
    """
    mine, theirs = find_matters(some, categories), find_matters(others, categories)
    if not mine or not theirs:
        return 0.0
    return SAME_MATTER if mine & theirs else OTHER_MATTER


def compare_whole(some: frozenset[str], others: frozenset[str]) -> float:
    """Give the log odds that follow from a text which is the copy of another."""
    shared, together = len(some & others), len(some | others)
    if shared < SAME_TEXT_WORDS or shared < SAME_TEXT * together:
        return 0.0
    return COPIED * min(1.0, shared / together / NEARLY)


def weigh(word: str, category: str | None) -> float:
    """Give the negative logarithm of the share of texts of a category that hold a word."""
    table = _read_weights()
    return table.get(category or "-", {}).get(word) or min(RAREST, table["-"].get(word, RAREST))


def rarest(words: frozenset[str], count: int) -> list[str]:
    """Give the rarest words; two texts with the same words give the same ones."""
    return sorted(words, key=lambda word: (-weigh(word, None), word))[:count]


@lru_cache(MOST_KEPT)
def find_matters(words: frozenset[str], categories: frozenset[str]) -> frozenset[str]:
    """Name what the matter is, by the words that say so."""
    table = _read_matters()
    found = (one for word in words for one in table.get(word, ()))
    return frozenset(one for one in found if not categories or one.partition(" ")[0] in categories)


@cache
def _read_weights() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for line in (TABLES / "words.tsv").read_text(encoding="utf-8").splitlines():
        shelf, _, words = line.partition("\t")
        pairs = (pair.split(":") for pair in words.split())
        table[shelf] = {word: float(weight) for word, weight in pairs}
    return table


@cache
def _read_matters() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for line in (TABLES / "subjects.tsv").read_text(encoding="utf-8").splitlines():
        category, matter, words = line.split("\t")
        for word in map(stem, words.split()):
            table[word] = (*table.get(word, ()), f"{category} {matter}")
    return table
