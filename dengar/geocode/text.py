"""A text as tokens in one spelling, each with its exact place in the original."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from dengar.geocode.words import ABBREVIATIONS, CANONICAL

# What is never part of a name comes first: addresses, accounts, entities. A word written together with "di" is cut.
ODD = r"https?://\S{1,400}|www\.\S{1,400}|@\w{1,60}|&(?:amp|gt|lt|quot|nbsp);"
GLUED = r"[dD][iI](?=(?i:jln?|jalan|gang|gg|kel|kec|kelurahan|kecamatan|perum|komplek)\b)"
HIDDEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
WORD = rf"[^\W\d_]+(?:[{HIDDEN}\u0300-\u036f]+[^\W\d_]*)*"
ASCII_TOKEN = re.compile(rf"{ODD}|(?<=#)[^\W_]+|{GLUED}|[A-Za-z]+|\d+|\n|[^\w\s]")
TOKEN = re.compile(rf"{ODD}|(?<=#)[^\W_]+|{GLUED}|{WORD}|\d+|\n|[^\w\s{HIDDEN}]")
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
GLUE = frozenset(".-'`\u2019\u2010\u2011*_")  # marks that may stand inside a name
LOOKALIKES = str.maketrans("аеорсухкмнтвіӏѕјԁԛԝһɡɑοανρτικυı", "aeopcyxkmhtbilsjdqwhgaoavptikui")
UNSEEN = dict.fromkeys([0xAD, 0x2060, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0xFE00, 0xFE10)])
BREAK = "|"
SHORT = 3  # a word this short before a full stop is an abbreviation, not the end of a sentence


class Tokens(NamedTuple):
    """The tokens of a text: words in one spelling, and where each starts and ends in the text.

    What cannot be part of a name (an address on the web, an account) is BREAK. `upper` marks a text that is all in
    capitals, where a capital says nothing.
    """

    text: str
    words: list[str]
    starts: list[int]
    ends: list[int]
    upper: bool

    def span(self, first: int, last: int) -> str:
        """Give the original text of the tokens first..last-1."""
        return self.text[self.starts[first] : self.ends[last - 1]]

    def capital(self, i: int) -> bool:
        """Say whether token i begins with a capital."""
        return self.text[self.starts[i]].isupper()


@lru_cache(maxsize=131_072)
def fold(word: str) -> str:
    """Give a word in lower case, without accents, look-alikes of other scripts, and in one spelling."""
    if not word.isascii():
        word = unicodedata.normalize("NFKD", word.translate(UNSEEN)).lower().translate(LOOKALIKES)
        word = "".join(char for char in word if not unicodedata.combining(char)) or BREAK
    word = word.lower()
    if word[0] in "@&hw" and not word.isalnum():
        return BREAK
    return CANONICAL.get(word, word)


@lru_cache(maxsize=65_536)
def canonical(name: str) -> str:
    """Give a name in the spelling in which it is looked for."""
    return " ".join(word for word in tokenise(name).words if word[0].isalnum())


def tokenise(text: str) -> Tokens:
    """Cut a text into tokens in one pass."""
    pattern = ASCII_TOKEN if text.isascii() else TOKEN
    spans = [match.span() for match in pattern.finditer(text)]
    if "#" in text:
        spans = _cut_tags(text, spans)
    starts, ends = map(list, zip(*spans, strict=True)) if spans else ([], [])
    words = [fold(text[start:end]) for start, end in spans]
    return Tokens(text, words, starts, ends, text.isupper())


def _cut_tags(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Cut "#PondokLabu" into its words."""
    cut: list[tuple[int, int]] = []
    for start, end in spans:
        is_tag = start > 0 and text[start - 1] == "#" and text[start:end].isascii()
        cut += [part.span() for part in CAMEL.finditer(text, start, end)] if is_tag else [(start, end)]
    return cut


def next_inside(tokens: Tokens, i: int) -> int:
    """Give the word after token i that may belong to the same name, over marks that may stand inside one; else -1."""
    words = tokens.words
    for at in range(i + 1, len(words)):
        word = words[at]
        if word[0].isalnum():
            return at
        if word not in GLUE or _parts(tokens, at):
            return -1
    return -1


def _parts(tokens: Tokens, i: int) -> bool:
    """Say whether the full stop or dash at token i parts two names."""
    after = tokens.ends[i]
    if i == 0 or not tokens.text[after : after + 1].isspace():
        return False
    word = tokens.words[i - 1]
    return tokens.words[i] == "-" or (tokens.words[i] == "." and len(word) > SHORT and word not in ABBREVIATIONS)
