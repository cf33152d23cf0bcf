"""Hashtags and account names to words: '#JakartaBanjir' and '#jakartabanjir' both become 'jakarta banjir'."""

import re
from functools import lru_cache

from dengar.classify.lexicon import split_words

ANONYMOUS = {"pengguna", "user", "username"}  # what exports write in place of an account
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_TAG = re.compile(r"([#@])(\w{1,100})")


@lru_cache(maxsize=8192)
def split_run(run: str) -> tuple[str, ...]:
    """Split lower-case letters without spaces into the fewest known words; empty when it cannot be done."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - 20), end):
            before = best[start]
            if before is None or run[start:end] not in split_words():
                continue
            found = best[end]
            if found is None or len(before) + 1 < len(found):
                best[end] = (*before, run[start:end])
    return best[-1] or ()


def _words(name: str) -> list[str]:
    words: list[str] = []
    for hump in _HUMP.findall(name):
        words.extend(split_run(hump.lower()) or [hump.lower()])
    return words


def _spoken(found: re.Match[str]) -> str:
    words = _words(found[2])
    if found[1] == "@" and (found[2].lower() in ANONYMOUS or not all(word in split_words() for word in words)):
        return " <akun> "
    return " " + " ".join(words) + " "


def spoken_tags(text: str) -> str:
    """Replace each hashtag by its words, and each account by its words or, when they say nothing, by '<akun>'."""
    return _TAG.sub(_spoken, text) if "#" in text or "@" in text else text
