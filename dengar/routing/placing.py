"""What the places of a post and a report say for and against one problem, in log odds."""

import math
from collections.abc import Iterator

from dengar.models import Place
from dengar.routing.floods import CHAIN_METRES, REACH_METRES
from dengar.routing.gist import Gist, LatLon, metres
from dengar.routing.naming import are_alike
from dengar.routing.sides import Heard, Known, Likeness
from dengar.routing.traits import NOWHERE, kelurahan, kota, point_of, shares

QUARTER = 4.0e6  # square metres in which two different problems of one kelurahan lie
MEASURED, MARKED, STREETS = 65.0, 150.0, 180.0  # metres by which points of one problem differ
FARTHEST_MEASURED, FARTHEST_NAMED = -9.0, -5.0
LEAST_NAMED, MOST_BESIDE_POINT = -1.5, 1.0  # what names say beside two geotags
SAME_STREET, OTHER_STREET = 4.5, -4.0
SAME_MARK, OTHER_MARK = 4.0, -2.0
SAME_AREA, NEAR_NAME = 1.2, 2.0
SAME_NUMBER, OTHER_NUMBER = 2.0, -4.0
SOMEWHERE = 1.0  # taken off a name when one of the two does not tell its kota
SAME_KELURAHAN, OTHER_KELURAHAN, OTHER_BUT_NEAR = 3.8, -6.0, -1.0
BESIDE_POINTS = 1.2  # all that a kelurahan says when points or names tell more
NEXT_DOOR = 600.0  # metres over the border of a kelurahan that posts and points easily cross
MOST_NAMED = 6.0
FLOODED, FLOODED_AREA, DRY = 4.5, 3.5, -6.0
OTHER_KOTA = -9.0  # for a flood: another sudin acts there


def compare_places(post: Heard, known: Known, rivals: int) -> Likeness:
    """Compare by geotags where both have one, otherwise by names, kelurahan, and points that names stand for."""
    point = point_of(post.place, post.gist)
    if point and post.gist.point and known.measured:
        distance = min(metres(point, one) for one in known.measured)
        names = _compare_names(post, known)
        return Likeness(
            _closeness(distance, MEASURED) + max(LEAST_NAMED, min(MOST_BESIDE_POINT, names.odds)),
            (f"{distance:.0f} m",),
        )
    area = _compare_areas(post, known, rivals)
    names = _compare_names(post, known)
    odds, facts = names.odds, names.facts
    here = point or _centre(post.place)
    distance = min((metres(here, one) for one in known.anchors), default=math.inf) if here else math.inf
    if _are_named(post.gist) and _are_named(known.names):
        area = min(area, BESIDE_POINTS)
    if area < 0 and (names.odds > 0 or (point and distance < NEXT_DOOR)):
        area = max(area, OTHER_BUT_NEAR)
    if not names.facts and point and distance < math.inf and (post.gist.point or known.measured):
        spread = STREETS if post.gist.streets or known.names.streets else MARKED
        odds += max(FARTHEST_NAMED, _closeness(distance, spread))
        area = min(area, BESIDE_POINTS)
        facts = (f"{distance:.0f} m",)
    return Likeness(min(MOST_NAMED, odds + area), facts or (("kelurahan yang sama",) if area > 0 else ()))


def compare_flooded(post: Heard, known: Known) -> Likeness:
    """Let floods chain by nearness, within reach of where they were first seen and inside one kota."""
    here, report = point_of(post.place, post.gist), known.report
    centre, first = _centre(post.place), _centre(report.place)
    if centre is None or first is None:
        return compare_places(post, known, 0)
    if kota(post.place) != kota(report.place):
        return Likeness(OTHER_KOTA, ())
    if metres(centre, first) > REACH_METRES:
        return Likeness(DRY, ())
    distance = min(metres(here or centre, one) for one in (*known.anchors, first))
    if here and known.anchors and distance <= CHAIN_METRES:
        return Likeness(FLOODED, (f"{distance:.0f} m",))
    if kelurahan(post.place) == kelurahan(report.place) != NOWHERE and not (here and known.anchors):
        return Likeness(FLOODED_AREA, ("kelurahan yang sama",))
    return Likeness(0.0 if distance <= 2 * CHAIN_METRES else DRY, (f"{distance:.0f} m",))


def _closeness(distance: float, spread: float) -> float:
    """Give the log odds of a distance: points of one problem scatter like a bell, others fill the quarter evenly."""
    return max(FARTHEST_MEASURED, math.log(QUARTER / (math.tau * spread**2)) - distance**2 / (2 * spread**2))


def _compare_areas(post: Heard, known: Known, rivals: int) -> float:
    mine, theirs = shares(post.place), shares(known.report.place)
    if kota(post.place) != kota(known.report.place) and NOWHERE not in (kota(post.place), kota(known.report.place)):
        return OTHER_KELURAHAN
    if not mine or not theirs:
        return 0.0
    together = sum(share * theirs.get(kel, 0.0) for kel, share in mine.items())
    if not together:
        return OTHER_KELURAHAN
    return max(OTHER_KELURAHAN, SAME_KELURAHAN + math.log(min(together, 1.0) / max(rivals, 1)))


def _compare_names(post: Heard, known: Known) -> Likeness:
    mine, theirs = post.gist, known.names
    odds, facts = 0.0, []
    if are_alike(mine.streets, theirs.streets):
        odds, facts = odds + SAME_STREET, ["jalan yang sama"]
    elif mine.streets and theirs.streets:
        odds += OTHER_STREET
    if are_alike(mine.marks, theirs.marks):
        odds += SAME_MARK
        facts.append("patokan yang sama")
    elif mine.marks and theirs.marks:
        odds += OTHER_MARK
    if mine.areas & theirs.areas:
        odds += SAME_AREA
    beside = (mine.near & (theirs.streets | theirs.marks)) | (theirs.near & (mine.streets | mine.marks))
    if beside:
        odds += NEAR_NAME
        facts.append(f"dekat {min(beside)}")
    if odds > 0 and NOWHERE in (kota(post.place), kota(known.report.place)):
        odds -= SOMEWHERE
    return Likeness(odds + sum(_compare_numbers(mine, theirs)), tuple(facts))


def _compare_numbers(mine: Gist, theirs: Gist) -> Iterator[float]:
    for kind in ("no ", "rt "):
        some = {one for one in mine.numbers if one.startswith(kind)}
        others = {one for one in theirs.numbers if one.startswith(kind)}
        if some and others:
            yield SAME_NUMBER if some & others else OTHER_NUMBER


def _are_named(names: Gist) -> bool:
    return bool(names.streets or names.marks)


def _centre(place: Place | None) -> LatLon | None:
    return (place.lat, place.lon) if place and place.lat is not None and place.lon is not None else None
