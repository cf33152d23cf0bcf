"""Read the numpy archives in which imports are kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from dengar.errors import DengarError

if TYPE_CHECKING:
    import numpy.typing as npt

FORMAT = 1  # of all of them


def read_arrays(path: Path, key: str, what: str, again: str) -> "dict[str, npt.NDArray[Any]]":
    """Give the arrays of a file that has the one called `key`.

    Raises DengarError for any other file, with what it should be and what to do.
    """
    import numpy as np

    try:
        with path.open("rb") as file, np.load(file) as arrays:
            data = dict(arrays)
        number, _ = int(data["format"][0]), data[key]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise DengarError(f"{path} cannot be read as {what} ({error}): {again}.") from error
    if number != FORMAT:
        raise DengarError(f"{path} was written by another version of Dengar: {again}.")
    return data
