"""The float64 sizes behind a case against those of the exact reference, within what rounding can do to them."""

from dataclasses import replace

import numpy as np
import pytest

from gradgate import estimate as estimate_module
from gradgate.case import Case
from gradgate.estimate import estimate
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING, SIGNATURES
from gradgate.magnitudes import GroupMagnitudes, LogisticMagnitudes, SoftmaxMagnitudes
from gradgate.reference import exact
from gradgate.terms import groups

UNIT = 2.0**-53
ULPS = 8 * UNIT  # NumPy's exp, log and log1p are within 4 units in the last place
TINY = 2.0**-1074

FUNCTIONS = ["naive_softmax", "negative_sampling", "hierarchical_softmax"]
FUNCTIONS += ["naive_softmax_batch", "negative_sampling_batch"]
WINDOWS = ["skipgram", "cbow", "skipgram_batch", "cbow_batch"]
LOSSES = FUNCTIONS + [f"{function} {loss}" for function in WINDOWS for loss in (NAIVE_SOFTMAX, NEGATIVE_SAMPLING)]
SIZES = [(1, 1, 0), (5, 3, 2), (50, 10, 4)]  # V, d, K


def draw(name: str, scale: float, V: int, d: int, K: int) -> Case:
    function, _, loss = name.partition(" ")
    rng = np.random.default_rng([V, d, K])
    naive = "softmax" in name
    per_word = function in ("skipgram", "skipgram_batch", "negative_sampling_batch")
    given = {
        "center": 0 if function == "skipgram" else rng.normal(size=d) * scale,
        "centers": rng.integers(0, V, 3) if function == "skipgram_batch" else rng.normal(size=(5, d)) * scale,
        "outside": int(rng.integers(V)), "outsides": rng.integers(0, V, 5), "context": rng.integers(0, V, 5),
        "contexts": rng.integers(0, V, 5), "offsets": np.array([0, 2, 2, 5]), "target": int(rng.integers(V)),
        "targets": rng.integers(0, V, 3), "loss": loss, "reduce": ("sum", "mean")[V % 2],
        "U": rng.normal(size=(V, d)) * scale, "V_c": rng.normal(size=(V, d)) * scale,
        "path": rng.integers(0, V, K), "signs": rng.choice([-1, 1], K),
        "negatives": None if naive else rng.integers(0, V, (5, K) if per_word else (3, K)),
    }  # fmt: skip
    if function in ("negative_sampling", "cbow") and not naive:
        given["negatives"] = rng.integers(0, V, K)
    return Case(function, "float64", {p: given[p] for p in SIGNATURES[function].parameters}, "normal", 0, 0)


def close(got: np.ndarray, wanted: np.ndarray, error: np.ndarray | float) -> None:
    assert np.shape(got) == np.shape(wanted)
    assert (np.abs(got - wanted) <= error).all(), f"{got} is not {wanted}"


def check_softmax(got: SoftmaxMagnitudes, wanted: SoftmaxMagnitudes, delta: np.ndarray, U: np.ndarray | None) -> None:
    """delta (V,) bounds the error of the logits. Weights, their sum and quotients err by at most `relative`."""
    V = len(wanted.logits)
    shift = 2 * np.max(delta) + 2 * UNIT * np.ptp(wanted.logits)
    relative = np.expm1(shift + 2 * ULPS + (V + 8) * UNIT)
    close(got.logits, wanted.logits, delta)
    close(got.top, wanted.top, np.max(delta))
    close(got.log_sum, wanted.log_sum, shift + relative * np.log(V) + ULPS * np.abs(wanted.top))
    close(got.probs, wanted.probs, relative * wanted.probs + 4 * TINY)
    close(got.complements, wanted.complements, relative * wanted.complements + 4 * TINY)
    close(got.losses, wanted.losses, shift + (relative + ULPS) * wanted.losses)
    assert np.array_equal(got.outsides, wanted.outsides)
    if U is not None:
        size = wanted.probs @ np.abs(U) + 2 * np.max(np.abs(U), axis=0)
        close(got.grad_hidden, wanted.grad_hidden, (relative + (V + 4) * UNIT) * size + V * TINY)


def check_logistic(got: LogisticMagnitudes, wanted: LogisticMagnitudes, delta: np.ndarray) -> None:
    """log(1 + exp(-z)) is at least sigmoid(-z), so that an error of z costs each of them no more than its own part."""
    relative = np.expm1(delta + 2 * ULPS + 4 * UNIT)
    assert np.array_equal(got.rows, wanted.rows)
    assert np.array_equal(got.signs, wanted.signs)
    close(got.z, wanted.z, delta)
    close(got.losses, wanted.losses, relative * wanted.losses + 4 * TINY)
    close(got.slopes, wanted.slopes, relative * wanted.slopes + 4 * TINY)
    close(got.complements, wanted.complements, relative * wanted.complements + 4 * TINY)


def check(case: Case) -> None:
    got, wanted, U = estimate(case), exact(case).groups, case.wide("U")
    assert len(got) == len(wanted)
    for group, mine, theirs in zip(groups(case), got, wanted, strict=True):
        size = np.abs(group.vectors).sum(axis=0) / group.divisor
        roundings = len(group.vectors) + 1
        close(mine.hidden, theirs.hidden, roundings * UNIT * size)
        delta = (np.abs(U) @ size) * (roundings + U.shape[1] + 2) * UNIT
        check_group(mine, theirs, delta, U)


def check_group(got: GroupMagnitudes, wanted: GroupMagnitudes, delta: np.ndarray, U: np.ndarray | None) -> None:
    assert (got.softmax is None) == (wanted.softmax is None)
    if got.softmax is not None and wanted.softmax is not None:
        check_softmax(got.softmax, wanted.softmax, delta, U)
    for mine, theirs in zip(got.logistic, wanted.logistic, strict=True):
        check_logistic(mine, theirs, delta[theirs.rows])


@pytest.mark.parametrize("scale", [1.0, 8.0, 100.0])
@pytest.mark.parametrize("name", LOSSES)
def test_the_estimate_agrees_with_the_exact_sizes(name, scale):
    for V, d, K in SIZES:
        check(draw(name, scale, V, d, K))


@pytest.mark.parametrize("scale", [1.0, 40.0, 1e4])
def test_the_functions_by_themselves_agree_too(scale):
    values = np.random.default_rng(0).normal(size=(3, 7)) * scale
    for function, parameter in (("sigmoid", "x"), ("softmax", "logits")):
        case = Case(function, "float64", {parameter: values}, "normal", 0, 0)
        for got, wanted in zip(estimate(case), exact(case).groups, strict=True):
            check_group(got, wanted, np.zeros(21 if function == "sigmoid" else 7), None)


def test_a_group_without_words_has_no_sizes():
    case = draw(f"skipgram {NAIVE_SOFTMAX}", 1.0, 5, 3, 0)
    assert estimate(case.with_inputs(outsides=np.empty(0, np.int64))) == ()


def test_a_cancelling_complement_is_noticed(monkeypatch):
    case = draw("naive_softmax", 8.0, 5, 3, 0)

    check(case)
    right = estimate_module.softmax_sizes

    def cancelling(logits, outsides):
        sizes = right(logits, outsides)
        return replace(sizes, complements=1 - sizes.probs)

    monkeypatch.setattr(estimate_module, "softmax_sizes", cancelling)
    with pytest.raises(AssertionError):
        check(case)
