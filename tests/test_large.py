"""Large vocabularies: one wrong row among many is found and named, in few calls; the right implementations pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gradgate.calling.loading import resolve
from gradgate.examining.subjects import Settings, Subject
from gradgate.large.draws import FUNCTIONS
from gradgate.large.run import run_large
from gradgate.report.wording import message
from gradgate.verdicts import REFUTED, VERIFIED

V, d = 20_000, 20
WRONG = 12_345

SOURCE = """
import numpy as np

V, WRONG = {V}, {WRONG}


def naive_softmax(center, outside, U):
    logits = U @ center
    BEFORE
    powers = np.exp(logits - logits.max())
    probs = powers / powers.sum()
    loss = np.log(powers.sum()) + logits.max() - logits[outside]
    probs[outside] -= 1
    grad_center, grad_U = U.T @ probs, np.outer(probs, center)
    AFTER
    return loss, grad_center, grad_U


def negative_sampling(center, outside, negatives, U):
    rows = np.append(outside, negatives)
    signs = np.append(1.0, -np.ones(len(negatives))).astype(U.dtype)
    z = signs * (U[rows] @ center)
    loss = np.logaddexp(0, -z).sum()
    slopes = -signs / (1 + np.exp(z))
    grad_center, values = slopes @ U[rows], np.outer(slopes, center)
    DENSE
    grad_U = np.zeros_like(U)
    np.add.at(grad_U, rows, values)
    AFTER
    return loss, grad_center, grad_U
""".replace("{V}", str(V)).replace("{WRONG}", str(WRONG))

Run = Callable[..., Subject]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Puts large cases to a file: the right one with a line at one of its places."""

    def run(function: str, dtype: str, place: str = "", line: str = "pass", cases: int = 1) -> Subject:
        source = SOURCE.replace(place, line) if place else SOURCE
        for other in ("BEFORE", "DENSE", "AFTER"):
            source = source.replace(other, "pass")
        path = tmp_path / "losses.py"
        path.write_text(source, encoding="utf-8")
        asked = Settings((function,), (dtype,), cases=cases, vocabulary=V, dimension=d, time_limit=60.0)
        [subject] = run_large([resolve(str(path))], asked, lambda done, total: None)
        assert not subject.cannot_run, subject.cannot_run
        return subject

    return run


