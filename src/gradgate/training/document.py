"""A run of training as JSON, schema "gradgate.train/1" (docs/training-json.md). Only keys that end in `seconds`,
and `load`, differ from one run to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

from gradgate.costs.machine import machine
from gradgate.report.document import surroundings
from gradgate.training.compiling import library
from gradgate.training.findings import Findings
from gradgate.training.setting import Setting
from gradgate.training.sgd import EVERY
from gradgate.training.witness import Parted

SCHEMA = "gradgate.train/1"
_LIBRARIES = ("gradgate", "numpy", "numba", "torch", "gensim")


def document(run: Setting, found: Findings, given: Sequence[str], exit_code: int) -> dict[str, Any]:
    """Everything about a run but its vectors."""
    training, costs = run.training, run.training.costs.tolist()
    return {
        "schema": SCHEMA,
        "exit": exit_code,
        "seed": run.recipe.seed,
        "arguments": list(given),
        **surroundings(_LIBRARIES),
        "machine": machine(),
        "implementations": [{"name": own.name, "function": own.gradients.route} for own in training.learners],
        "recipe": asdict(run.recipe),
        "text": {
            "source": run.text,
            "digest": run.configuration["text"],
            "tokens": int(run.corpus.tokens.size),
            "vocabulary": len(run.corpus.vocabulary),
        },
        "steps": training.done,
        "resumed": run.resumed,
        "running_cost": {"every": EVERY, "last": costs[-1] if costs else None, "values": costs},
        "harness": library(),
        "timing": asdict(found.timing) if found.timing else None,
        "textbook": asdict(found.yardstick) if found.yardstick else None,
        "witness": _witness(found),
        "worth": found.worth.as_json() if found.worth else None,
    }


def _witness(found: Findings) -> dict[str, Any] | None:
    if found.lockstep is None:
        return None
    return {"largest_difference": found.lockstep.worst, "parted": _parted(found.parted) if found.parted else None}


def _parted(parted: Parted) -> dict[str, Any]:
    return {
        "step": parted.step,
        "quantity": parted.quantity,
        "difference": parted.difference if isfinite(parted.difference) else None,
        "opinions": [asdict(opinion) for opinion in parted.opinions],
    }
