"""How likely a post and a report mean the same problem: the sum of what speaks for it and against it.

Everything is measured in natural log odds (Fellegi and Sunter 1969): 0 is as likely as not, 2 is seven to one. A sum
begins with PRIOR, because most reports near a post are other problems, and each piece of evidence adds the logarithm of
how much more often it is seen between two posts of one problem than between two of different ones.
"""

from dengar.models import Report
from dengar.models.prints import differing_bits
from dengar.routing.floods import is_flood
from dengar.routing.placing import compare_flooded, compare_places
from dengar.routing.sides import Heard, Known, Likeness
from dengar.routing.timing import compare_times, tell_ago
from dengar.routing.traits import shares
from dengar.routing.wording import compare_matters, compare_whole, compare_words

PRIOR = -3.0
JOIN = 1.2  # from here on a post is a voice of the report
JOIN_UNSURE = 2.5  # for a text that may be no complaint
SUGGEST = 0.0  # from here on a person is asked
SAID_SAME = 3.0  # its author was shown the report and says that it is the same
TOLD = 1.0  # words that say so much are named to people

SAME_AUTHOR = 1.0
OTHER_CATEGORY = -3.0
UNKNOWN_MATTER = -1.5  # of two that are not sure to be of one category
SAME_PRINT, CLOSE_PRINT = (6, 8.0), (10, 4.0)  # bits that differ at most, and what that says


def compare(post: Heard, known: Known, rivals: int) -> Likeness:
    """Give the odds that a post speaks of a report; its category and kelurahan alone could mean `rivals` reports."""
    shared_category = known.report.category or next((one for one in post.categories if one), None)
    is_water = is_flood(shared_category, post.gist.words) and is_flood(shared_category, known.gist.words)
    place = compare_flooded(post, known) if is_water else compare_places(post, known, rivals)
    time = compare_times(post.said_at, known.report)
    words = compare_words(post.gist.words, known.gist.words, shared_category)
    is_told = place.odds < 0 or (post.gist.is_placed and known.names.is_placed)
    copied = 0.0 if is_told else compare_whole(post.gist.words, known.gist.words)
    photo = _compare_prints(post.prints, known.report.prints)
    rest = (
        max(words, copied),
        _compare_matters(post, known),
        post.categories.get(known.report.category, OTHER_CATEGORY),
        photo,
        SAME_AUTHOR if post.author in known.report.authors else 0.0,
    )
    told = {"teks yang mirip": rest[0] > TOLD, "foto yang sama": photo > 0}
    facts = (*place.facts, *(fact for fact, holds in told.items() if holds), tell_ago(post.said_at, known.report))
    return Likeness(PRIOR + place.odds + time + sum(rest), facts)


def are_rivals(post: Heard, known: Known) -> bool:
    """Say whether a report could be meant by a post that only tells category and kelurahan."""
    is_here = bool(shares(post.place).keys() & shares(known.report.place).keys())
    categories = _shared_categories(post, known.report)
    return is_here and bool(categories) and compare_matters(post.gist.words, known.gist.words, categories) >= 0


def _compare_matters(post: Heard, known: Known) -> float:
    categories = _shared_categories(post, known.report)
    odds = compare_matters(post.gist.words, known.gist.words, categories)
    return odds if odds or categories else UNKNOWN_MATTER


def _shared_categories(post: Heard, report: Report) -> frozenset[str]:
    """Name the category that both have; none when they differ or are unknown, so that all that is said counts."""
    is_own = report.category is not None and post.categories.get(report.category) == 0
    return frozenset([report.category]) if is_own and report.category else frozenset()


def _compare_prints(some: tuple[str, ...], others: tuple[str, ...]) -> float:
    bits = min((differing_bits(one, other) for one in some for other in others), default=64)
    return next((odds for most, odds in (SAME_PRINT, CLOSE_PRINT) if bits <= most), 0.0)
