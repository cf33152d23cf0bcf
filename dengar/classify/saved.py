"""A trained model on disk: `model.skops`, its evaluation and card, and `manifest.json`.

The manifest holds the hash of every other file; they are checked before anything is read.
"""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from dengar.errors import ModelMissing, StopProgram

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dengar.classify.evaluation import Evaluation

FOLDER = Path(__file__).parent / "model"
MODEL, EVALUATION, CARD, MANIFEST = "model.skops", "evaluation.json", "card.md", "manifest.json"
# What turns a text into words: a model reads well only what was read in the same way when it was trained.
READING = ("figures.py", "hashtags.py", "letters.py", "lexicon.py", "stems.py", "text.py", "features.py", "taxonomy.py")
LISTS = ("concepts.tsv", "english.txt", "officials.txt", "places.txt", "slang.tsv", "words.txt")


class ModelChanged(StopProgram):
    """The files of a trained model are not those that its training wrote."""


class ModelOutdated(StopProgram):
    """The model was trained by a version of Dengar that read texts in another way."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model was made of and how well it did on texts held out; `version` names data, code and settings.

    `reading` is the digest of what turns texts into words, `labelled_posts` how many of the texts came from people.
    """

    version: str
    seed: int
    data: str
    code: str
    reading: str
    libraries: dict[str, str]
    counts: dict[str, int]
    labelled_posts: int = 0
    figures: dict[str, float]
    files: dict[str, str]


class Trained(msgspec.Struct, frozen=True, kw_only=True):
    """All that judging needs: the terms with their weights, the heads, the networks, and when to abstain."""

    terms: list[str]
    idf: "NDArray[np.float32]"
    weights: "NDArray[np.float32]"
    offsets: "NDArray[np.float32]"
    first: "NDArray[np.float32]"
    first_offsets: "NDArray[np.float32]"
    second: "NDArray[np.float32]"
    second_offsets: "NDArray[np.float32]"
    answer_from: "NDArray[np.float64]"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def reading_digest() -> str:
    """Name the way in which this version of Dengar reads texts."""
    here = files(__package__)
    return hashlib.sha256(b"".join(here.joinpath(name).read_bytes() for name in (*READING, *LISTS))).hexdigest()[:12]


def save(folder: Path, trained: Trained, manifest: Manifest, evaluation: "Evaluation", card: str) -> Manifest:
    """Write all files and give the manifest with their hashes."""
    import numpy as np

    from dengar.classify.skops_file import write_skops

    folder.mkdir(parents=True, exist_ok=True)
    content = msgspec.structs.asdict(trained)
    content["terms"] = "\n".join(trained.terms)
    content["weights"] = trained.weights.astype(np.float16)
    write_skops(content, folder / MODEL)
    (folder / EVALUATION).write_bytes(msgspec.json.encode(evaluation))
    (folder / CARD).write_text(card, encoding="utf-8")
    hashes = {name: _sha256(folder / name) for name in (MODEL, EVALUATION, CARD)}
    complete = msgspec.structs.replace(manifest, files=hashes)
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


def check_files(folder: Path) -> Manifest:
    """Give the manifest of a folder whose files are those that it names.

    Raises ModelMissing for one that is not there, ModelChanged for one that is another.
    """
    manifest = read_manifest(folder)
    for name, expected in manifest.files.items():
        if not (folder / name).is_file():
            raise ModelMissing(f"{folder / name} is missing: run `dengar train`.")
        if _sha256(folder / name) != expected:
            raise ModelChanged(f"{folder / name} is not the file that its manifest names: run `dengar train`.")
    return manifest


def load(folder: Path) -> tuple[Trained, Manifest]:
    """Read a model whose files are those of its manifest and hold nothing but arrays, numbers and text.

    Raises ModelMissing, ModelChanged, and ModelOutdated when this Dengar reads texts in another way.
    """
    manifest = check_files(folder)
    if manifest.reading != reading_digest():
        raise ModelOutdated(f"The model {manifest.version} was made for another version of Dengar: run `dengar train`.")
    return _read(folder / MODEL), manifest


def read_evaluation(folder: Path) -> "Evaluation":
    """Read the evaluation of a model; raises as `load` does."""
    from dengar.classify.evaluation import Evaluation

    check_files(folder)
    return msgspec.json.decode((folder / EVALUATION).read_bytes(), type=Evaluation)


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
