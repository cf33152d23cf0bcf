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
from collections.abc import Iterable
from itertools import chain

from dengar.classify.figures import CLASSES, FIGURE, figure_class
from dengar.classify.hashtags import spoken_tags
from dengar.classify.letters import plain_letters
from dengar.classify.lexicon import names, slang

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
    return slang().get(word, (word,))


_pieces = _Pieces()


def _without_links(text: str) -> str:
    if "@" in text:
        text = _MAIL.sub(" ", text)
    return _LINK.sub(LINK, text) if "://" in text or "www." in text.lower() else text


def _once(words: Iterable[str]) -> list[str]:
    before = ""
    return [word for word in words if word != before and (before := word)]


def _without_names(words: list[str]) -> list[str]:
    known = names()
    if known.keys().isdisjoint(words):
        return words
    kept: list[str] = []
    behind = 0
    for at, word in enumerate(words):
        if at < behind:
            continue
        for name, kind in known.get(word, ()):
            if tuple(words[at : at + len(name)]) == name:
                kept.append(kind)
                behind = at + len(name)
                break
        else:
            kept.append(word)
    return kept


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
    words = _without_names(_once(chain.from_iterable([_pieces[piece] for piece in pieces])))
    return _once([*words, *mark])


def normalise(text: str) -> str:
    """Give the normalised words as one text; normalising it again changes nothing."""
    return " ".join(tokens(text))
