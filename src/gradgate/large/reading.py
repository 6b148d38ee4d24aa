"""grad_U of a softmax against its exact values, block by block as it comes from the worker."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gradgate.balls import Ball
from gradgate.examining.judging import Check, check_of
from gradgate.large.calls import Returned
from gradgate.large.normalizer import Normalizer
from gradgate.large.witness import SoftmaxWitness
from gradgate.laws.law import Claim


@dataclass(frozen=True, eq=False)
class Rows:
    """What became of grad_U: its checks, and the implementation's own coefficients (V,) of the first pair's h.

    These are one column of grad_U over that component of h, the largest.
    """

    checks: tuple[Check, ...]
    coefficients: Ball

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)


def read_rows(returned: Returned, witness: SoftmaxWitness) -> Rows:
    """Reads the gradient once, and compares each component with its exact value within its bound."""
    hidden = witness.magnitudes[0].hidden
    column = int(np.abs(hidden).argmax())
    one_pair = len(witness.magnitudes) == 1 and not witness.arithmetic.mixed
    normalizer = Normalizer(witness) if one_pair else None
    middles, radii, checks = [], [], []
    for span, values in returned.blocks("grad_U", np.shape(witness.case.inputs["U"])):
        got, exact = np.asarray(values, np.float64), witness.exact_rows(span)
        bound, radius = witness.rows.block(span), witness.pass_rows.block(span)
        with np.errstate(all="ignore"):  # inf and NaN are the implementation's; they fail by comparison
            claim = Claim("grad_U", Ball(got - exact, bound), Ball(_ZERO, radius), got, exact)
            checks.append(_moved(check_of(claim), span.start))
            if normalizer:
                normalizer.narrow(span, got)
        middles.append(got[:, column].copy())
        radii.append(bound[:, column].copy())
    found = [_worst(checks)]
    if normalizer and found[0].passed and (check := normalizer.check(lambda row: returned.row("grad_U", row))):
        found.append(check)
    return Rows(tuple(found), Ball(np.concatenate(middles), np.concatenate(radii)) / hidden[column])


_ZERO = np.zeros(())


def _moved(check: Check, start: int) -> Check:
    return replace(check, index=(check.index[0] + start, *check.index[1:])) if check.index else check


def _worst(checks: list[Check]) -> Check:
    """All blocks as one, at the worst component of all."""
    worst = max(checks, key=lambda check: (not check.passed, np.inf if np.isnan(check.ratio) else check.ratio))
    decided = any(check.decided for check in checks)
    return replace(worst, decided=decided, components=sum(check.components for check in checks))
