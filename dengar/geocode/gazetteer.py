"""All names in memory, found in a text in one pass over its words.

A name is looked for as its words in one spelling, joined by spaces: with a dictionary that costs the same for a
thousand names and for a million.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

from dengar.geocode.memo import Memo
from dengar.geocode.tables import Entries, Entry, area_names, read_names
from dengar.geocode.text import Tokens, canonical, fold, next_inside
from dengar.geocode.words import HEADS, words
from dengar.models.place import Area

SAME_HEADS = (
    ("komplek", "perumahan", "cluster"),
    ("rusun", "rusunawa", "rusunami"),
    ("simpang", "pertigaan", "perempatan", "lampu merah"),
    ("rs", "rumah sakit"),
    ("sdn", "sd"),
    ("smpn", "smp"),
    ("sman", "sma"),
    ("kali", "sungai"),
    ("waduk", "situ", "setu", "danau"),
)
INITIALS = words("kh mh tb di mt ks rc rp re hr wr")  # also written "K.H.", "T.B."
JOINED = 7  # a name written without spaces is looked for when it has so many letters ...
MOST_JOINED = 3  # ... and no more words than this
NOTHING = Entries(())
REMEMBERED = frozenset({"knowledge", "belief"})


class Match(NamedTuple):
    """Tokens first..last-1 of a text are a name that these entries carry."""

    first: int
    last: int
    entries: Entries


class Layer(Protocol):
    """Names that a city has imported."""

    def begins(self, key: str) -> bool:
        """Say whether a name may begin with this."""
        ...

    def find(self, key: str) -> Entries:
        """Give the entries of a name, none when it does not have it."""
        ...

    def entries(self) -> Iterable[Entry]:
        """Give all entries."""
        ...


def forms(raw: str, kind: str) -> set[str]:
    """Give a name as it may stand in a text: without its spaces, and as people say it otherwise."""
    name = canonical(raw)
    found = {name, *_otherwise(name, kind)}
    parts = name.split()
    if 1 < len(parts) <= MOST_JOINED and len(name) >= JOINED and parts[0] not in HEADS:
        found.update(("".join(parts), "".join(raw.lower().split())))
        found.update(name.replace(f"{a} {b}", a + b) for a, b in pairwise(parts))
    found.update({form.replace("tanjung ", "tj ") for form in found})
    found.add(" ".join(" ".join(map(fold, word)) if word in INITIALS else word for word in name.split()))
    return found - {""}


def _otherwise(name: str, kind: str) -> set[str]:
    """Give the same name with other opening words: "Perumahan X" for "Komplek X", "Pertigaan X" for "Simpang X"."""
    head, _, rest = name.partition(" ")
    for heads in SAME_HEADS:
        if head in heads and rest:
            others = {f"{other} {rest}" for other in heads}
            return others | {rest} if kind == "area" and " " in rest else others
    return set()


def beginnings(keys: Iterable[str]) -> Iterator[str]:
    """Give everything with which a name begins, up to the names themselves."""
    for key in keys:
        at = key.find(" ")
        while at > 0:
            yield key[:at]
            at = key.find(" ", at + 1)
        yield key


class Gazetteer:
    """The names of areas, the built-in names that lie in them, and those of imported layers."""

    def __init__(self, areas: tuple[Area, ...], layers: Sequence[Layer] = ()) -> None:
        self.areas = areas
        self.layers = layers
        named: dict[str, dict[Entry, None]] = defaultdict(dict)
        inside = {area.code for area in areas}
        for name, entry in (*area_names(areas), *read_names()):
            for form in forms(name, entry.kind) if inside.issuperset(entry.codes) else ():
                named[form][entry] = None
        self.named = {form: Entries(entries) for form, entries in named.items()}
        self._begun = frozenset(beginnings(self.named))
        self._opens = Memo(self._begins)

    def _begins(self, key: str) -> bool:
        return key in self._begun or any(layer.begins(key) for layer in self.layers)

    def entries(self) -> Iterator[Entry]:
        """Give every entry once."""
        yield from dict.fromkeys(entry for entries in self.named.values() for entry in entries)
        for layer in self.layers:
            yield from layer.entries()

    def find_name(self, key: str) -> Entries:
        """Give the entries of a name in canonical spelling; what was measured stands before what is remembered."""
        entries = self.named.get(key, NOTHING)
        for layer in self.layers:
            if more := layer.find(key):
                kept = (one for one in entries if one.source not in REMEMBERED or one.kind not in more.kinds)
                entries = Entries((*kept, *more)) if entries else more
        return entries

    def find(self, tokens: Tokens) -> list[Match]:
        """Give every name in a text, also inside each other."""
        opens, words = self._opens, tokens.words
        matches: list[Match] = []
        for first in [i for i, word in enumerate(words) if opens[word]]:
            if entries := self.find_name(words[first]):
                matches.append(Match(first, first + 1, entries))
            self._find_longer(tokens, first, matches)
        return matches

    def _find_longer(self, tokens: Tokens, first: int, matches: list[Match]) -> None:
        """Add every name of several words that begins at a token."""
        words, key, at = tokens.words, tokens.words[first], next_inside(tokens, first)
        while at >= 0:
            key = f"{key} {words[at]}"
            if not self._begins(key):
                return
            if entries := self.find_name(key):
                matches.append(Match(first, at + 1, entries))
            at = next_inside(tokens, at)
