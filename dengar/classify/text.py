"""Normalisation, the same for training and running.

tokens(text)
  plain_letters      unicode tricks, emoji meaning            letters.py
  links              to '<tautan>': where they lead is not said
  spoken_tags        hashtags and accounts to words           hashtags.py
  pieces             words and figures, in lower case; each is read once and kept:
    figure_class       '30cm' to '<cm>'                       figures.py
    elongation         'bangeeet' to 'banget'
    slang              'yg' to 'yang'                         lexicon.py
  names              'tebet' to '<tempat>', 'ahok' to '<pejabat>': neither is a reason for a category
  repeats            'jalan-jalan' to 'jalan'
"""

import re
from itertools import chain
from operator import eq

from dengar.classify.figures import CLASSES, FIGURE, figure_class
from dengar.classify.hashtags import spoken_tags
from dengar.classify.letters import plain_letters
from dengar.classify.lexicon import long_names, short_names, slang

LONGEST = 5000
LINK = " <tautan> "
HEADLINE, HEADLINE_WORDS, HEADLINE_SHARE = "<judul>", 4, 0.75
KEPT_PIECES = 200_000
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]+")
_WORD = re.compile(r"[A-Za-z]{4,}")
_LONG = re.compile(r"([a-z])\1{2,}")
_TWICE = r"(?:2(?!\d))?"
# Only words with an r can begin a figure ('rt', 'rp'): the others, nearly all, are tried first.
_PIECE = re.compile(rf"[a-qs-z][a-z]*{_TWICE}|{FIGURE}|r[a-z]*{_TWICE}|<(?:{'|'.join(CLASSES)})>")
_SHORTEST_TWICE = 3


class _Pieces(dict[str, tuple[str, ...]]):
    """What each piece of text reads as; a piece that comes again is looked up."""

    def __missing__(self, piece: str) -> tuple[str, ...]:
        read = _read(piece)
        if len(self) < KEPT_PIECES:
            self[piece] = read
        return read


def _read(piece: str) -> tuple[str, ...]:
    if piece[0] == "<":
        return (piece,)
    figure = figure_class(piece)
    if figure:
        return (figure,)
    if piece[-1] == "2":  # 'lubang2' is 'lubang-lubang', 'ke2' is a number
        piece = piece[:-1]
        return _standard(piece) if len(piece) >= _SHORTEST_TWICE else (*_standard(piece), "<angka>")
    return _standard(piece)


def _standard(word: str) -> tuple[str, ...]:
    word = _LONG.sub(r"\1", word)
    short = short_names()
    return tuple(short.get(one, one) for one in slang().get(word, (word,)))


_pieces = _Pieces()


def _without_links(text: str) -> str:
    if "@" in text:
        text = _MAIL.sub(" ", text)
    return _LINK.sub(LINK, text) if "://" in text or "www." in text.lower() else text


def _once(words: list[str]) -> list[str]:
    if not any(map(eq, words, words[1:])):  # as nearly always, and much faster
        return words
    before = ""
    return [word for word in words if word != before and (before := word)]


def _without_names(words: list[str]) -> list[str]:
    """Replace names of several words by their class; those of one word were replaced piece by piece."""
    known = long_names()
    if known.keys().isdisjoint(words):
        return words
    found: list[tuple[int, int, str]] = []
    for at in [at for at, word in enumerate(words) if word in known]:
        if not found or at >= found[-1][1]:
            for name, kind in known[words[at]]:
                if words[at : at + len(name)] == name:
                    found.append((at, at + len(name), kind))
                    break
    if not found:
        return words
    kept: list[str] = []
    behind = 0
    for start, end, kind in found:
        kept += words[behind:start]
        kept.append(kind)
        behind = end
    return kept + words[behind:]


def _is_headline(text: str) -> bool:
    """Tell whether Nearly Every Longer Word Has a Capital, as newspapers write their headlines."""
    written = text.split()
    if sum(map(str.istitle, written)) * 2 < len(written):
        return False
    words = _WORD.findall(text)
    capitals = sum(word[0].isupper() and not word.isupper() for word in words)
    return len(words) >= HEADLINE_WORDS and capitals >= HEADLINE_SHARE * len(words)


def tokens(text: str) -> list[str]:
    """Give the normalised words of the first 5,000 characters; an empty list when there are none."""
    text = _without_links(plain_letters(text[:LONGEST]))
    mark = [HEADLINE] if _is_headline(text) else []
    pieces = _PIECE.findall(spoken_tags(text).lower().replace("'", ""))
    words = _once(list(chain.from_iterable(map(_pieces.__getitem__, pieces))))
    named = _without_names(words)
    return words if named is words and not mark else _once([*named, *mark])


def normalise(text: str) -> str:
    """Give the normalised words as one text; normalising it again changes nothing."""
    return " ".join(tokens(text))
