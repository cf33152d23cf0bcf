"""A text as tokens in one spelling, each with its exact place in the original."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from dengar.geocode.words import ABBREVIATIONS, CANONICAL

# What is never part of a name comes first: addresses, accounts, entities. A word written together with "di" is cut. A
# mark keeps the space behind it: that tells a full stop from the dot of an abbreviation.
ODD = r"https?://\S{1,400}|www\.\S{1,400}|@\w{1,60}|&(?:amp|gt|lt|quot|nbsp);"
GLUED = r"[dD][iI](?=(?i:jln?|jalan|gang|gg|kel|kec|kelurahan|kecamatan|perum|komplek)\b)"
HIDDEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
WORD = rf"[^\W\d_]+(?:[{HIDDEN}\u0300-\u036f]+[^\W\d_]*)*"
ASCII_TOKEN = re.compile(rf"{ODD}|(?<=#)[^\W_]+|{GLUED}|[A-Za-z]+|\d+|\n|[^\w\s][^\S\n]?")
TOKEN = re.compile(rf"{ODD}|(?<=#)[^\W_]+|{GLUED}|{WORD}|\d+|\n|[^\w\s{HIDDEN}][^\S\n]?")
CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
GLUE = frozenset(".-'`\u2019\u2010\u2011*_")  # marks that may stand inside a name
LOOKALIKES = str.maketrans("аеорсухкмнтвіӏѕјԁԛԝһɡɑοανρτικυı", "aeopcyxkmhtbilsjdqwhgaoavptikui")
UNSEEN = re.compile(f"[{HIDDEN}]")
BREAK = "|"
SHORT = 3  # a word this short before a full stop is an abbreviation, not the end of a sentence


class Tokens:
    """The tokens of a text: its pieces, the same as words in one spelling, and where each starts in the text.

    What cannot be part of a name (an address on the web, an account) is BREAK. `upper` marks a text that is all in
    capitals, where a capital says nothing.
    """

    __slots__ = ("_starts", "pieces", "text", "upper", "words")

    def __init__(self, text: str, pieces: list[str]) -> None:
        self.text = text
        self.pieces = pieces
        self.words = list(map(fold, pieces))
        self.upper = text.isupper()
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """Where each token starts; worked out when first asked for, as most texts hold no name."""
        if self._starts is None:
            starts, at, find = [], 0, self.text.find
            for piece in self.pieces:
                at = find(piece, at)
                starts.append(at)
                at += len(piece)
            self._starts = starts
        return self._starts

    def end(self, i: int) -> int:
        """Give where token i ends."""
        return self.offsets(i, i + 1)[1]

    def offsets(self, first: int, last: int) -> tuple[int, int]:
        """Give where the tokens first..last-1 start and end."""
        starts, piece = self.starts, self.pieces[last - 1]
        size = len(piece) if len(piece) == 1 or piece[-1] > " " else len(piece.rstrip())
        return starts[first], starts[last - 1] + size

    def span(self, first: int, last: int) -> str:
        """Give the original text of the tokens first..last-1."""
        start, end = self.offsets(first, last)
        return self.text[start:end]

    def capital(self, i: int) -> bool:
        """Say whether token i begins with a capital."""
        return self.pieces[i][0].isupper()


@lru_cache(maxsize=131_072)
def fold(word: str) -> str:
    """Give a word in lower case, without accents, look-alikes of other scripts, and in one spelling."""
    if not word.isascii():
        word = unicodedata.normalize("NFKD", UNSEEN.sub("", word)).lower().translate(LOOKALIKES)
        word = "".join(char for char in word if not unicodedata.combining(char)) or BREAK
    word = word.lower()
    if word.isalnum():
        return CANONICAL.get(word, word)
    return BREAK if word[0] in "@&hw" else word.rstrip() or word


@lru_cache(maxsize=65_536)
def canonical(name: str) -> str:
    """Give a name in the spelling in which it is looked for."""
    return " ".join(word for word in tokenise(name).words if word[0].isalnum())


def tokenise(text: str) -> Tokens:
    """Cut a text into tokens in one pass."""
    pieces: list[str] = (ASCII_TOKEN if text.isascii() else TOKEN).findall(text)
    return Tokens(text, _cut_tags(pieces) if "#" in text else pieces)


def _cut_tags(pieces: Sequence[str]) -> list[str]:
    """Cut "#PondokLabu" into its words."""
    cut: list[str] = []
    for before, piece in pairwise(("", *pieces)):
        cut += CAMEL.findall(piece) if before == "#" and piece.isascii() and piece.isalnum() else [piece]
    return cut


def next_inside(tokens: Tokens, i: int) -> int:
    """Give the word after token i that may belong to the same name, over marks that may stand inside one; else -1."""
    words, at = tokens.words, i + 1
    while at < len(words):
        word = words[at]
        if word[0].isalnum():
            return at
        if word not in GLUE or _parts(tokens, at):
            return -1
        at += 1
    return -1


def _parts(tokens: Tokens, i: int) -> bool:
    """Say whether the full stop or dash at token i parts two names."""
    if i == 0 or len(tokens.pieces[i]) == 1:
        return False
    word = tokens.words[i - 1]
    return tokens.words[i] == "-" or (tokens.words[i] == "." and len(word) > SHORT and word not in ABBREVIATIONS)
