"""A city's own boundaries: the areas that follow from them, their outlines and the grid, in one file."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dengar.geocode.boundaries import Boundary
from dengar.geocode.ground import Ground
from dengar.geocode.importing.arrays import FORMAT, read_arrays
from dengar.geocode.make_areas import make_areas
from dengar.geocode.make_grid import make_grid
from dengar.geocode.polygons import Polygons
from dengar.geocode.tables import read_areas
from dengar.models.place import Area

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

GRID = ("frame", "gaps", "area", "codes")


def write_ground(path: Path, boundaries: Sequence[Boundary]) -> list[Area]:
    """Write what follows from boundaries to a file and give the areas; known areas keep their other spellings."""
    import numpy as np
    import shapely

    spellings = {area.code: "; ".join(area.aliases) for area in read_areas()}
    areas = make_areas(boundaries, spellings)
    with path.open("wb") as file:
        np.savez(
            file,
            format=np.array([FORMAT]),
            areas=np.frombuffer(msgspec.json.encode(areas), dtype=np.uint8),
            **_pack([shapely.to_wkb(one.shape) for one in boundaries]),  # type: ignore[arg-type]  # as below
            **make_grid(boundaries, edges=True),  # type: ignore[arg-type]  # savez's own keyword is none of these
        )
    return areas


def read_ground(path: Path) -> Ground:
    """Read the file again; raises DengarError when it is not one that write_ground has written."""
    import numpy as np
    import shapely

    data = read_arrays(path, "areas", "boundaries", "import them again")
    areas = msgspec.json.decode(data["areas"].tobytes(), type=tuple[Area, ...])
    outlines = np.array(shapely.from_wkb(_unpack(data)), dtype=object)
    return Ground(areas, Polygons(outlines, {name: data[name] for name in GRID}))


def _pack(shapes: Sequence[bytes]) -> "Mapping[str, npt.NDArray[np.generic]]":
    import numpy as np

    ends = np.cumsum([len(shape) for shape in shapes], dtype=np.int64)
    return {"shapes": np.frombuffer(b"".join(shapes), dtype=np.uint8), "shape_ends": ends}


def _unpack(data: "Mapping[str, npt.NDArray[np.generic]]") -> list[bytes]:
    packed, ends = data["shapes"].tobytes(), [0, *data["shape_ends"].tolist()]
    return [packed[start:end] for start, end in pairwise(ends)]
