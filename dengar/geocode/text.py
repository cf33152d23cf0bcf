"""A text as tokens in one spelling, each with its exact place in the original."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from dengar.geocode.words import ABBREVIATIONS, CANONICAL

TOKEN = re.compile(
    r"(?P<skip>https?://\S{1,400}|www\.\S{1,400}|@\w{1,60}|&(?:amp|gt|lt|quot|nbsp);)"
    r"|(?P<tag>(?<=#)[^\W_]+)|(?P<word>(?i:di(?=(?:jln?|jalan|gang|gg|kel|kec|kelurahan|kecamatan|perum|komplek)\b))|[^\W\d_]+)|(?P<number>\d+)|(?P<mark>\n|[^\w\s])",
)
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
GLUE = frozenset(".-'`\u2019\u2010\u2011*_\u200b\u200c\u200d\ufeff")  # marks that may stand inside a name
LOOKALIKES = str.maketrans("аеорсухкмнтвіӏɡοανρтı", "aeopcyxkmhtbilgoavpti")
BREAK = "|"
SHORT = 3  # a word this short before a full stop is an abbreviation, not the end of a sentence


class Tokens(NamedTuple):
    """The tokens of a text: canonical words, their offsets, and the hay in which the automaton looks for names.

    A token of the hay that is BREAK cannot be part of a name. `hay_start[i]` is the position of token i in the hay;
    `begins` and `stops` give the token that begins or stops at a position of the hay. `upper` marks a text that is all
    in capitals, where a capital says nothing.
    """

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    hay: str
    begins: dict[int, int]
    stops: dict[int, int]
    upper: bool

    def span(self, first: int, last: int) -> str:
        """Give the original text of the tokens first..last-1."""
        return self.text[self.starts[first] : self.ends[last - 1]]

    def capital(self, i: int) -> bool:
        """Say whether token i begins with a capital."""
        return self.text[self.starts[i]].isupper()


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Give a word in lower case, without accents, look-alikes of other scripts, and in one spelling."""
    if not word.isascii():
        word = unicodedata.normalize("NFKD", word).lower().translate(LOOKALIKES)
        word = "".join(char for char in word if not unicodedata.combining(char))
    word = word.lower()
    return CANONICAL.get(word, word)


@lru_cache(maxsize=65_536)
def canonical(name: str) -> str:
    """Give a name as it stands in the hay of a text."""
    return tokenise(name).hay.strip(" |").replace(" | ", " ")


def tokenise(text: str) -> Tokens:
    """Cut a text into tokens in one pass."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in TOKEN.finditer(text):
        start, end = match.span()
        kind = match.lastgroup
        if kind == "tag":
            for part in CAMEL.finditer(text, start, end) if text[start:end].isascii() else (match,):
                words.append(fold(part.group()))
                starts.append(part.start())
                ends.append(part.end())
            continue
        words.append(fold(match.group()) if kind == "word" else BREAK if kind == "skip" else match.group())
        starts.append(start)
        ends.append(end)
    return _with_hay(text, words, starts, ends)


def _with_hay(text: str, words: list[str], starts: list[int], ends: list[int]) -> Tokens:
    """Join the tokens to the hay and note where each begins and stops in it."""
    pieces: list[str] = [""]
    begins: dict[int, int] = {}
    stops: dict[int, int] = {}
    at = 1
    for i, word in enumerate(words):
        piece = word
        if not word[0].isalnum():
            if word in GLUE and not _parts(text, words, ends, i):
                continue
            piece = BREAK
        begins[at] = i
        at += len(piece)
        stops[at] = i
        at += 1
        pieces.append(piece)
    pieces.append("")
    return Tokens(text, words, starts, ends, " ".join(pieces), begins, stops, text.isupper())


def _parts(text: str, words: list[str], ends: list[int], i: int) -> bool:
    """Say whether the full stop or dash at token i parts two names."""
    if i == 0 or not text[ends[i] : ends[i] + 1].isspace():
        return False
    if words[i] != ".":
        return words[i] == "-"
    return len(words[i - 1]) > SHORT and words[i - 1] not in ABBREVIATIONS
