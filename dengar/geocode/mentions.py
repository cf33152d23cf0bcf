"""Find the names of places in a text.

A text goes through the automaton first; only one that holds a name or an opening word becomes a spaCy Doc, whose
PhraseMatcher finds the opening words ("Jl.", "Kel.", "RT"). What a word opens and what the tables know are then put
together: the longest span wins, and inside it the smaller names stay as hints.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dengar.geocode.gazetteer import Entry, Gazetteer, Match
from dengar.geocode.heads import is_tail, name_end, next_word, rt_rw_end, tail_end, with_address
from dengar.geocode.text import Tokens, tokenise
from dengar.geocode.typos import Typos
from dengar.geocode.words import (
    COMMON,
    HEADS,
    HONORIFICS,
    LOOSE,
    OFFICES,
    PLACE_WORDS,
    PLAIN_PHRASES,
    STOP,
    TOWARDS,
    UNUSUAL,
)

AREA_WORDS = {"kelurahan": "kelurahan", "kecamatan": "kecamatan", "desa": "desa", "kabupaten": "kabupaten"}
OFFICIAL = frozenset({"kelurahan", "kecamatan"})
ADDRESSED = frozenset({"street", "area", "landmark"})  # what takes a block and a house number
ONE_WORD = 2  # an opening word and one word of a name
MOST_MARKS = 5  # "Kel./Kec. X" has three marks and words between
RT_WORDS = frozenset({"rt", "rw", "ri"})
LEVELS = ("kelurahan", "kecamatan", "kota")
KINDS = ("kelurahan", "kecamatan", "kota", "area", "landmark", "road_structure", "waterway", "transit_stop", "street")


@dataclass(slots=True)
class Hit:
    """A place name at tokens first..last-1: what the text calls it, what the tables know, and how it is said.

    `said` is explicit ("Kel. X"), bare, named (only the beginning is known) or tail (all but a number is known);
    `towards` marks a mere direction.
    """

    first: int
    last: int
    kind: str
    entries: tuple[Entry, ...] = ()
    said: str = "bare"
    towards: bool = False
    inner: list[Match] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """The hits of one text, in the order of the text, and the names of places outside the city."""

    tokens: Tokens
    hits: list[Hit]
    outside: list[Hit]


class Finder:
    """Finds hits with one gazetteer; holds the spaCy matcher."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        from spacy.matcher import PhraseMatcher
        from spacy.tokens import Doc
        from spacy.vocab import Vocab

        self.gazetteer = gazetteer
        self.typos = Typos(gazetteer.areas)
        self.vocab = Vocab()
        self.openers = frozenset(HEADS) | frozenset(AREA_WORDS) | RT_WORDS
        self.matcher = PhraseMatcher(self.vocab)
        self.matcher.add("OPENER", [Doc(self.vocab, words=[word]) for word in sorted(self.openers)])

    def find(self, text: str) -> Found:
        """Give every place name of a text."""
        tokens = tokenise(text)
        matches = self.gazetteer.find(tokens.hay, tokens.begins, tokens.stops)
        matches += self._misspelt(tokens, matches)
        openers = self._openers(tokens) if not self.openers.isdisjoint(tokens.words) else []
        if not (matches or openers):
            return Found(tokens, [], [])
        hits = [*self._opened(tokens, openers, matches), *self._known(tokens, matches)]
        kept = _longest(hits, matches)
        kept = [hit for hit in kept if not _is_person(tokens, hit)]
        for hit in kept:
            hit.towards = _is_direction(tokens, hit)
        inside = [hit for hit in kept if hit.kind != "outside"]
        _settle_levels(inside)
        return Found(tokens, inside, [hit for hit in kept if hit.kind == "outside"])

    def _openers(self, tokens: Tokens) -> list[int]:
        """Give the tokens that open a name."""
        from spacy.tokens import Doc

        doc = Doc(self.vocab, words=[word if word in self.openers else "-" for word in tokens.words])
        return sorted(start for _, start, _ in self.matcher(doc))

    def _misspelt(self, tokens: Tokens, matches: list[Match]) -> list[Match]:
        """Give area names with one wrong letter, where nothing else is known."""
        covered = {i for match in matches for i in range(match.first, match.last)}
        found = []
        for i, word in enumerate(tokens.words):
            if i not in covered and word not in STOP:
                name = self.typos.one_off(word)
                if name:
                    found.append(Match(i, i + 1, self.gazetteer.named[name]))
        return found

    def _opened(self, tokens: Tokens, openers: list[int], matches: list[Match]) -> Iterator[Hit]:
        """Give the names that begin with an opening word."""
        areas: dict[int, int] = {}
        by_start: dict[int, list[Match]] = {}
        for match in matches:
            by_start.setdefault(match.first, []).append(match)
            if match.entries[0].kind in LEVELS or (match.entries[0].kind == "area" and match.last - match.first > 1):
                areas[match.first] = max(areas.get(match.first, 0), match.last - match.first)
        done = 0
        for i in openers:
            if i < done:
                continue
            word = tokens.words[i]
            hit = (
                self._rt_rw(tokens, i)
                if word in RT_WORDS
                else self._area(tokens, i, by_start)
                if word in AREA_WORDS
                else self._headed(tokens, i, by_start, areas)
            )
            if hit:
                done = hit.last if word in RT_WORDS else done
                yield hit

    def _rt_rw(self, tokens: Tokens, i: int) -> Hit | None:
        end = rt_rw_end(tokens, i)
        return Hit(i, end, "rt_rw") if end > i else None

    def _area(self, tokens: Tokens, i: int, by_start: dict[int, list[Match]]) -> Hit | None:
        """Read "Kel. X", "Kel./Kec. X" and "Desa X"; an unknown X gives a hit without entries."""
        word, at = tokens.words[i], i + 1
        while at < min(len(tokens.words), i + MOST_MARKS) and (
            tokens.words[at] in OFFICIAL or tokens.words[at] in "./:-,"
        ):
            at += 1
        if at >= len(tokens.words) or tokens.words[at] in STOP:
            return None
        level = AREA_WORDS[word]
        for match in sorted(by_start.get(at, ()), key=lambda match: -match.last):
            entries = tuple(entry for entry in match.entries if entry.kind == level)
            family = tuple(entry for entry in match.entries if entry.source == "family" and level == "kelurahan")
            if entries or family:
                return Hit(i, match.last, level, entries or family, "explicit")
        end = name_end(tokens, at, {})
        if end <= at:
            return None
        entries, last = self.typos.explicit(tokens.words[at:end], level, self.gazetteer.named)
        if not entries and (tokens.text.isupper() or not tokens.capital(at)):
            return None
        return Hit(i, at + last if entries else end, level, entries, "explicit")

    def _headed(self, tokens: Tokens, i: int, by_start: dict[int, list[Match]], areas: dict[int, int]) -> Hit | None:
        """Read a street, a building, a station ... that begins with its kind."""
        word = tokens.words[i]
        known = max(by_start.get(i, ()), key=lambda match: match.last, default=None)
        if known and any(entry.kind in LEVELS for entry in known.entries):
            return None
        if known and not _believable(tokens, known):
            known = None
        end, at = name_end(tokens, i + 1, areas), next_word(tokens, i + 1)
        if known and sum(tokens.words[at][0].isalnum() for at in range(i, known.last)) > ONE_WORD:
            end = tail_end(tokens, known.last, end)
        if known is None:
            capital = at >= 0 and tokens.capital(at) and not tokens.text.isupper()
            if end == i + 1 or (word in LOOSE and not capital):
                return None
            end = with_address(tokens, end) if HEADS[word] in ADDRESSED else end
            return Hit(i, end, HEADS[word], self._shorter(tokens, i, end))
        kind = known.entries[0].kind if word in LOOSE - {"pasar"} else HEADS[word]
        if kind == "outside":
            return None
        last = max(end, known.last)
        last = with_address(tokens, last) if kind in ADDRESSED else last
        rest = [at for at in range(known.last, end) if tokens.words[at][0].isalnum()]
        said = "named" if any(not is_tail(tokens, at) for at in rest) else "tail" if rest else "bare"
        return Hit(i, last, kind, known.entries, said)

    def _shorter(self, tokens: Tokens, first: int, last: int) -> tuple[Entry, ...]:
        """Give what is known of a name without its opening word, if that is a whole known name."""
        if tokens.words[first] in {"jalan", "gang"}:
            return ()
        name = " ".join(word for word in tokens.words[first + 1 : last] if word[0].isalnum())
        entries = self.gazetteer.named.get(name, ())
        return tuple(entry for entry in entries if entry.kind not in LEVELS and entry.kind != "outside")

    def _known(self, tokens: Tokens, matches: list[Match]) -> Iterator[Hit]:
        """Give the names of the tables that stand in the text without an opening word."""
        for match in matches:
            kinds = {entry.kind for entry in match.entries}
            kind = next((kind for kind in KINDS if kind in kinds), "outside")
            if not _believable(tokens, match):
                continue
            yield Hit(match.first, match.last, kind, match.entries)


