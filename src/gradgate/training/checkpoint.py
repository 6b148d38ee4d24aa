"""A run on disk: written whole beside the old one and then put in its place, so that a kill leaves one or the other."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from gradgate.errors import CannotRun
from gradgate.text import Corpus
from gradgate.training.recipe import Recipe
from gradgate.training.sgd import Training

FILE = "checkpoint.npz"
_DAMAGED = (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error)


def configuration(recipe: Recipe, corpus: Corpus, implementations: Sequence[str]) -> dict[str, Any]:
    """What a checkpoint must have in common with the run that goes on from it."""
    digest = hashlib.sha256("\n".join(corpus.vocabulary.words).encode())
    for array in (corpus.tokens, corpus.offsets):
        digest.update(array.tobytes())
    return {"implementations": list(implementations), "text": digest.hexdigest()[:16], **asdict(recipe)}


def save(path: Path, training: Training, configuration: Mapping[str, Any]) -> None:
    """Writes the run as it stands. Raises CannotRun where the disk refuses."""
    partial = path.with_name(f".{path.name}.partial")  # one name: what a kill leaves there, the next one replaces
    arrays = {
        "configuration": np.array(json.dumps(configuration)),
        "done": np.array(training.done),
        "losses": training.losses,
        **_matrices(training),
        **{f"draws_{name}": value for name, value in training.draws.state().items()},
    }
    try:
        with partial.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        partial.replace(path)
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror}; the run cannot be kept") from error
    finally:
        partial.unlink(missing_ok=True)


def restore(path: Path, training: Training, configuration: Mapping[str, Any]) -> None:
    """Brings a fresh run to where the checkpoint was written.

    Raises CannotRun where the file is damaged, or of a run with another configuration.
    """
    try:
        # opened here, because np.load leaves a damaged file open
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        found = json.loads(str(arrays["configuration"]))
        _require_same(path, found, dict(configuration))
        training.done = int(arrays["done"])
        training.losses[:] = arrays["losses"]
        for name, matrix in _matrices(training).items():
            matrix[:] = arrays[name]
        training.draws.restore(
            {name.removeprefix("draws_"): value for name, value in arrays.items() if name.startswith("draws_")}
        )
    except _DAMAGED as error:
        raise CannotRun(f"{path}: no checkpoint, or a truncated one; without --resume the run starts anew") from error


def _matrices(training: Training) -> dict[str, np.ndarray]:
    """The vectors of every learner, by a name for each."""
    found: dict[str, np.ndarray] = {}
    for n, learner in enumerate(training.learners):
        found |= {f"V_c_{n}": learner.V_c, f"U_{n}": learner.U}
    return found


def _require_same(path: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    other = [name for name in wanted if found.get(name) != wanted[name]]
    if other:
        told = ", ".join(f"{name} {found.get(name)} and not {wanted[name]}" for name in other)
        raise CannotRun(f"{path}: the checkpoint of another run, with {told}; without --resume the run starts anew")
