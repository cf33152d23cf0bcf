"""A place name in a text, as it was found and as it is said."""

from dataclasses import dataclass, field
from typing import Literal

from dengar.geocode.gazetteer import Match
from dengar.geocode.tables import Entry
from dengar.geocode.text import Tokens

Said = Literal["explicit", "bare", "named", "tail", "typo"]
Role = Literal["at", "near", "between", "towards", "route", "office", "like", "person"]


@dataclass(slots=True)
class Hit:
    """A place name at tokens first..last-1: what the text calls it, what the tables know, and how it is said.

    `said` is explicit ("Kel. X"), bare, named (only the beginning is known), tail (all but a number is known) or typo
    (a letter is wrong); `role` is what the words around make of it (roles.py); `head` is the word that opens it
    ("komplek"), if any.
    """

    first: int
    last: int
    kind: str
    entries: tuple[Entry, ...] = ()
    said: Said = "bare"
    role: Role = "at"
    head: str = ""
    inner: list[Match] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """The hits of one text, in the order of the text, and the names of places outside the city."""

    tokens: Tokens
    hits: list[Hit]
    outside: list[Hit]


def settle_levels(hits: list[Hit]) -> None:
    """Read "Pasar Minggu" as the kecamatan where the text names another kelurahan of it."""
    small = [hit for hit in hits if hit.kind == "kelurahan"]
    if len(small) < 2:  # noqa: PLR2004
        return
    named = {entry.codes[0] for hit in small for entry in hit.entries if entry.kind == "kelurahan"}
    for hit in small:
        own = {entry.codes[0] for entry in hit.entries if entry.kind == "kelurahan"}
        wider = tuple(entry for entry in hit.entries if entry.kind == "kecamatan")
        if hit.said == "bare" and own and any(code[:8] == wide.codes[0] for wide in wider for code in named - own):
            hit.entries, hit.kind = wider, "kecamatan"


def longest(hits: list[Hit], matches: list[Match]) -> list[Hit]:
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
