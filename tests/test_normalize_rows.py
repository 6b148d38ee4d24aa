"""Normalising rows: right ones are right by the derived bound, near ones are not, and the cause is named."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from gradgate.calling.implementation import Implementation
from gradgate.grading.checking import Here
from gradgate.grading.judged import Judged
from gradgate.grading.rows import judge_rows


def judged(function) -> Judged:
    module = ModuleType("rows")
    module.normalize_rows = function
    return judge_rows(Here(Implementation("rows", module)), 0, 20)


def scaled(X):
    largest = np.abs(X).max(axis=1, keepdims=True)
    largest = np.where(largest == 0, 1, largest)
    lengths = np.sqrt(((X / largest) ** 2).sum(axis=1, keepdims=True))
    return X / largest / np.where(lengths == 0, 1, lengths)


RIGHT = {
    "by the root of the sum": lambda X: X / np.sqrt(np.sum(X**2, axis=1, keepdims=True)),
    "by a power": lambda X: X / (X**2).sum(axis=1, keepdims=True) ** 0.5,
    "by the norm": lambda X: X / np.linalg.norm(X, axis=1)[:, None],
    "by a reciprocal": lambda X: X * (1 / np.sqrt(np.einsum("ij,ij->i", X, X)))[:, None],
    "row by row": lambda X: np.array([row / np.sqrt(row @ row) for row in X]),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_formula_is_right_though_huge_rows_overflow(name):
    found = judged(RIGHT[name])
    assert found.verdict == "fragile"
    assert "a row of zeros becomes NaN, as 0 / 0; left as it is it would do no harm" in found.remarks


def test_one_that_scales_first_is_verified():
    assert judged(scaled) == Judged(
        "verified",
        "Right: every row has the exact values to rounding, on 22 matrices.",
        staff={"cases": 22, "seed": 0},
    )


def test_one_that_writes_to_its_input_is_told_so():
    def in_place(X):
        X /= np.sqrt(np.sum(X**2, axis=1, keepdims=True))
        return X

    found = judged(in_place)
    assert found.verdict == "fragile"
    assert any("is written to" in remark for remark in found.remarks)


WRONG = {
    "wrong axis": lambda X: X / np.sqrt(np.sum(X**2, axis=0)),
    "term missing": lambda X: X / np.sum(X**2, axis=1, keepdims=True),
    "another formula": lambda X: X / np.abs(X).sum(axis=1, keepdims=True),
}


@pytest.mark.parametrize("cause", WRONG)
def test_a_wrong_formula_is_refuted_and_its_cause_named(cause):
    found = judged(WRONG[cause])
    assert found.verdict == "refuted"
    assert found.cause is not None
    assert found.cause.name == cause
    assert "Read: each row x becomes" in found.message


@pytest.mark.parametrize(
    "function",
    [
        lambda X: RIGHT["by the norm"](X) * (1 + 1e-13),  # however small
        lambda X: X / np.sqrt(np.sum(X**2, axis=1, keepdims=True) + 1e-8),
        lambda X: -RIGHT["by the norm"](X),
        lambda X: RIGHT["by the norm"](X).T,
        lambda X: RIGHT["by the norm"](X.astype(np.float32)),
        lambda X: np.full(X.shape, np.nan),
        lambda X: np.zeros(X.shape),
        lambda X: None,
        lambda X: X / 0,
    ],
)
def test_one_that_is_beyond_the_bound_is_refuted(function):
    assert judged(function).verdict == "refuted"


def test_one_that_raises_has_crashed():
    assert judged(lambda X: X[99]).verdict == "crashed"


def test_staff_get_the_lines_that_repeat_it():
    [example] = judged(WRONG["wrong axis"]).staff["counterexamples"]
    assert "load('rows').call('normalize_rows', 'float64', X=np.array([[" in example["smallest"]["snippet"]
