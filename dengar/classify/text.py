"""Normalisation, the same for training and running.

normalise(text)
  plain_letters      unicode tricks, emoji meaning            letters.py
  links              dropped: where they lead is not said
  spoken_tags        hashtags and accounts to words           hashtags.py
  elongation         'bangeeet' to 'banget'
  number_classes     '30cm' to '<cm>'                         figures.py
  slang              'yg' to 'yang', once per word            lexicon.py
  places             'tebet' to '<tempat>': a place is no reason for a category
  repeats            'jalan-jalan' to 'jalan'
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from dengar.classify.figures import CLASSES, number_classes
from dengar.classify.hashtags import spoken_tags
from dengar.classify.letters import plain_letters
from dengar.classify.lexicon import places, slang

LONGEST = 5000
PLACE = "<tempat>"
HEADLINE, HEADLINE_WORDS, HEADLINE_SHARE = "<judul>", 4, 0.75
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]+")
_WORD = re.compile(r"[A-Za-z]{4,}")
_LONG = re.compile(r"([a-z])\1{2,}")
_TOKEN = re.compile(rf"<(?:{'|'.join(CLASSES)})>|[a-z]+")


def _without_links(text: str) -> str:
    if "@" in text:
        text = _MAIL.sub(" ", text)
    return _LINK.sub(" ", text) if "/" in text or "." in text else text


def _standard(words: Iterable[str]) -> Iterator[str]:
    known = slang()
    for word in words:
        standard = known.get(word)
        if standard is None:
            yield word
        else:
            yield from standard


def _once(words: Iterable[str]) -> list[str]:
    return [word for word, _ in groupby(words)]


def _without_places(words: list[str]) -> Iterator[str]:
    known = places()
    at = 0
    while at < len(words):
        for name in known.get(words[at], ()):
            if tuple(words[at : at + len(name)]) == name:
                yield PLACE
                at += len(name)
                break
        else:
            yield words[at]
            at += 1


def _is_headline(text: str) -> bool:
    """Tell whether Nearly Every Longer Word Has a Capital, as newspapers write their headlines."""
    words = _WORD.findall(text)
    capitals = sum(word[0].isupper() and not word.isupper() for word in words)
    return len(words) >= HEADLINE_WORDS and capitals >= HEADLINE_SHARE * len(words)


def tokens(text: str) -> list[str]:
    """Give the normalised words of the first 5,000 characters; an empty list when there are none."""
    text = plain_letters(text[:LONGEST])
    text = _without_links(text)
    mark = [HEADLINE] if _is_headline(text) else []
    text = spoken_tags(text).lower().replace("'", "")
    text = number_classes(_LONG.sub(r"\1", text))
    return _once([*_without_places(_once(_standard(_TOKEN.findall(text)))), *mark])


def normalise(text: str) -> str:
    """Give the normalised words as one text; normalising it again changes nothing."""
    return " ".join(tokens(text))
