"""A run of training as JSON, schema "gradgate.train/1" (docs/training.md). Only keys named `seconds` hold times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from gradgate.costs.machine import machine
from gradgate.report.document import surroundings
from gradgate.training.setting import Setting
from gradgate.training.sgd import EVERY
from gradgate.training.witness import Lockstep, Parted
from gradgate.training.worth import Worth
from gradgate.training.yardstick import Yardstick

SCHEMA = "gradgate.train/1"
_LIBRARIES = ("gradgate", "numpy", "torch", "gensim")


def document(
    run: Setting,
    given: Sequence[str],
    exit_code: int,
    timing: dict[str, float | None],
    *,
    worth: Worth | None = None,
    yardstick: Yardstick | None = None,
    lockstep: Lockstep | None = None,
    parted: Parted | None = None,
) -> dict[str, Any]:
    """Everything about a run; worth is None where it did not come to its end."""
    training, costs = run.training, run.training.costs
    return {
        "schema": SCHEMA,
        "exit": exit_code,
        "seed": run.recipe.seed,
        "arguments": list(given),
        **surroundings(_LIBRARIES),
        "machine": machine(),
        "implementations": [{"name": found.name, "function": found.gradients.route} for found in training.learners],
        "recipe": asdict(run.recipe),
        "text": {
            "source": run.text,
            "digest": run.configuration["text"],
            "tokens": int(run.corpus.tokens.size),
            "vocabulary": len(run.corpus.vocabulary),
        },
        "steps": training.done,
        "resumed": run.resumed,
        "running_cost": {"every": EVERY, "last": float(costs[-1]) if len(costs) else None, "values": costs.tolist()},
        "timing": timing,
        "textbook": asdict(yardstick) if yardstick else None,
        "witness": _witness(lockstep, parted),
        "worth": worth.as_json() if worth else None,
    }


def _witness(lockstep: Lockstep | None, parted: Parted | None) -> dict[str, Any] | None:
    if lockstep is None:
        return None
    told: dict[str, Any] = {"largest_difference": lockstep.worst, "parted": None}
    if parted:
        told["parted"] = {
            "step": parted.step,
            "quantity": parted.quantity,
            "difference": parted.difference,
            "opinions": [asdict(opinion) for opinion in parted.opinions],
        }
    return told
