"""Find the names of places in texts.

What a word opens ("Jl.", "Kel.", "RT") and what the tables know are put together: the longest span wins, and inside it
the smaller names stay as hints. Then spaCy reads what the words around each name make of it (roles.py).
"""

from collections.abc import Iterator, Sequence

from dengar.geocode.context import AREA_WORDS, OPENERS, RT_WORDS, believable
from dengar.geocode.gazetteer import Gazetteer, Match
from dengar.geocode.heads import is_part, name_end, next_word, rt_rw_end, tail_end, with_address
from dengar.geocode.hits import Found, Hit, Said, longest, settle_levels
from dengar.geocode.roles import Roles
from dengar.geocode.tables import LEVELS, Entry
from dengar.geocode.text import Tokens, tokenise
from dengar.geocode.typos import Typos, Words
from dengar.geocode.words import HEADS, LOOSE, STOP
from dengar.models.place import Mention

OFFICIAL = frozenset({"kelurahan", "kecamatan"})
ADDRESSED = frozenset({"street", "area", "landmark"})  # what takes a block and a house number
ONE_WORD = 2  # an opening word and one word of a name
MOST_MARKS = 5  # "Kel./Kec. X" has three marks and words between


def make_mentions(found: Found) -> tuple[Mention, ...]:
    """Give the hits of a text as records, in its order, each name once."""
    tokens, seen, mentions = found.tokens, set(), []
    for hit in sorted([*found.hits, *found.outside], key=lambda hit: hit.first):
        name = "".join(word for word in tokens.words[hit.first : hit.last] if word.isalnum())
        if name not in seen:
            seen.add(name)
            kind = "area" if hit.kind in {"outside", "desa", "kabupaten"} else hit.kind
            start, end = tokens.offsets(hit.first, hit.last)
            mentions.append(Mention(start=start, end=end, text=tokens.text[start:end], type=kind))
    return tuple(mentions)


class Finder:
    """Finds hits with one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.typos = Typos(gazetteer.areas)
        self.words = Words(gazetteer.named)
        self.roles = Roles()

    def find(self, texts: Sequence[str]) -> list[Found]:
        """Give every place name of each text."""
        batch = [self._find(tokenise(text)) for text in texts]
        self.roles.give([found for found in batch if found.hits or found.outside])
        for found in batch:
            found.hits = [hit for hit in found.hits if hit.role != "person"]
            found.outside = [hit for hit in found.outside if hit.role != "person"]
            settle_levels(found.hits)
        return batch

    def _find(self, tokens: Tokens) -> Found:
        matches = self.gazetteer.find(tokens)
        matches += self._misspelt(tokens, matches)
        openers = [i for i, word in enumerate(tokens.words) if word in OPENERS]
        if not (matches or openers):
            return Found(tokens, [], [])
        kept = longest([*self._opened(tokens, openers, matches), *self._known(tokens, matches)], matches)
        inside = [hit for hit in kept if hit.kind != "outside"]
        return Found(tokens, inside, [hit for hit in kept if hit.kind == "outside"])

    def _misspelt(self, tokens: Tokens, matches: list[Match]) -> list[Match]:
        """Give area names with one wrong letter, where nothing else is known."""
        found = self.typos.find(tokens.words)
        covered = {i for match in matches for i in range(match.first, match.last)} if found else set()
        return [Match(i, i + 1, self.gazetteer.named[name]) for i, name in found if i not in covered]

    def _opened(self, tokens: Tokens, openers: list[int], matches: list[Match]) -> Iterator[Hit]:
        """Give the names that begin with an opening word."""
        areas: dict[int, int] = {}
        by_start: dict[int, list[Match]] = {}
        for match in matches:
            by_start.setdefault(match.first, []).append(match)
            kind = match.entries[0].kind
            if kind in LEVELS or (kind == "area" and match.last - match.first > 1):
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
        if not entries and (tokens.upper or not tokens.capital(at)):
            return None
        return Hit(i, at + last if entries else end, level, entries, "explicit")

    def _headed(self, tokens: Tokens, i: int, by_start: dict[int, list[Match]], areas: dict[int, int]) -> Hit | None:
        """Read a street, a building, a station ... that begins with its kind."""
        word = tokens.words[i]
        known = by_start[i][-1] if i in by_start else None  # the longest: they come in the order of their ends
        if known and not LEVELS.isdisjoint(known.entries.kinds):
            return None
        if known and not believable(tokens, known):
            known = None
        end, at = name_end(tokens, i + 1, areas), next_word(tokens, i + 1)
        if known and sum(tokens.words[at][0].isalnum() for at in range(i, known.last)) > ONE_WORD:
            end = tail_end(tokens, known.last, end)
        if known is None:
            capital = at >= 0 and tokens.capital(at) and not tokens.upper
            if end == i + 1 or (word in LOOSE and not capital):
                return None
            return self._unknown(tokens, i, end)
        kind = known.entries[0].kind if word in LOOSE - {"pasar"} else HEADS[word]
        if kind == "outside":
            return None
        last = max(end, known.last)
        last = with_address(tokens, last) if kind in ADDRESSED else last
        rest = [at for at in range(known.last, end) if tokens.words[at][0].isalnum()]
        said: Said = "bare" if not rest else "tail" if all(is_part(tokens, at) for at in rest) else "named"
        return Hit(i, last, kind, known.entries, said, head=word)

    def _unknown(self, tokens: Tokens, i: int, end: int) -> Hit:
        """Read a name that no table knows: without its opening word, or with a wrong letter, it may."""
        head = tokens.words[i]
        last = with_address(tokens, end) if HEADS[head] in ADDRESSED else end
        if entries := self._shorter(tokens, i, last):
            return Hit(i, last, HEADS[head], entries, head=head)
        words = [word for word in tokens.words[i:end] if word[0].isalnum()]
        mended = self.words.mend(words)
        entries = self.gazetteer.find_name(" ".join(mended)) if mended != words else ()
        return Hit(i, last, HEADS[head], entries, "typo" if entries else "bare", head=head)

    def _shorter(self, tokens: Tokens, first: int, last: int) -> tuple[Entry, ...]:
        """Give what is known of a name without its opening word, if that is a whole known name."""
        if tokens.words[first] in {"jalan", "gang"}:
            return ()
        name = " ".join(word for word in tokens.words[first + 1 : last] if word[0].isalnum())
        entries = self.gazetteer.find_name(name)
        return tuple(entry for entry in entries if entry.kind not in LEVELS and entry.kind != "outside")

    def _known(self, tokens: Tokens, matches: list[Match]) -> Iterator[Hit]:
        """Give the names of the tables that stand in the text without an opening word."""
        for match in matches:
            if believable(tokens, match):
                yield Hit(match.first, match.last, match.entries.kind, match.entries, head=tokens.words[match.first])
