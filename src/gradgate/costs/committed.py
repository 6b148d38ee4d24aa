"""The committed figures: for each implementation what its calls hold and return, and whether its gradient is dense.

A JSON file, written by `gradgate bench --commit-counts` and read by every gate: {"numpy_rows": {"dense": false,
"counts": {"negative_sampling V=256": {"bytes": ..., "rows": ..., "returned": ...}, ...}}, ...}."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradgate.costs.gates import LARGE, Counted
from gradgate.errors import CannotRun
from gradgate.interface import NEGATIVE_SAMPLING
from gradgate.places import folder

COUNTS = "counts.json"


@dataclass(frozen=True)
class Committed:
    """One implementation's figures. dense: its gradients are as large as U, and are meant to be."""

    dense: bool
    counts: Counted


def committed_path() -> Path:
    return folder("bench") / COUNTS


def read_committed(path: Path) -> dict[str, Committed]:
    """By implementation. Raises CannotRun where the file is missing or holds something else."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {name: Committed(bool(entry["dense"]), entry["counts"]) for name, entry in found.items()}
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror}; `gradgate bench --commit-counts` writes it") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotRun(f"{path} holds no counts: `gradgate bench --commit-counts` writes it anew") from error


def as_committed(counts: Mapping[str, Counted]) -> dict[str, Any]:
    """What is written: an implementation is dense where negative sampling returns V rows."""
    return {name: {"dense": is_dense(counted), "counts": dict(counted)} for name, counted in counts.items()}


def is_dense(counted: Counted) -> bool:
    return counted.get(f"{NEGATIVE_SAMPLING} V={LARGE}", {}).get("rows", 0) >= LARGE
