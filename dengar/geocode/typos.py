"""Names with a wrong letter: an index of all words with one letter left out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from dengar.geocode.memo import Memo
from dengar.geocode.tables import Entry
from dengar.geocode.text import canonical
from dengar.geocode.words import COMMON, STOP, words
from dengar.models.place import Area

LEAST = 7  # shorter words have too many neighbours
LEAST_WORD = 6  # inside a name that begins with its kind
MOST = 40
KEPT = 10_000  # answers remembered
INNOCENT = words(
    "genteng benteng mentang kembangkan rendang pancuran sendang menteri kentang gambaran kerambut kembangkan "
    "pendaringan perjaringan senayang kalimat perempatan pertigaan prapatan perangkat"
)


def without_one(word: str) -> Iterator[str]:
    """Give the word and every form of it with one letter left out."""
    yield word
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


def is_one_off(word: str, other: str) -> bool:
    """Say whether one letter too many, too few, wrong or in the wrong order makes one word of the other."""
    from rapidfuzz.distance import OSA

    return OSA.distance(word, other, score_cutoff=1) == 1


class Words:
    """The words of all names; finds the one that a misspelt word must mean."""

    def __init__(self, names: Iterable[str]) -> None:
        self._words = {word for name in names for word in name.split() if len(word) >= LEAST_WORD and word.isalpha()}
        self.meant = Memo(self._one_off)

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for word in sorted(self._words):
            for form in without_one(word):
                index.setdefault(form, []).append(word)
        return index

    def mend(self, words: Sequence[str]) -> list[str]:
        """Give words with the misspelt ones put right."""
        return [self.meant[word] or word for word in words]

    def _one_off(self, word: str) -> str | None:
        if not LEAST_WORD <= len(word) <= MOST or word in self._words or word in STOP:
            return None
        near = {other for form in without_one(word) for other in self._index.get(form, ())}
        found = [other for other in near if is_one_off(word, other)]
        return found[0] if len(found) == 1 else None


class Typos:
    """Finds the area that a misspelt word means."""

    def __init__(self, areas: tuple[Area, ...]) -> None:
        self.joined: dict[str, dict[str, str]] = {"kelurahan": {}, "kecamatan": {}}
        self.index: dict[str, tuple[str, str]] = {}
        self.meant = Memo(self._one_off)
        self.known: dict[tuple[str, str], str | None] = {}
        for area in areas:
            name = canonical(area.name)
            if area.level in self.joined:
                self.joined[area.level].setdefault(name.replace(" ", ""), name)
            written = area.name.lower().replace(" ", "")
            if len(written) >= LEAST and name not in COMMON and area.level != "kota":
                for form in without_one(written):
                    self.index.setdefault(form, (written, name))

    def find(self, words: Sequence[str]) -> list[tuple[int, str]]:
        """Give the words that differ by one letter from the name of an area, by their places, with that name."""
        meant = self.meant
        return [(i, name) for i, word in enumerate(words) if (name := meant[word])]

    def _one_off(self, word: str) -> str | None:
        if not LEAST <= len(word) <= MOST or word in INNOCENT or word in STOP:
            return None
        found = next((self.index[form] for form in without_one(word) if form in self.index), None)
        return found[1] if found and is_one_off(word, found[0]) else None

    def explicit(
        self, words: list[str], level: str, named: Mapping[str, tuple[Entry, ...]]
    ) -> tuple[tuple[Entry, ...], int]:
        """Give the area meant by words after "kelurahan" or "kecamatan", and how many of the words name it."""
        for count in range(len(words), 0, -1):
            name = self._closest("".join(word for word in words[:count] if word.isalnum()), level)
            if name:
                return tuple(entry for entry in named[name] if entry.kind == level), count
        return (), 0

    def _closest(self, joined: str, level: str) -> str | None:
        """Give the one name of a level that is near enough, or that ends with the words ("Kosambi")."""
        if (joined, level) not in self.known:
            if len(self.known) > KEPT:
                self.known.clear()
            self.known[joined, level] = self._search(joined, level)
        return self.known[joined, level]

    def _search(self, joined: str, level: str) -> str | None:
        names = self.joined.get(level, {})
        if not 4 <= len(joined) <= MOST:  # noqa: PLR2004
            return None
        tails = [name for form, name in names.items() if form.endswith(joined)]
        if len(tails) == 1:
            return tails[0]
        allowed = 2 if len(joined) >= LEAST else 1
        from rapidfuzz.distance import OSA

        near = sorted(
            (OSA.distance(joined, form), name)
            for form, name in names.items()
            if abs(len(form) - len(joined)) <= allowed
        )
        if not near or near[0][0] > allowed or (len(near) > 1 and near[0][0] == near[1][0]):
            return None
        return near[0][1]
