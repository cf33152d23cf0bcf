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
def names() -> dict[tuple[str, ...], str]:
    """Give the class of each name of a place or an official, by its words."""
    kinds = (("places.txt", "<tempat>"), ("officials.txt", "<pejabat>"))
    return {tuple(line.split()): kind for file, kind in kinds for line in _lines(file)}


@cache
def long_names() -> dict[str, tuple[tuple[list[str], str], ...]]:
    """Give the names that are looked for word by word, with their class, by their first word, longest first.

    They are those of several words, and of one word that is also a part of another name.
    """
    by_first: dict[str, list[tuple[list[str], str]]] = {}
    for name, kind in names().items():
        if name[0] not in short_names():
            by_first.setdefault(name[0], []).append((list(name), kind))
    return {first: tuple(sorted(found, key=lambda one: -len(one[0]))) for first, found in by_first.items()}


@cache
def short_names() -> dict[str, str]:
    """Give the class of each name that is one word and part of no other name."""
    parts = {word for name in names() if len(name) > 1 for word in name}
    return {name[0]: kind for name, kind in names().items() if len(name) == 1 and name[0] not in parts}


@cache
def split_words() -> frozenset[str]:
    """Give the words that a hashtag written in one piece may consist of."""
    standard = {word for words in slang().values() for word in words}
    return frozenset(
        word
        for word in (standard | set(slang()) | {word for name in names() for word in name}) | set(_lines("words.txt"))
        if len(word) >= 3  # noqa: PLR2004 - shorter pieces split anything
    )


@cache
def english() -> frozenset[str]:
    """Give the English words that say nothing but that a text is English."""
    return frozenset(_lines("english.txt"))


@cache
def concepts() -> dict[str, tuple[str, ...]]:
    """Give the meanings of each word, or of two joined by `_`, that a list of `concepts.tsv` names."""
    found: dict[str, list[str]] = {}
    for line in _lines("concepts.tsv"):
        meaning, words = line.split("\t")
        for word in words.split():
            plain = word.replace("_", " ")
            standard = slang().get(plain, (plain,))
            if len(standard) == 1:
                found.setdefault(standard[0], []).append(meaning)
    return {word: tuple(sorted(set(meanings))) for word, meanings in found.items()}
