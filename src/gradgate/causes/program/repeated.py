"""What a call leaves behind: the same case put again and again, and other cases of its shapes in between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradgate.calling.calls import Call, Outcome
from gradgate.case import Case
from gradgate.causes.cause import CERTAIN, LIKELY, Cause
from gradgate.causes.dossier import Dossier
from gradgate.causes.exhibits import Exhibit, exhibit
from gradgate.examining.findings import Failure
from gradgate.interface import is_float

_TIMES = 5  # enough to tell a sum that grows from a value that settles, and both from chance


def changes_with_calls(dossier: Dossier, failures: Sequence[Failure]) -> Cause | None:
    """Why the same call gives something else when it is repeated: a sum that grows, a first call, or chance."""
    said = next((f.check.sentence for f in failures if "overwritten" in f.check.sentence), "")
    if said:
        return Cause("state", f"{said}: return a copy, not the buffer itself", CERTAIN, _times(failures))
    case = min((failure.case for failure in failures), key=lambda case: case.size)
    outcomes = dossier.perform([Call("base", case)] * _TIMES)
    seen = [_exhibit(dossier, case, outcome) for outcome in outcomes]
    calls = [found for found in seen if found is not None]
    if len(calls) < _TIMES:
        return Cause("state", failures[0].check.sentence, LIKELY, _times(failures))
    for quantity in case.returns:
        values = [call.seen[quantity] for call in calls]
        if all(np.array_equal(values[0], other, equal_nan=True) for other in values):
            continue
        return _course(quantity, values, calls[0].radius[quantity], _times(failures))
    return Cause("state", failures[0].check.sentence, LIKELY, _times(failures))


def _course(quantity: str, values: Sequence[np.ndarray], radius: np.ndarray, evidence: str) -> Cause:
    """How a quantity goes on from call to call."""
    steps = [after - before for before, after in zip(values[:-1], values[1:], strict=True)]
    growth = max(
        1.0, float(np.max(np.abs(values[-1]), initial=0.0) / max(np.max(np.abs(values[0]), initial=0.0), 1e-300))
    )
    allowed = 4 * radius * growth
    if all(np.all(np.abs(step - steps[0]) <= allowed) for step in steps):
        sentence = f"{quantity} grows by the same amount with each call: something is not set back to zero"
        return Cause("state", sentence, CERTAIN, evidence)
    if all(np.array_equal(value, values[1], equal_nan=True) for value in values[2:]):
        sentence = f"{quantity} is another one from the second call on: the first call leaves something behind"
        return Cause("state", sentence, CERTAIN, evidence)
    sentence = f"{quantity} changes from call to call without a rule: random numbers are drawn inside"
    return Cause("own random numbers", sentence, CERTAIN, evidence)


def remembers(dossier: Dossier) -> Cause | None:
    """A result that depends on an earlier call of the same shapes: something is kept by its shape."""
    if not dossier.failures or dossier.ended:
        return None
    case = min((failure.case for failure in dossier.failures), key=lambda case: case.size)
    other = case.with_inputs(**{n: -v for n, v in case.inputs.items() if is_float(case.function, n)})
    first, then = (
        _exhibit(dossier, c, o)
        for c, o in zip((case, other), dossier.perform([Call("base", case), Call("other", other)]), strict=True)
    )
    if first is None or then is None or not then.failing:
        return None
    quantity = min(then.failing)
    kept = np.array_equal(first.seen[quantity], then.seen[quantity])
    what = "is that of the call before, which had the same shapes" if kept else "depends on the call before"
    return Cause("state", f"{quantity} {what}: something is kept between calls", CERTAIN, "two calls in a row")


def _exhibit(dossier: Dossier, case: Case, outcome: Outcome) -> Exhibit | None:
    return exhibit(case, outcome, dossier.arithmetic, dossier.tier, dossier.particulars)


def _times(failures: Sequence[Failure]) -> str:
    return f"the same call repeated, on {len({id(f.case) for f in failures})} cases"
