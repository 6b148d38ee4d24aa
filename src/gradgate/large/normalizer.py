"""What all rows of a softmax's gradient share: one normalizer. Beside it a row has only its own few roundings.

A sum of V terms in any order may cost V roundings, six per cent at V = 10^6 in float32: a wrong row hides there. But
every row but the target's is c p_w h, with one c for all of them, whichever admitted route computes it: exp(x - max) /
sum, exp(x - LSE), and what autograd makes of either share the maximum, the sum and the LSE. So each component confines
c to an interval, from its own logit, exponential and roundings; two that do not meet refute."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradgate.balls import U64
from gradgate.bounds import STRICT
from gradgate.bounds.probabilities import exponential_errors
from gradgate.examining.judging import Check
from gradgate.large.rows import RowsBound
from gradgate.large.witness import SoftmaxWitness

_LEAST = 2.0**-1000  # below it the pass knows a probability no better than to a power of two


class Normalizer:
    """The interval of c that the rows leave. For one pair, where sums are no wider than what is stored."""

    def __init__(self, witness: SoftmaxWitness) -> None:
        [sizes] = witness.magnitudes
        assert sizes.softmax is not None
        arithmetic = witness.arithmetic
        self._hidden, self._probs = sizes.hidden, sizes.softmax.probs.copy()
        self._probs[sizes.softmax.outsides] = np.nan  # p - 1 is no multiple of p
        self._probs[self._probs < _LEAST] = np.nan
        # the pass has one normalizer too, and its own roundings in each row
        self._errors = _row_errors(witness, witness.rows) + _row_errors(witness, witness.pass_rows) + 8 * U64
        self._absolute = 4 * arithmetic.function_underflow + 2 * arithmetic.underflow / np.abs(sizes.hidden).min()

    def check(self, least: np.ndarray, most: np.ndarray, row_of: Callable[[int], np.ndarray]) -> Check | None:
        """The component furthest from what most rows agree on, where two of them do not meet; else None.

        least and most (V,) are those of each row of grad_U / h, and row_of gives a row of the gradient (d,) again.
        """
        with np.errstate(all="ignore"):
            middle = (least + most) / 2 / self._probs
            lows = (most - self._absolute) / self._probs * np.exp(-self._errors)
            highs = (least + self._absolute) / self._probs * np.exp(self._errors)
        lowest, highest = _first(np.nanargmax, lows), _first(np.nanargmin, highs)
        if lowest is None or highest is None or not lows[lowest] > highs[highest]:
            return None
        c = float(np.nanmedian(middle))
        too_large = c <= 0 or lows[lowest] * highs[highest] > c * c
        return self._told(lowest if too_large else highest, c, too_large, row_of)

    def _told(self, row: int, c: float, too_large: bool, row_of: Callable[[int], np.ndarray]) -> Check:
        found = row_of(row)
        ratios = found / self._hidden
        column = int(ratios.argmax() if too_large else ratios.argmin())
        value, due = float(found[column]), float(c * self._probs[row] * self._hidden[column])
        bound = float(abs(due) * np.expm1(self._errors[row]) + self._absolute * abs(self._hidden[column]))
        error = abs(value - due)
        sentence = (
            f"grad_U[{row}, {column}] = {value!r}; by the other rows, which share its normalizer, it is {due!r}; "
            f"error {error:.1e} > bound {bound:.1e}"
        )
        return Check("grad_U", False, True, (row, column), value, due, error, bound, error / bound, 1, sentence)


def _first(place: Callable[[np.ndarray], np.intp], numbers: np.ndarray) -> int | None:
    """The place of the most extreme number; None where there is none."""
    return None if np.isnan(numbers).all() else int(place(numbers))


def _row_errors(witness: SoftmaxWitness, found: RowsBound) -> np.ndarray:
    """The logarithm (V,) of what a row's own rounding may do to c p h.

    Its logit, the shift and exp; then, by whichever route, at most one more difference of the size of x - LSE, two more
    exponentials (a block's own maximum, exchanged for the common one), and six products and quotients.
    """
    arithmetic = found.arithmetic
    [sizes] = witness.magnitudes
    assert sizes.softmax is not None
    softmax = sizes.softmax
    errors = exponential_errors(softmax, witness.logit_errors(found), arithmetic, found.tier)
    own = errors.exponential + 2 * arithmetic.function_rounding + 6 * arithmetic.store_rounding
    own += arithmetic.storage.roundoff * (np.abs(softmax.logits - softmax.log_sum) + errors.logit + errors.log_sum)
    if found.tier != STRICT:  # autograd through a maximum leaves the rounding of a sum over V on the top rows
        own[softmax.logits + errors.logit >= softmax.top - errors.top] = np.inf
    return own
