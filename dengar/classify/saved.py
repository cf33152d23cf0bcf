"""A trained model on disk: `model.skops` and `manifest.json`, whose hashes are checked before anything is read."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dengar.errors import ModelMissing, StopProgram

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "model"
MODEL, MANIFEST = "model.skops", "manifest.json"


class ModelChanged(StopProgram):
    """The files of a trained model are not those that its training wrote."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model was made of and how well it did on texts held out; `version` names data, code and settings."""

    version: str
    seed: int
    data: str
    code: str
    libraries: dict[str, str]
    counts: dict[str, int]
    figures: dict[str, float]
    files: dict[str, str]


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """All that judging needs: the terms with their weights, the heads, and the calibration."""

    terms: list[str]
    idf: "NDArray[np.float32]"
    weights: "NDArray[np.float32]"
    offsets: "NDArray[np.float32]"
    slope: float
    offset: float
    complaint_from: float
    answer_from: "NDArray[np.float64]"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def save(folder: Path, trained: Trained, manifest: Manifest) -> Manifest:
    """Write both files and give the manifest with the hash of the model."""
    import numpy as np
    from skops.io import dump

    folder.mkdir(parents=True, exist_ok=True)
    content = msgspec.structs.asdict(trained)
    content["terms"] = "\n".join(trained.terms)
    content["weights"] = trained.weights.astype(np.float16)
    dump(content, folder / MODEL)
    complete = msgspec.structs.replace(manifest, files={MODEL: _sha256(folder / MODEL)})
    text = msgspec.json.format(msgspec.json.encode(complete), indent=1)
    (folder / MANIFEST).write_bytes(text + b"\n")
    return complete


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest; raise ModelMissing when there is none, ModelChanged when it cannot be read."""
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelMissing(f"There is no trained classifier in {folder}: run `dengar train`.")
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise ModelChanged(f"{path} is no manifest of a classifier ({error}): run `dengar train`.") from error


def load(folder: Path) -> tuple[Trained, Manifest]:
    """Read a model whose files are those of its manifest and hold nothing but arrays, numbers and text."""
    manifest = read_manifest(folder)
    for name, expected in manifest.files.items():
        if not (folder / name).is_file():
            raise ModelMissing(f"{folder / name} is missing: run `dengar train`.")
        if _sha256(folder / name) != expected:
            raise ModelChanged(f"{folder / name} is not the file that its manifest names: run `dengar train`.")
    return _read(folder / MODEL), manifest


def _read(path: Path) -> Trained:
    import numpy as np
    import skops.io

    unknown = skops.io.get_untrusted_types(file=path)
    if unknown:
        raise ModelChanged(f"{path} holds objects that a classifier does not need ({', '.join(unknown)}).")
    content = skops.io.load(path, trusted=[])
    content["terms"] = content["terms"].split("\n")
    content["weights"] = content["weights"].astype(np.float32)
    return Trained(**content)
