"""The word lists that normalising needs, read once from the data files beside this module."""

from functools import cache
from importlib.resources import files


def _lines(name: str) -> list[str]:
    return files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()


@cache
def slang() -> dict[str, tuple[str, ...]]:
    """Give the standard words of each slang word, abbreviation and regional word."""
    pairs = (line.split("\t") for line in _lines("slang.tsv") if line)
    return {word: tuple(standard.split()) for word, standard in pairs}


@cache
def places() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Give the place names as words, by their first word, longest first."""
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for line in _lines("places.txt"):
        name = tuple(line.split())
        by_first.setdefault(name[0], []).append(name)
    return {first: tuple(sorted(names, key=len, reverse=True)) for first, names in by_first.items()}


@cache
def split_words() -> frozenset[str]:
    """Give the words that a hashtag written in one piece may consist of."""
    standard = {word for words in slang().values() for word in words}
    return frozenset(
        word
        for word in (standard | set(slang()) | {name for names in places().values() for one in names for name in one})
        | set(_lines("words.txt"))
        if len(word) >= 3  # noqa: PLR2004 - shorter pieces split anything
    )


@cache
def concepts() -> dict[str, tuple[str, ...]]:
    """Give the meanings of each word that a list of `concepts.tsv` names, in standard spelling."""
    found: dict[str, list[str]] = {}
    for line in _lines("concepts.tsv"):
        meaning, words = line.split("\t")
        for word in words.split():
            for standard in slang().get(word, (word,)):
                found.setdefault(standard, []).append(meaning)
    return {word: tuple(sorted(set(meanings))) for word, meanings in found.items()}
