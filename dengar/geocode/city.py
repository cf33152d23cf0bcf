"""The areas of the city, and shares of belief in its kelurahan as vectors."""

from collections.abc import Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING

from dengar.models.place import Area

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Shares = npt.NDArray[np.float64]  # one share of belief for each kelurahan, together 1

SHORT = {"kelurahan": "Kel.", "kecamatan": "Kec.", "kota": ""}
FALL = 1.2  # how fast belief falls from the likeliest kelurahan of a name to the next


class City:
    """The areas by code, and vectors over all kelurahan in the order of their codes."""

    def __init__(self, areas: tuple[Area, ...]) -> None:
        self.areas = {area.code: area for area in areas}
        self.kelurahan = tuple(sorted(area.code for area in areas if area.level == "kelurahan"))
        self.place = {code: place for place, code in enumerate(self.kelurahan)}
        self.evenly = cache(self._evenly)
        self.around = cache(self._around)
        self.name = cache(self._name)
        self.address = cache(self._address)

    @cached_property
    def kecamatan(self) -> tuple[tuple[str, ...], "npt.NDArray[np.intp]"]:
        """The codes of the kecamatan, and for each kelurahan the place of its own there."""
        return self._above(8)

    @cached_property
    def kota(self) -> tuple[tuple[str, ...], "npt.NDArray[np.intp]"]:
        """The codes of the kota, and for each kelurahan the place of its own there."""
        return self._above(5)

    def _name(self, code: str) -> str:
        """Give "Kel. Pekojan", "Kec. Tambora" or "Jakarta Barat"."""
        area = self.areas[code]
        return f"{SHORT[area.level]} {area.name}".strip()

    def _address(self, code: str) -> str:
        """Give "Kel. Pekojan, Kec. Tambora"."""
        above = self.areas[code].parent if self.areas[code].level == "kelurahan" else None
        return f"{self.name(code)}, {self.name(above)}" if above else self.name(code)

    def ranked(self, codes: Sequence[str]) -> "Shares":
        """Give shares that fall with the rank."""
        import numpy as np

        shares = np.zeros(len(self.kelurahan))
        for rank, code in enumerate(codes):
            shares[self.place[code]] = (rank + 1) ** -FALL
        return normal(shares)

    def blurred(self, shares: "Shares", share: float) -> "Shares":
        """Give a part of each share to the neighbours of its kelurahan."""
        some = shares.nonzero()[0]
        return mix([(self.around(self.kelurahan[place], 1 - share), float(shares[place])) for place in some])

    def _evenly(self, code: str) -> "Shares":
        """Give the same share to every kelurahan of an area."""
        import numpy as np

        return normal(np.array([float(one.startswith(code)) for one in self.kelurahan]))

    def _around(self, code: str, own: float) -> "Shares":
        """Give `own` to a kelurahan and the rest to its neighbours."""
        import numpy as np

        near = [self.place[one] for one in self.areas[code].neighbours if one in self.place]
        shares = np.zeros(len(self.kelurahan))
        shares[near] = (1 - own) / max(len(near), 1)
        shares[self.place[code]] = own if near else 1.0
        return shares

    def _above(self, digits: int) -> tuple[tuple[str, ...], "npt.NDArray[np.intp]"]:
        import numpy as np

        codes = tuple(dict.fromkeys(code[:digits] for code in self.kelurahan))
        return codes, np.array([codes.index(code[:digits]) for code in self.kelurahan])


def normal(shares: "Shares") -> "Shares":
    """Make the sum of shares 1."""
    total: Shares = shares / shares.sum()
    return total


def mix(parts: Sequence[tuple["Shares", float]]) -> "Shares":
    """Add shares with weights; the sum is 1 again."""
    first, *others = (shares * weight for shares, weight in parts)
    return normal(sum(others, start=first))
