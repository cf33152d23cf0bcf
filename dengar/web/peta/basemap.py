"""The operator's base map: an archive of tiles that we serve, or the address of a tile server."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

ARCHIVE = "/peta/dasar.pmtiles"


@dataclass(frozen=True, kw_only=True, slots=True)
class Basemap:
    """What lies beneath the areas: an archive goes before tiles of a server; nothing is fine too."""

    archive: Path | None = None
    tiles: str = ""
    attribution: str = ""

    def sources(self) -> tuple[str, ...]:
        """Give what pages may load pictures from beside this site, as the Content-Security-Policy writes it."""
        if self.archive:
            return ("blob:",)
        if not self.tiles:
            return ()
        parts = urlsplit(self.tiles.replace("{s}", "*"))
        return ("data:", f"{parts.scheme}://{parts.netloc}")

    def told(self) -> str:
        """Give what scripts must know of it as JSON, empty when there is none."""
        if not (self.archive or self.tiles):
            return ""
        known = {"archive": ARCHIVE if self.archive else None, "tiles": self.tiles, "attribution": self.attribution}
        return msgspec.json.encode(known).decode()


NO_BASEMAP = Basemap()
