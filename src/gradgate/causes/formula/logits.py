"""Another temperature: loss and gradients that are right for logits times a constant."""

from __future__ import annotations

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits, Relation
from gradgate.causes.hypotheses import right_values

_PAIRS = ("naive_softmax", "negative_sampling")
_NEWTON = 40  # steps: the loss is convex in the factor


def tempered(failing: Exhibits, passing: Exhibits) -> Relation | None:
    """All quantities are those of t times the logits, with t the same on every exhibit, or the root of 1/d."""
    if failing[0].case.function not in _PAIRS:
        return None
    first = [t for each in failing[:6] for t in _factors(each)]
    constants = [(t, f"{t:.6g}" if abs(t - 1) > 1e-4 else f"1 {t - 1:+.1e}") for t in first]
    for constant, words in constants:
        if all(_made_with(each, constant) for each in (*failing, *passing)):
            return Relation("temperature", f"everything is that of {words} times the logits")
    if all(_made_with(each, len(each.case.inputs["center"]) ** -0.5) for each in (*failing, *passing)):
        return Relation("temperature", "everything is that of the logits over the root of d")
    return None


def _made_with(exhibit: Exhibit, t: float) -> bool:
    loss, grad_center, grad_U = _at(exhibit, t)
    return all(
        exhibit.agrees(q, v)
        for q, v in zip(exhibit.case.returns, (loss, t * grad_center, grad_U), strict=True)
        if q in exhibit.told
    )


def _at(exhibit: Exhibit, t: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Loss, gradient of the scaled centre, grad_U, in float64, with the centre times t."""
    case = exhibit.case
    values = right_values(case, center=case.wide("center") * t)
    return values["loss"], values["grad_center"], values["grad_U"]


def _factors(exhibit: Exhibit) -> list[float]:
    """The t at which the loss is what was seen, from below and from above 1."""
    found = []
    for start in (1.0, 0.0, 4.0):
        t = start
        for _ in range(_NEWTON):
            loss, grad_center, _ = _at(exhibit, t)
            slope = float(grad_center @ exhibit.case.wide("center"))
            step = float(exhibit.seen["loss"] - loss) / slope if slope else np.nan
            if not np.isfinite(step) or abs(step) > 100:
                break
            t += step
            if abs(step) <= 2.0**-52 * abs(t):
                break
        found.append(t)
    return [t for t in found if np.isfinite(t) and exhibit.agrees("loss", _at(exhibit, t)[0])]