def _before(tokens: Tokens, i: int) -> str:
    """Give the word before token i, over a full stop that shortens it ("Jl. Semarang")."""
    while i > 0 and tokens.words[i - 1] in {".", "-"}:
        i -= 1
    return tokens.words[i - 1] if i else ""


def _believable(tokens: Tokens, match: Match) -> bool:
    """Say whether a name is meant as a place: everyday words need an area word, a place word or a capital."""
    word, before = tokens.words[match.first], _before(tokens, match.first)
    written = tokens.capital(match.first) and not tokens.text.isupper()
    if match.last - match.first > 1:
        return written or " ".join(tokens.words[match.first : match.last]) not in PLAIN_PHRASES
    if before in AREA_WORDS or before in RT_WORDS:
        return True
    if before == "hari" or (before in HEADS and match.entries[0].kind == "outside"):
        return False
    if word in COMMON:
        return before in PLACE_WORDS and written
    if word in UNUSUAL or any(entry.source == "common" for entry in match.entries):
        return before in PLACE_WORDS or (written and match.first > 0)
    return True


def _is_person(tokens: Tokens, hit: Hit) -> bool:
    """Say whether a bare name follows a form of address."""
    named = hit.said == "bare" and hit.kind != "rt_rw" and tokens.words[hit.first] not in HEADS
    return named and _before(tokens, hit.first) in HONORIFICS


