"""Listening: what the site can say of a report before it is sent."""

import logging
from collections.abc import Sequence
from typing import Protocol

from dengar.errors import DengarError
from dengar.models import Draft, Photo, Point, Request, Whereabouts
from dengar.routing.grouping import Match
from dengar.web.peta.maps import Maps

log = logging.getLogger("dengar.web")


class Listener(Protocol):
    """What understands a report before it is sent: `dengar.suggesting.Suggesting`."""

    def read(self, request: Request) -> Draft:
        """Read a form; raises BadRequest for one that would be refused."""

    def look_at(self, data: bytes) -> Photo:
        """Read a photo's place and time; raises BadRequest for what is no photo."""

    def find_like(self, draft: Draft) -> Sequence[Match]:
        """Give the open reports that may be the same problem."""


def suggest(listener: Listener, draft: Draft) -> Sequence[Match]:
    """Give the reports that may be the same problem; none when that cannot be known now.

    Whatever is wrong with the suggestions, somebody who wants to report must not be kept from it.
    """
    try:
        return listener.find_like(draft)
    except DengarError as error:
        log.warning("Nothing can be suggested: %s", error)
    except Exception:
        log.exception("A suggestion broke: please report this.")
    return ()


def find_spot(maps: Maps, point: Point | None) -> Whereabouts | None:
    """Say where a point is; None when it lies in no area."""
    spot = maps.known.find(point.lat, point.lon) if maps.known and point else None
    return spot if spot and not spot.problem else None


def name_spot(spot: Whereabouts) -> str:
    """Name the areas in which a point lies."""
    return f"Kel. {spot.kelurahan}, Kec. {spot.kecamatan}"
