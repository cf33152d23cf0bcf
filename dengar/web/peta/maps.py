"""Maps: what every map of this site draws from."""

from dataclasses import dataclass
from typing import Protocol

from starlette.exceptions import HTTPException

from dengar.models import Area, Box, Level, Whereabouts
from dengar.web.peta.basemap import Basemap
from dengar.web.peta.counting import Counts


class Atlas(Protocol):
    """Whoever knows the areas of the city."""

    def version(self) -> str:
        """Give what changes when the shapes do."""
        ...

    def draw(self, level: Level) -> bytes:
        """Give the areas of a level as GeoJSON."""
        ...

    def areas(self) -> tuple[Area, ...]:
        """Give all areas, kota first."""
        ...

    def within(self, box: Box) -> list[str]:
        """Give the codes of the kelurahan that may have a part in a rectangle."""
        ...

    def find(self, lat: float, lon: float) -> Whereabouts:
        """Say where a point lies, or why it lies in no area."""
        ...


@dataclass(frozen=True, slots=True)
class Maps:
    """The areas, what the operator wants to see beneath them, and the numbers of reports."""

    known: Atlas | None
    basemap: Basemap
    counts: Counts

    @property
    def atlas(self) -> Atlas:
        """Give the areas; raises HTTPException 404 where this process has none."""
        if self.known is None:
            raise HTTPException(404)
        return self.known

    def shapes(self, level: Level) -> str:
        """Give the address of the areas of a level, which changes when they do; empty without areas."""
        return f"/peta/wilayah.json?tingkat={level}&v={self.known.version()}" if self.known else ""

    def told(self) -> str:
        """Give the base map as scripts read it, empty when there is none."""
        return self.basemap.told()
