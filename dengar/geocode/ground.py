"""What everything stands on: the areas of a city, and which of them contains a point."""

from typing import NamedTuple

from dengar.geocode.points import Grid, Points
from dengar.geocode.tables import read_areas
from dengar.models.place import Area


class Ground(NamedTuple):
    """The areas of a city, kota first, and where they lie."""

    areas: tuple[Area, ...]
    points: Points


def built_in_ground() -> Ground:
    """Give the ground of the city that comes along."""
    return Ground(read_areas(), Grid.built_in())
