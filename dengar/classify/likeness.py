"""How alike texts are: near-duplicates, and how diverse a corpus is."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from math import ceil

import msgspec

ALIKE = 0.7  # of all pairs of words of two texts, the share that both have (Jaccard)
COMMON = 60  # a pair of words in more texts than this tells nothing


class Diversity(msgspec.Struct, frozen=True, kw_only=True):
    """Of a number of texts: the share that repeats another, and of all n-grams of words the share that is distinct.

    `distinct` holds the figures for single words, pairs and triples (Li et al. 2016, "distinct-n").
    """

    texts: int
    words: int
    near_duplicates: float
    distinct: tuple[float, float, float]


def _grams(words: Sequence[str], length: int = 2) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + length]) for at in range(len(words) - length + 1)] or [tuple(words)]


def find_twins(texts: Sequence[Sequence[str]], first: int = 0) -> dict[int, int]:
    """Give the texts (lists of normalised words) that nearly repeat an earlier one, each with that one's number.

    With `first` only repetitions of one of the first so many texts count. Two sets that are so alike share one of their
    rarest members (prefix filtering, Bayardo et al. 2007), so only those are looked up.
    """
    sets = [frozenset(_grams(words)) for words in texts]
    counts = Counter(gram for own in sets for gram in own)
    rarest = [
        sorted(own, key=lambda gram: (counts[gram], gram))[: len(own) - ceil(ALIKE * len(own)) + 1] for own in sets
    ]
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    for number, rare in enumerate(rarest):
        for gram in rare:
            if counts[gram] < COMMON:
                holders[gram].append(number)
    twins: dict[int, int] = {}
    for number, own in enumerate(sets):
        before = number if not first else min(number, first)
        near = {other for gram in rarest[number] for other in holders.get(gram, ()) if other < before}
        twin = next((other for other in sorted(near) if _alike(own, sets[other])), None)
        if twin is not None:
            twins[number] = twin
    return twins


def _alike(own: Collection[tuple[str, ...]], other: Collection[tuple[str, ...]]) -> bool:
    both = len(set(own) & set(other))
    return both > ALIKE * (len(own) + len(other) - both)


def measure(texts: Sequence[Sequence[str]]) -> Diversity:
    """Measure how diverse texts (lists of normalised words) are."""
    shares = []
    for length in (1, 2, 3):
        grams = [gram for words in texts for gram in _grams(words, length)]
        shares.append(round(len(set(grams)) / max(len(grams), 1), 4))
    return Diversity(
        texts=len(texts),
        words=sum(map(len, texts)),
        near_duplicates=round(len(find_twins(texts)) / max(len(texts), 1), 4),
        distinct=(shares[0], shares[1], shares[2]),
    )