def _is_direction(tokens: Tokens, hit: Hit) -> bool:
    """Say whether the place is only where somebody is going, or an office's name."""
    before = _before(tokens, hit.first)
    return before in TOWARDS or before in OFFICES


def _settle_levels(hits: list[Hit]) -> None:
    """Read "Pasar Minggu" as the kecamatan where the text names another kelurahan of it."""
    named = {entry.codes[0] for hit in hits for entry in hit.entries if entry.kind == "kelurahan"}
    for hit in hits:
        own = {entry.codes[0] for entry in hit.entries if entry.kind == "kelurahan"}
        wider = tuple(entry for entry in hit.entries if entry.kind == "kecamatan")
        if hit.said == "bare" and own and any(code[:8] == wide.codes[0] for wide in wider for code in named - own):
            hit.entries, hit.kind = wider, "kecamatan"


def _longest(hits: list[Hit], matches: list[Match]) -> list[Hit]:
    """Keep hits that do not overlap, explicit ones and longer ones first, with the names inside each."""
    order = sorted(
        hits, key=lambda hit: (hit.first - hit.last, hit.said != "explicit", hit.kind == "outside", hit.first)
    )
    taken: set[int] = set()
    kept = []
    for hit in order:
        span = range(hit.first, hit.last)
        if taken.isdisjoint(span):
            taken.update(span)
            kept.append(hit)
    owner = {i: hit for hit in kept for i in range(hit.first, hit.last)}
    for match in matches:
        around = owner.get(match.first)
        if around and match.last <= around.last and match.last - match.first < around.last - around.first:
            around.inner.append(match)
    return sorted(kept, key=lambda hit: hit.first)
