"""Floods: one water in many streets is one incident, a blocked drain is a problem of its own."""

import re

FLOOD = "banjir"
CHAIN_METRES = 750.0  # between two points of one flood
REACH_METRES = 2500.0  # from where it was first seen: one unit answers a report
_WATER = frozenset(
    re.findall(
        r"\S+",
        """banjir genang rendam endam ungsi lelep pinggang lutut dengkul paha perahu luap rob""",
    )
)
_DRAIN = frozenset(
    re.findall(
        r"\S+",
        """got selokan saluran drainase gorong gorong-gorong solokan""",
    )
)


def is_flood(category: str | None, words: frozenset[str]) -> bool:
    """Say whether these stems of words speak of a flood, and not of a drain alone."""
    if category != FLOOD:
        return False
    return bool(words & _WATER) or not words & _DRAIN
