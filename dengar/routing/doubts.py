"""Why a person must look at a message: what we are unsure of, and what may hurt somebody."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import msgspec

from dengar.models import Doubt, DoubtKind, Labels, Post
from dengar.models.record import Timeless
from dengar.routing.accusing import accuses_somebody
from dengar.routing.conditions import SURE_PLACE

LEXICON = Path(__file__).with_name("doubts.toml")
SPAM_FLAG = "spam"  # of collectors whose channel says so itself
LINKS = 3
_LINK = re.compile(r"https?://\S|\[telepon\]", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_FIRST = re.compile(r"(\w+)(\*?)")
_DENIED = re.compile(
    r"(?<!\w)(?:bukan|tidak|tdk|tak|gak|ga|gk|nggak|ngga|enggak|engga|tanpa|belum|blm|gada|anti|cegah|mencegah|pencegahan)"
    r"(?:\s+(?:ada|adanya|yg|yang|bawa|membawa|pakai|pake|kasus|aksi|terjadi|sampai|sampe)){0,2}\s+$",
    re.IGNORECASE,
)
_BEFORE = 40  # characters in which a negation may stand


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Phrases for one doubt, as they stand in the lexicon."""

    kind: DoubtKind
    reason: str
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()
    negated: bool = False
    signs: int = 1


class Finder(Timeless, frozen=True, kw_only=True):
    """A group made ready to search."""

    group: Group
    firsts: frozenset[str]
    stems: tuple[str, ...]
    words: re.Pattern[str]
    unless: re.Pattern[str] | None

    def hits(self, text: str) -> Iterator[str]:
        """Give what stands in the text, without what is denied or means something else."""
        spared = [one.span() for one in self.unless.finditer(text)] if self.unless else []
        for found in self.words.finditer(text):
            start, end = found.span()
            if any(first < end and start < last for first, last in spared):
                continue
            if not (self.group.negated and _DENIED.search(text[max(0, start - _BEFORE) : start])):
                yield " ".join(found.group().lower().split())

    def finds(self, text: str, words: frozenset[str]) -> bool:
        """Say whether enough different phrases are in a text of these words.

        Most texts have not even the first word of one, and looking for that costs a hundredth.
        """
        if self.firsts.isdisjoint(words) and not any(one.startswith(self.stems) for one in words):
            return False
        if self.group.signs == 1:
            return next(self.hits(text), None) is not None
        return len(set(self.hits(text))) >= self.group.signs


def find_doubts(post: Post, category: str | None) -> tuple[Doubt, ...]:
    """Say in Indonesian why a person must look, one doubt of a kind: first what routing lacks, then what may hurt."""
    found = (*_routing_doubts(post, category), *find_hazards(post))
    kinds = {one.kind: one for one in reversed(found)}
    return tuple(kinds[kind] for kind in get_args(DoubtKind) if kind in kinds)


def find_hazards(post: Post) -> Iterator[Doubt]:
    """Say what in a message may hurt somebody: spam, personal data, danger to people."""
    if SPAM_FLAG in post.flags:
        yield Doubt(kind="spam", reason="Salurannya menandai ini sebagai spam.")
    if len(_LINK.findall(post.text)) >= LINKS:
        yield Doubt(kind="spam", reason="Banyak tautan atau nomor telepon.")
    words = frozenset(_WORD.findall(post.text.lower()))
    for finder in _finders():
        if finder.finds(post.text, words):
            yield Doubt(kind=finder.group.kind, reason=finder.group.reason)
    if accuses_somebody(post.text, words):
        yield Doubt(kind="personal_data", reason="Mungkin menuduh orang dengan namanya.")


def _routing_doubts(post: Post, category: str | None) -> Iterator[Doubt]:
    if post.outside:
        yield Doubt(kind="outside", reason=f"Di luar Jakarta: {post.outside}.")
        return
    if category is None:
        doubt = _category_doubt(post.labels)
        yield doubt
        if doubt.kind == "no_complaint":
            return
    if post.place is None:
        yield Doubt(kind="place", reason="Lokasi tidak diketahui.")
    elif post.place.confidence < SURE_PLACE:
        yield Doubt(kind="place", reason="Lokasi belum pasti.")


def _category_doubt(labels: Labels | None) -> Doubt:
    if labels is not None and not labels.is_complaint and not labels.abstained:
        return Doubt(kind="no_complaint", reason="Mungkin bukan keluhan.")
    return Doubt(kind="category", reason="Kategori belum pasti.")


@cache
def _finders() -> tuple[Finder, ...]:
    groups = msgspec.convert(tomllib.loads(LEXICON.read_text(encoding="utf-8"))["group"], tuple[Group, ...])
    return tuple(map(_make_finder, groups))


def _make_finder(group: Group) -> Finder:
    firsts = [found for one in group.words if (found := _FIRST.search(one.lower()))]
    return Finder(
        group=group,
        firsts=frozenset(one[1] for one in firsts if not one[2]),
        stems=tuple({one[1] for one in firsts if one[2]}),
        words=_phrases(group.words),
        unless=_phrases(group.unless) if group.unless else None,
    )


def _phrases(phrases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(_phrase, longest_first))})(?!\w)", re.IGNORECASE)


def _phrase(phrase: str) -> str:
    return r"(?:[\s,/-]{1,3}\w{1,20}){0,3}[\s,/-]{1,3}".join(
        r"[\s/-]{1,3}".join(re.escape(word).replace(r"\*", r"\w{0,8}") for word in part.split())
        for part in phrase.split(" ... ")
    )
