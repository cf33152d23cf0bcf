"""Traits: what a post and a report about the same problem must share, by which the store finds reports."""

import math
from functools import lru_cache
from typing import NamedTuple

from dengar.models import Place, Report
from dengar.routing.tallying import EXACT

NOWHERE = "_"
CELL_DEGREES = 0.002  # a little more than what counts as near, so that the nine cells around a point hold all of it
SAME_TEXT = 0.6  # shared words of all words of both, when the place gives no further hint
GISTS_KEPT = 20_000  # the same open reports are looked at by every batch


def make_traits(report: Report) -> tuple[str, ...]:
    """Give the traits by which a report is found."""
    return _make(report.category, report.gist, report.place, around=0)


def find_traits(category: str | None, gist: tuple[str, ...], place: Place | None) -> tuple[str, ...]:
    """Give the traits of which a report must have one to be about the same problem as a post."""
    return _make(category, gist, place, around=1)


def kelurahan(place: Place | None) -> str:
    """Give the code under which reports of this place are shelved."""
    return (place.kelurahan_code if place else None) or NOWHERE


class Gist(NamedTuple):
    """A gist taken apart: the spots, all words, those that are no part of a spot's name, and the rare ones.

    `rare` are enough words that two texts with SAME_TEXT in common share one; long words count as the rare ones.
    """

    spots: frozenset[str]
    words: frozenset[str]
    told: frozenset[str]
    rare: tuple[str, ...]


@lru_cache(maxsize=GISTS_KEPT)
def read_gist(gist: tuple[str, ...]) -> Gist:
    """Take a gist apart."""
    spots = frozenset(one for one in gist if one[0] == "@")
    words = frozenset(gist) - spots
    by_length = sorted(words, key=lambda word: (-len(word), word))
    names = {word for spot in spots for word in spot[1:].split()}
    rare = by_length[: len(words) - math.ceil(SAME_TEXT * len(words)) + 1]
    return Gist(spots=spots, words=words, told=words - names, rare=tuple(rare))


def _make(category: str | None, gist: tuple[str, ...], place: Place | None, *, around: int) -> tuple[str, ...]:
    read = read_gist(gist)
    shelf = f"{kelurahan(place)} {category or '-'}"
    return tuple(f"{shelf} {one}" for one in (*sorted(read.spots), *read.rare, *_cells(place, around=around)))


def _cells(place: Place | None, *, around: int) -> list[str]:
    if place is None or place.lat is None or place.lon is None or place.precision not in EXACT:
        return []
    row, column = math.floor(place.lat / CELL_DEGREES), math.floor(place.lon / CELL_DEGREES)
    steps = range(-around, around + 1)
    return [f"cell {row + north} {column + east}" for north in steps for east in steps]
