"""On which cases something fails: on all of them, or the plainest condition that tells them from the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.causes.dossier import Dossier
from gradgate.terms import groups

Facts = dict[str, float]


def when(dossier: Dossier, failing: Sequence[Case]) -> str:
    """`on all 220 cases`, or `on 31 of 220 cases: where d = 1`, or `on 31 of 220 cases`."""
    failed = {id(case): case for case in failing}
    count = f"{len(failed)} of {dossier.cases} cases"
    if len(failed) == dossier.cases:
        return "on the only case" if dossier.cases == 1 else f"on all {dossier.cases} cases"
    condition = _condition([facts(case) for case in failed.values()], dossier.facts_of_others(failing, facts))
    return f"on {count}: where {condition}" if condition else f"on {count}"


def _condition(failing: Sequence[Facts], passing: Sequence[Facts]) -> str:
    """The first fact whose values on the failing cases all lie beyond those on the passing ones; "" where none does."""
    if not passing or len(failing) < 2:
        return ""
    shared = [fact for fact in failing[0] if all(fact in case for case in (*failing, *passing))]
    for fact in shared:
        inside, outside = [case[fact] for case in failing], [case[fact] for case in passing]
        if fact not in _SIZES:
            if min(inside) > max(outside):
                return fact
        elif len(set(inside)) == 1 and inside[0] not in outside:
            return f"{fact} = {inside[0]:g}"
        elif min(inside) > max(outside):
            return f"{fact} ≥ {min(inside):g}"
        elif max(inside) < min(outside):
            return f"{fact} ≤ {max(inside):g}"
    return ""


_SIZES = ("V", "d", "K", "C", "B", "n")


def facts(case: Case) -> Facts:
    """The sizes of a case, and what is so (1) or not (0) of its indices and its numbers."""
    given = case.inputs
    if "U" not in given:
        (values,) = given.values()
        return {"V": values.shape[-1], "B": 1 if values.ndim == 1 else len(values), **_large(values)}
    V, d = np.shape(given["U"])
    found = sizes(case)
    found["d is odd and more than 1"] = d % 2 == 1 and d > 1
    found["V = d"] = len({V, d}) == 1
    found |= _of_path(given["path"], given["signs"]) if "path" in given else _of_targets(case)
    found["a context word occurs twice"] = any(len(np.unique(group.rows)) < len(group.rows) for group in groups(case))
    for choice in ("loss", "reduce"):
        if choice in given:
            found |= {f"{choice} = {value}": given[choice] == value for value in _CHOICES[choice]}
    logits = [case.wide("U") @ group.vectors.sum(axis=0) / group.divisor for group in groups(case)]
    return found | _large(np.concatenate(logits) if logits else np.zeros(1))


def _of_targets(case: Case) -> Facts:
    targets = [target for group in groups(case) for target in group.targets]
    pairs = [(t.outside, t.rows[1:]) for t in targets if t.signs is not None]
    return {
        "a negative is drawn more than once": any(len(np.unique(k)) < len(k) for _, k in pairs),
        "the outside word is among the negatives": any(outside in k for outside, k in pairs),
        "the outside word is the word 0": any(target.outside == 0 for target in targets),
        "the word 0 is among the negatives": any(0 in k for _, k in pairs),
    }


def _of_path(path: np.ndarray, signs: np.ndarray) -> Facts:
    return {
        "a node stands more than once in the path": len(np.unique(path)) < len(path),
        "a sign is -1": -1 in signs,
        "the node 0 is in the path": 0 in path,
    }


_CHOICES: dict[str, tuple[Any, ...]] = {"loss": ("naive_softmax", "negative_sampling"), "reduce": ("sum", "mean")}


def sizes(case: Case) -> Facts:
    """V, d, K, C, B, and the n nodes of a path: those that a case of a loss has."""
    given = case.inputs
    V, d = np.shape(given["U"])
    found: Facts = {"V": V, "d": d}
    if given.get("negatives") is not None:
        found["K"] = given["negatives"].shape[-1]
    if "path" in given:
        found["n"] = len(given["path"])
    if "offsets" in given:
        found["B"] = len(given["offsets"]) - 1
    elif case.function.endswith("_batch"):
        found["B"] = len(given["outsides"])
    elif "outsides" in given or "context" in given:
        found["C"] = len(given["outsides" if "outsides" in given else "context"])
    return found


def _large(logits: np.ndarray) -> Facts:
    """Whether the largest logit is beyond the round numbers at which exp, log and tables give up."""
    with np.errstate(all="ignore"):
        largest = float(np.max(np.abs(logits), initial=0.0))
    return {f"a logit is beyond {limit}": largest > limit for limit in (6, 15, 30, 36, 88, 100, 700)}
