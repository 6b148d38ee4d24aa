"""Wrong functions that no list of faults holds: what their causes are called, against what is true of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess
from gradgate.causes.naming import name_cause
from gradgate.confusion.measuring import NONE, RIGHT, WRONG, Record, after_the_cases
from gradgate.errors import CannotRun

Entry = tuple[str, str, tuple[str, ...], Callable[..., Any]]


def listed(path: Path) -> list[Entry]:
    """The FAULTS of a file: (name, function, the names that are true of it, the wrong function)."""
    spec = importlib.util.spec_from_file_location("gradgate_loaded_unlisted", path)
    if spec is None or spec.loader is None:
        raise CannotRun(f"{path}: Python has no loader for such a file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.FAULTS)


def judged(path: Path) -> list[Record]:
    """A row for each wrong function of the file, in float64."""
    return [row_of(*entry) for entry in listed(path)]


def row_of(name: str, function: str, due: tuple[str, ...], wrong: Callable[..., Any]) -> Record:
    """What one wrong function is called."""
    performer = InProcess(Implementation(name, SimpleNamespace(**{function: wrong})))
    dossier = after_the_cases(performer, function, "float64", edge=False)
    cause = name_cause(dossier) if dossier else None
    row: Record = {"fault": name, "function": function, "due": list(due)}
    if cause is None:
        return {**row, "outcome": NONE}
    said = {"name": cause.name, "confidence": cause.confidence, "sentence": cause.sentence}
    return {**row, "outcome": RIGHT if cause.name in due else WRONG, **said}
