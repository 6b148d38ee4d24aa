"""Normalising rows, an exercise of the 2017 assignment: judged by its own law, in rational arithmetic.

A row x of d numbers is due as x / s, s = sqrt(sum of x_i^2). A right routine passes, for each entry, at most d + 2
roundings under the square root (scaled or not, squared, added in any order), which halves them, and four outside (that
of the root, or the error KAPPA u of a power; the division, or a reciprocal and a product; a scale that is undone):

    y_i = (x_i / s) exp(e),  |e| <= L = (d / 2 + 5) l(u) + KAPPA u.

So y_i has the sign of x_i, and y_i^2 sum(x^2) lies between exp(-2 L) x_i^2 and exp(2 L) x_i^2: fractions decide it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache

import numpy as np

from gradgate.bounds.arithmetic import KAPPA, log_rounding
from gradgate.calling.calls import Call, Outcome
from gradgate.case import Case
from gradgate.causes.cause import CERTAIN, LIKELY, Cause
from gradgate.draws import generator
from gradgate.examining.opinion import Perform
from gradgate.grading.cell import Cell, remarks_of
from gradgate.grading.feedback import inputs_in_words, likely
from gradgate.grading.formulas import to_read
from gradgate.grading.inputs import DTYPE
from gradgate.grading.judged import ROBUSTNESS, Judged
from gradgate.interface import NORMALIZE_ROWS
from gradgate.verdicts import BLOCKED, CRASHED, FRAGILE, REFUTED, TIMED_OUT, VERIFIED

_U = 2.0**-53
_HUGE = 2.0**600  # its square overflows
_OVERFLOW = Cause(
    "overflow", "squares overflow beyond 1e154, and vanish below 1e-162: divide by the largest entry first", CERTAIN, ""
)
_VERDICTS = {"timed out": TIMED_OUT, "blocked": BLOCKED, "malformed": REFUTED}


@lru_cache(maxsize=8)
def _cases(seed: int, count: int) -> tuple[Case, ...]:
    """Matrices (n, d), the readable ones first; the last two have rows whose squares overflow, or underflow."""
    found = []
    for index in range(count):
        rng = generator(seed, NORMALIZE_ROWS, index)
        X = rng.standard_normal((int(rng.integers(1, 6)), int(rng.choice([1, 2, 3, 5, 10, 50]))))
        X = np.rint(X[:, :4] * 4) + 5.0 * (X[:, :4] >= 0) if index < 4 else X * 2.0 ** rng.integers(-20, 21)
        X[(X == 0).all(axis=1)] = 1.0
        found.append((X, "normal"))
    found += [(found[-1][0] * _HUGE, "huge"), (found[-1][0] / _HUGE, "tiny")]
    return tuple(Case(NORMALIZE_ROWS, DTYPE, {"X": X}, kind, seed, i) for i, (X, kind) in enumerate(found))


def judge_rows(cell: Cell, seed: int, count: int) -> Judged:
    """The verdict on count matrices, and on two that no naive formula takes."""
    cases = _cases(seed, count)
    outcomes = cell.perform([Call("base", case) for case in cases])
    failed = [(case, outcome) for case, outcome in zip(cases, outcomes, strict=True) if not _holds(case, outcome)]
    wrong = [(case, outcome) for case, outcome in failed if not _excused(case, outcome)]
    told = [*remarks_of(cell), *_remarks(cell.perform, outcomes)]
    if wrong:
        return _wrong(cell, *min(wrong, key=lambda each: each[0].size), failed=wrong, remarks=tuple(told))
    staff = {"cases": len(cases), "seed": seed}
    if failed:
        message = f"The formula is right, but {_OVERFLOW.sentence}."
        return Judged(FRAGILE, message, _OVERFLOW, frozenset({ROBUSTNESS}), tuple(told), staff)
    message = f"Right: every row has the exact values to rounding, on {len(cases)} matrices."
    return Judged(VERIFIED, message, remarks=tuple(told), staff=staff)


def _holds(case: Case, outcome: Outcome) -> bool:
    """Whether every entry lies within the bound."""
    result = outcome.results.get(NORMALIZE_ROWS)
    if result is None or result.rows is not None or result.values.shape != case.inputs["X"].shape:
        return False
    given, returned = case.inputs["X"], result.values
    return bool(np.isfinite(returned).all()) and all(map(_row_holds, given, returned))


def _row_holds(given: np.ndarray, returned: np.ndarray) -> bool:
    x, y = [Fraction(float(each)) for each in given], [Fraction(float(each)) for each in returned]
    length = sum(each * each for each in x)
    L = (len(x) / 2 + 5) * log_rounding(_U) + KAPPA * _U
    slack = Fraction(math.expm1(2 * L) * (1 + 2.0**-40))
    return all(
        a * b >= 0 and a * a * (1 - slack) <= b * b * length <= a * a * (1 + slack) for a, b in zip(x, y, strict=True)
    )


def _excused(case: Case, outcome: Outcome) -> bool:
    """A right formula may give zeros, infinities or NaN where the squares leave the range, and no other numbers."""
    result = outcome.results.get(NORMALIZE_ROWS)
    if case.kind == "normal" or result is None or result.values.shape != case.inputs["X"].shape:
        return False
    return bool((~np.isfinite(result.values) | (result.values == 0)).all())


def _remarks(perform: Perform, outcomes: list[Outcome]) -> Iterator[str]:
    if any("X" in outcome.changed for outcome in outcomes):
        yield "the matrix that is passed in is written to; a copy would keep the caller's"
    if any(outcome.fault for outcome in outcomes):
        return
    [zeros] = perform([Call("base", Case(NORMALIZE_ROWS, DTYPE, {"X": np.zeros((1, 2))}, "zeros", 0, 0))])
    if zeros.fault or not np.isfinite(zeros.results[NORMALIZE_ROWS].values).all():
        yield "a row of zeros becomes NaN, as 0 / 0; left as it is it would do no harm"


def _wrong(
    cell: Cell, case: Case, outcome: Outcome, failed: list[tuple[Case, Outcome]], remarks: tuple[str, ...]
) -> Judged:
    verdict = _VERDICTS.get(outcome.fault_kind, CRASHED) if outcome.fault else REFUTED
    at = f"With {inputs_in_words(case, cell.particulars.adapter)}"
    if outcome.fault:
        lines, cause = [f"{at}: {outcome.fault}."], None
    else:
        lines, cause = [f"{at}: {_compared(case, outcome)}."], _cause(failed)
    if cause is not None:
        lines.append(likely(cause))
    lines += to_read(NORMALIZE_ROWS, [NORMALIZE_ROWS])
    example = {
        "smallest": {"snippet": f"import numpy as np\nfrom gradgate import load\nprint({_repeated(cell.name, case)})"}
    }
    staff = {"fault": outcome.fault, "seed": case.seed, "counterexamples": [example]}
    return Judged(verdict, "\n".join(lines), cause, remarks=remarks, staff=staff)


def _repeated(name: str, case: Case) -> str:
    X = case.inputs["X"].tolist()
    return f"load({name!r}).call({NORMALIZE_ROWS!r}, {case.dtype!r}, X=np.array({X}))"


def _compared(case: Case, outcome: Outcome) -> str:
    X, returned = case.inputs["X"], outcome.results[NORMALIZE_ROWS].values
    if returned.shape != X.shape:
        return f"the result has shape {returned.shape} where {X.shape} is due"
    due = _by_rows(X)
    with np.errstate(all="ignore"):
        row, column = np.unravel_index(int(np.argmax(np.nan_to_num(np.abs(returned - due), nan=np.inf))), X.shape)
    return f"entry [{row}, {column}] is {returned[row, column]:.6g} where {due[row, column]:.6g} is due"


def _by_rows(X: np.ndarray) -> np.ndarray:
    return X / np.sqrt((X**2).sum(axis=1, keepdims=True))


_OTHERS: tuple[tuple[str, str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("wrong axis", "the columns are normalised: sum over axis 1", lambda X: X / np.sqrt((X**2).sum(axis=0))),
    ("wrong axis", "the whole matrix has length 1: sum over axis 1", lambda X: X / np.sqrt((X**2).sum())),
    ("term missing", "the square root is missing", lambda X: X / (X**2).sum(axis=1, keepdims=True)),
    ("another formula", "the entries' sizes add up to 1", lambda X: X / np.abs(X).sum(axis=1, keepdims=True)),
    ("another formula", "the entries add up to 1", lambda X: X / X.sum(axis=1, keepdims=True)),
    ("another formula", "the largest entry becomes 1", lambda X: X / np.abs(X).max(axis=1, keepdims=True)),
    ("term missing", "nothing is divided", lambda X: X),
)


def _is_rounding_of(values: np.ndarray, returned: np.ndarray) -> bool:
    """Whether both may come of one of these formulas: a sum over at most all entries, and the rest of a row's bound."""
    L = (values.size + 5) * log_rounding(_U) + KAPPA * _U
    same = (values == returned) | (np.isnan(values) & np.isnan(returned))
    return bool(np.all(same | (np.abs(values - returned) <= math.expm1(2 * L) * np.abs(values))))


def _cause(failed: list[tuple[Case, Outcome]]) -> Cause | None:
    """The known other formula that gives all that was seen; it only names the cause, the law has decided already."""
    for name, sentence, formula in _OTHERS:
        with np.errstate(all="ignore"):
            same = [
                _is_rounding_of(formula(c.inputs["X"]), o.results[NORMALIZE_ROWS].values)
                for c, o in failed
                if not o.fault and o.results[NORMALIZE_ROWS].values.shape == c.inputs["X"].shape
            ]
        if same and all(same):
            sure = CERTAIN if len(same) > 1 else LIKELY
            return Cause(name, sentence, sure, f"reproduces {len(same)} of {len(failed)} failing cases")
    return None