def told(subject: Subject) -> str:
    """All that is said of the failures."""
    return "\n".join(
        message("losses.py", failure)
        for examination in subject.examinations
        for found in examination.counterexamples
        for failure in (found.smallest, found.worst)
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("function", ["naive_softmax", "negative_sampling"])
def test_the_right_formula_passes_within_five_calls(run, function, dtype):
    subject = run(function, dtype, cases=3)
    [examination] = subject.examinations
    assert examination.verdict == VERIFIED, told(subject)
    assert examination.cost.calls <= 5 * 3
    assert all(measured.decided for measured in examination.quantities.values())


@pytest.mark.parametrize("name", ["numpy_dense", "numpy_rows"])
def test_every_function_of_a_shipped_implementation_passes(name):
    asked = Settings(FUNCTIONS, ("float64", "float32"), cases=3, vocabulary=5_000, dimension=8, time_limit=60.0)
    [subject] = run_large([resolve(name)], asked, lambda done, total: None)
    assert {examination.function for examination in subject.examinations} == set(FUNCTIONS)
    assert subject.verdict == VERIFIED, told(subject)


def test_flushed_subnormals_may_be_declared_at_this_size_too(run):
    subject = run("naive_softmax", "float32", "V, WRONG", "FLUSHES_SUBNORMALS = True\nV, WRONG")
    assert subject.verdict == VERIFIED, told(subject)
    assert subject.particulars.flushes_subnormals


ROWS = {
    "one row is zero": "grad_U[WRONG] = 0",
    "one row has the wrong sign": "grad_U[WRONG] *= -1",
    "one component is not a number": "grad_U[WRONG, 3] = np.nan",
    "one component is infinite": "grad_U[WRONG, 3] = np.inf",
    "the row is written to its neighbour": "grad_U[WRONG] = grad_U[WRONG + 1]",
}
SLIGHT = {
    ("float64", "grad_U[WRONG] *= 1 + 1e-6"),
    ("float64", "grad_U[WRONG, 7] *= 1 - 1e-11"),
    ("float32", "grad_U[WRONG] *= np.float32(1.001)"),
    ("float32", "grad_U[WRONG, 7] *= np.float32(0.999)"),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("line", ROWS.values(), ids=ROWS.keys())
def test_one_wrong_row_of_a_softmax_is_named(run, dtype, line):
    subject = run("naive_softmax", dtype, "AFTER", line)
    assert subject.verdict == REFUTED
    assert f"grad_U[{WRONG}, " in told(subject)
    assert subject.examinations[0].cost.calls <= 5


@pytest.mark.parametrize(("dtype", "line"), sorted(SLIGHT))
def test_a_row_that_is_slightly_wrong_is_named(run, dtype, line):
    subject = run("naive_softmax", dtype, "AFTER", line)
    assert subject.verdict == REFUTED
    assert f"grad_U[{WRONG}, " in told(subject)


def test_the_last_row_counts(run):
    subject = run("naive_softmax", "float64", "AFTER", "grad_U[-1] = 0")
    assert f"grad_U[{V - 1}, " in told(subject)


def test_loss_and_gradient_wrong_together_are_refuted_by_the_exact_values(run):
    subject = run("naive_softmax", "float64", "BEFORE", "logits[WRONG] += 1e-3")
    [examination] = subject.examinations
    assert examination.verdict == REFUTED
    assert {law for law, _, _ in examination.failed} >= {"exact_value", "exact_gradient"}
    assert f"grad_U[{WRONG}, " in told(subject)


def test_a_word_that_only_the_loss_gets_wrong_is_found_by_halving(run):
    subject = run("naive_softmax", "float64", "AFTER", "loss += np.log1p(-probs[WRONG])")
    [examination] = subject.examinations
    assert examination.verdict == REFUTED
    assert f"word {WRONG}" in told(subject)
    assert examination.cost.calls <= 3 + 4 + np.ceil(np.log2(V))


STRAY = {
    "a stray number": "grad_U[WRONG, 3] = 1e-30",
    "a stray NaN": "grad_U[WRONG, 3] = np.nan",
    "the smallest subnormal": "grad_U[WRONG, 3] = np.nextafter(0, 1, dtype=U.dtype)",
}
PAIRS = {
    "a stray row": "return loss, grad_center, (np.append(rows, WRONG), np.vstack([values, values[:1] * 0 + 1e-30]))",
    "a stray NaN": "return loss, grad_center, (np.append(rows, WRONG), np.vstack([values, values[:1] * np.nan]))",
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("place", "line"),
    [*(("AFTER", line) for line in STRAY.values()), *(("DENSE", line) for line in PAIRS.values())],
    ids=[*(f"{name}, dense" for name in STRAY), *(f"{name}, sparse" for name in PAIRS)],
)
def test_a_write_to_a_row_that_no_index_names_is_named(run, dtype, place, line):
    subject = run("negative_sampling", dtype, place, line)
    assert subject.verdict == REFUTED
    assert f"grad_U[{WRONG}, " in told(subject)


def test_stray_rows_that_add_up_to_zero_are_no_fault(run):
    line = "return loss, grad_center, (np.append(rows, [WRONG, WRONG]), np.vstack([values, values[:1], -values[:1]]))"
    assert run("negative_sampling", "float64", "DENSE", line).verdict == VERIFIED


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("DENSE", "return loss, grad_center, (rows[:-1], values[:-1])"),
        (
            "DENSE",
            "rows, first = np.unique(rows, return_index=True); return loss, grad_center, (rows, values[first])",
        ),
        ("AFTER", "grad_U[:] = 0; grad_U[rows] += values"),
        ("AFTER", "grad_U[V - 1] *= 1 + 1e-12"),
    ],
    ids=["a row is missing", "repeats counted once, sparse", "repeats counted once, dense", "a named row, by 1e-12"],
)
def test_a_wrong_row_among_the_named_ones_is_refuted(run, place, line):
    subject = run("negative_sampling", "float64", place, line, cases=2)
    assert subject.verdict == REFUTED
    assert "grad_U[" in told(subject)


@pytest.mark.parametrize(
    ("function", "place", "line", "law"),
    [
        ("naive_softmax", "AFTER", "U[WRONG, 0] += 1", "inputs_unchanged"),
        ("negative_sampling", "AFTER", "U[WRONG, 0] += 1", "inputs_unchanged"),
        ("naive_softmax", "AFTER", "globals()['n'] = globals().get('n', 0) + 1; grad_U[5, 0] += n * 1e-18", "no_state"),
        ("negative_sampling", "AFTER", "globals()['n'] = globals().get('n', 0) + 1; loss += n * 1e-15", "no_state"),
        ("naive_softmax", "AFTER", "grad_U = grad_U[:-1]", "promised_form"),
        ("negative_sampling", "AFTER", "grad_U = grad_U.T", "promised_form"),
        ("naive_softmax", "AFTER", "grad_U = grad_U.astype(np.float32)", "promised_form"),
    ],
)
def test_promises_are_held_at_this_size_too(run, function, place, line, law):
    [examination] = run(function, "float64", place, line).examinations
    assert law in {name for name, _, _ in examination.failed}
