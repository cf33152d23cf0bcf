"""A layer of imported names: one file that is read at once, with a million names in a hundred megabytes.

The file is a numpy archive without Python objects: names and spots stand in columns, and an entry is made when a text
names it. A spelling is found in two steps. A table of marks, by the CRC of the spelling, says whether any name may be
it or begin with it: nearly all words of a text end there. What is left is looked for by its 64-bit digest among those
of all names; that two spellings share one is less likely than that the disk fails. Equal names make equal files.
"""

import zlib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from dengar.geocode.gazetteer import NOTHING, beginnings, forms
from dengar.geocode.importing.arrays import FORMAT, read_arrays
from dengar.geocode.sights import Key, Name
from dengar.geocode.tables import Entries, Entry, Spot
from dengar.geocode.text import canonical

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

KINDS = ("street", "area", "landmark", "road_structure", "transit_stop", "waterway")
MOST_METRES = 65_535
BEGINS, IS = 1, 2  # marks: a name begins with this spelling; it is a name
ROOM = 8  # places in the table of marks for each spelling: one in eight words that begin no name is looked at in vain


def write_layer(path: Path, names: Mapping[Key, Name]) -> None:
    """Write names to a file; raises OSError."""
    import numpy as np

    rows = [names[key] for key in sorted(names)]
    keys: dict[str, list[int]] = defaultdict(list)
    for row, ((spelling, _), name) in enumerate(sorted(names.items())):
        for key in {spelling, *_others(name)}:
            keys[key].append(row)
    hashes = sorted((digest(key), numbers) for key, numbers in keys.items())
    codes = sorted({spot.code for name in rows for spot in name.spots})
    place = {code: at for at, code in enumerate(codes)}
    spots = [spot for name in rows for spot in name.spots]
    with path.open("wb") as file:
        np.savez(
            file,
            format=np.array([FORMAT]),
            marks=_make_marks(keys),
            keys=np.array([one for one, _ in hashes], dtype=np.uint64),
            key_ends=np.cumsum([len(numbers) for _, numbers in hashes], dtype=np.int32),
            key_rows=np.array([number for _, numbers in hashes for number in numbers], dtype=np.int32),
            names=_text("\n".join(" ".join(name.name.split()) for name in rows)),
            kinds=np.array([KINDS.index(name.kind) for name in rows], dtype=np.uint8),
            precision=np.array([min(name.precision_m, MOST_METRES) for name in rows], dtype=np.uint16),
            spot_ends=np.cumsum([len(name.spots) for name in rows], dtype=np.int32),
            spot_codes=np.array([place[spot.code] for spot in spots], dtype=np.int16),
            spot_points=np.array([(spot.lat, spot.lon) for spot in spots], dtype=np.float32).reshape(-1, 2),
            codes=_text("\n".join(codes)),
        )


def digest(key: str) -> int:
    """Give the 64-bit digest of a spelling."""
    return int.from_bytes(blake2b(key.encode(errors="replace"), digest_size=8).digest())


def _make_marks(keys: Iterable[str]) -> "npt.NDArray[np.uint8]":
    import numpy as np

    begun = set(beginnings(keys))
    marks = np.zeros(1 << (ROOM * len(begun)).bit_length(), dtype=np.uint8)
    for spellings, mark in ((begun, BEGINS), (keys, IS)):
        places = np.fromiter((zlib.crc32(one.encode(errors="replace")) for one in spellings), dtype=np.int64)
        marks[places % len(marks)] |= mark
    return marks


def _others(name: Name) -> set[str]:
    """Give other spellings under which a name is found; only areas are also written without spaces."""
    others = {canonical(one) for one in name.aliases} - {""}
    if name.kind == "area":
        others |= {form for one in (name.name, *name.aliases) for form in forms(one, name.kind)}
    return others


def _text(text: str) -> "npt.NDArray[np.uint8]":
    import numpy as np

    return np.frombuffer(text.encode("utf-8", "replace"), dtype=np.uint8)


class LayerFile:
    """The names of a layer, read from its file; `source` is what its entries are said to come from."""

    def __init__(self, path: Path, source: str) -> None:
        """Read a file; raises DengarError when it is not one that write_layer has written."""
        import numpy as np

        self.source = source
        data = read_arrays(path, "keys", "a layer of names", "import it again")
        self._marks = data["marks"].data
        self._most = len(self._marks) - 1
        self._keys = data["keys"].data
        self._key_ends, self._key_rows = data["key_ends"], data["key_rows"]
        self._names = data["names"].tobytes()
        self._name_ends = np.append(np.flatnonzero(data["names"] == ord("\n")), len(self._names))
        self._kinds, self._precision = data["kinds"], data["precision"]
        self._spot_ends, self._spot_codes = data["spot_ends"], data["spot_codes"]
        self._spot_points = data["spot_points"]
        self._codes = data["codes"].tobytes().decode().split("\n")
        self._find = lru_cache(maxsize=50_000)(self._find_entries)
        self._entry = lru_cache(maxsize=50_000)(self._make_entry)

    def __len__(self) -> int:
        """How many names there are."""
        return len(self._kinds)

    def begins(self, key: str) -> bool:
        """Say whether a name may begin with this spelling; a few more than do."""
        return bool(self._mark(key) & BEGINS)

    def find(self, key: str) -> Entries:
        """Give the entries of a name in canonical spelling, none when the layer does not have it."""
        return self._find(key) if self._mark(key) & IS else NOTHING

    def _mark(self, key: str) -> int:
        return self._marks[zlib.crc32(key.encode(errors="replace")) & self._most]

    def entries(self) -> Iterable[Entry]:
        """Give all entries."""
        return (self._make_entry(row) for row in range(len(self)))

    def _find_entries(self, key: str) -> Entries:
        wanted = digest(key)
        place = bisect_left(self._keys, wanted)
        if place == len(self._keys) or self._keys[place] != wanted:
            return NOTHING
        first = int(self._key_ends[place - 1]) if place else 0
        return Entries(self._entry(int(row)) for row in self._key_rows[first : int(self._key_ends[place])])

    def _make_entry(self, row: int) -> Entry:
        first = int(self._name_ends[row - 1]) + 1 if row else 0
        name = self._names[first : int(self._name_ends[row])].decode()
        begin, end = (int(self._spot_ends[row - 1]) if row else 0), int(self._spot_ends[row])
        spots = tuple(
            Spot(self._codes[code], float(lat), float(lon))
            for code, (lat, lon) in zip(
                self._spot_codes[begin:end].tolist(), self._spot_points[begin:end].tolist(), strict=True
            )
        )
        codes = tuple(dict.fromkeys(spot.code for spot in spots))
        return Entry(name, KINDS[self._kinds[row]], codes, spots, int(self._precision[row]), self.source)
