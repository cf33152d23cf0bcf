"""Say in words where a point is: "Jl. Palmerah Barat, dekat Pasar Palmerah, Kel. Palmerah"."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dengar.geocode.city import City
from dengar.geocode.gazetteer import REMEMBERED
from dengar.geocode.points import plane_at
from dengar.geocode.tables import Entry

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

ON_STREET_M = 200.0  # of most streets only the points of stops are known
NEAR_M = 400.0
STREETS = frozenset({"street"})
LANDMARKS = frozenset({"landmark", "transit_stop", "road_structure"})
SHORT = {"Jalan": "Jl.", "Gang": "Gg."}


class Labels:
    """The nearest street and landmark of points, among names whose points were measured.

    They are put into trees when the first point is described.
    """

    def __init__(self, city: City, entries: Iterable[Entry]) -> None:
        self._city = city
        measured = [entry for entry in entries if entry.source not in REMEMBERED and entry.spots]
        self._streets = _Nearest([entry for entry in measured if entry.kind in STREETS], ON_STREET_M)
        self._landmarks = _Nearest([entry for entry in measured if entry.kind in LANDMARKS], NEAR_M)

    def describe(self, lat: float, lon: float, code: str) -> str:
        """Give the words for a point in the area with this code."""
        street, landmark = self._streets.find(lat, lon), self._landmarks.find(lat, lon)
        near = f"dekat {landmark}" if landmark and street else landmark and f"Dekat {landmark}"
        return ", ".join(filter(None, (street, near, self._city.name(code))))


class _Nearest:
    """The nearest of some places, within a reach in metres."""

    def __init__(self, entries: Sequence[Entry], reach: float) -> None:
        import shapely

        spots = [(entry.name, spot) for entry in entries for spot in entry.spots]
        self._names = [name for name, _ in spots]
        self._reach = reach
        lats = [spot.lat for _, spot in spots]
        self._scale = plane_at(sum(lats) / len(lats) if lats else 0.0)
        self._tree = shapely.STRtree(self._flat(lats, [spot.lon for _, spot in spots]))

    def find(self, lat: float, lon: float) -> str:
        """Give the short name of the nearest place, empty when none is within reach."""
        found = self._tree.query_nearest(self._flat([lat], [lon]), max_distance=self._reach)[1]
        return _shorten(min(self._names[place] for place in found)) if len(found) else ""

    def _flat(self, lats: Sequence[float], lons: Sequence[float]) -> "npt.NDArray[np.object_]":
        """Put points on a plane, in metres."""
        import numpy as np
        import shapely

        east, north = self._scale
        flat: npt.NDArray[np.object_] = shapely.points(np.asarray(lons) * east, np.asarray(lats) * north)
        return flat


def _shorten(name: str) -> str:
    head, _, rest = name.partition(" ")
    return f"{SHORT[head]} {rest}" if head in SHORT and rest else name
