"""A shrunk case still fails, is small, costs no more calls than allowed, and is a valid case whatever the predicate."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradgate.bounds import Arithmetic
from gradgate.calling.calls import Call, Outcome
from gradgate.calling.implementation import Particulars
from gradgate.calling.loading import load
from gradgate.case import Case
from gradgate.draws import generated
from gradgate.evidence import Evidence, promised_shape
from gradgate.examining.judging import FAILED, judge_one
from gradgate.formats import FLOAT64, FORMATS, is_exact
from gradgate.interface import FUNCTIONS, SIGNATURES, is_float
from gradgate.laws import BY_NAME
from gradgate.shrink import STEPS, shrink
from gradgate.witness import Witness

DENSE = load("numpy_dense")
IN_U = ("outside", "outsides", "negatives", "target", "targets", "path")
IN_V_C = ("context", "contexts", "center", "centers")
generated = functools.cache(generated)


def assert_valid(case):
    """The contract's demands on inputs: dtypes, shapes that agree, indices in range, offsets in step."""
    inputs = case.inputs
    assert tuple(inputs) == SIGNATURES[case.function].parameters
    for name, value in inputs.items():
        if is_float(case.function, name):
            assert value.dtype == case.form.carrier, name
            assert np.isfinite(value).all(), name
            assert is_exact(value, case.form), name
            assert 0 not in value.shape, name
        elif name in (*IN_U, *IN_V_C) and value is not None:
            assert np.all((np.asarray(value) >= 0) & (np.asarray(value) < len(inputs["U"]))), name
    if "path" in inputs:
        assert len(inputs["path"]) == len(inputs["signs"])
        assert set(inputs["signs"].tolist()) <= {1, -1}
    if "V_c" in inputs:
        assert inputs["V_c"].shape == inputs["U"].shape
    if "offsets" in inputs:
        offsets, flat = inputs["offsets"], inputs["outsides" if "outsides" in inputs else "contexts"]
        assert offsets[0] == 0
        assert np.all(np.diff(offsets) >= 0)
        assert offsets[-1] == len(flat)
    for quantity in case.returns:
        promised_shape(case, quantity)


def assert_runs(case):
    """A right implementation takes the case, and returns the shapes that the case promises."""
    outcome = DENSE.perform(Call("base", case))
    assert not outcome.fault, f"{outcome.fault} [{case.describe()}]"
    for quantity, result in outcome.results.items():
        assert np.shape(result.values) == promised_shape(case, quantity), quantity


@pytest.mark.parametrize("function", FUNCTIONS)
@settings(max_examples=30, deadline=None, derandomize=True, database=None)
@given(index=st.integers(0, 40), dtype=st.sampled_from(sorted(FORMATS)), luck=st.randoms(use_true_random=False))
def test_no_predicate_leads_to_an_invalid_case(function, index, dtype, luck):
    asked = []

    def fails(candidate):
        assert_valid(candidate)
        if dtype in DENSE.particulars.dtypes:
            assert_runs(candidate)
        asked.append(candidate)
        return luck.random() < 0.7

    start = generated(function, dtype, 0, index)
    assert_valid(start)
    found = shrink(start, fails)
    assert found is start or found in asked
    assert len(asked) <= STEPS
    assert found.size <= start.size


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_always_fails_becomes_the_smallest_case(function):
    for index in (0, 1, 2, 3):
        found = shrink(generated(function, "float64", 0, index), lambda case: True)
        for name, value in found.inputs.items():
            if is_float(function, name):
                assert np.array_equal(value, np.rint(value)), name
                assert value.shape[-1] == 1, name
        words = {int(w) for n in (*IN_U, *IN_V_C) if _is_index(found, n) for w in np.ravel(found.inputs[n])}
        assert "U" not in found.inputs or len(found.inputs["U"]) == len(words)


def _is_index(case, name):
    return case.inputs.get(name) is not None and not is_float(case.function, name)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_never_fails_again_is_left_as_it_was(function):
    case = generated(function, "float64", 0, 1)
    assert shrink(case, lambda candidate: False) is case


@pytest.mark.parametrize("steps", [0, 1, 5, STEPS])
@pytest.mark.parametrize("answer", [True, False])
def test_the_budget_of_calls_is_kept(steps, answer):
    asked = []

    def fails(candidate):
        asked.append(candidate)
        return answer

    shrink(generated("skipgram_batch", "float64", 0, 1), fails, steps)
    assert len(asked) <= steps


def sign_flipped(case):
    """Whether the exact law refutes numpy_dense with the centre's gradient negated, on the case."""
    outcome = DENSE.perform(Call("base", case))
    gradient = outcome.results[case.returns[1]]
    flipped = {**outcome.results, case.returns[1]: replace(gradient, values=-gradient.values)}
    evidence = Evidence(Witness(case, Arithmetic(FLOAT64)), {"base": Outcome(results=flipped)}, Particulars())
    return judge_one(BY_NAME["exact_gradient"], evidence).status == FAILED


@pytest.mark.parametrize("function", [f for f in FUNCTIONS if "loss" in SIGNATURES[f].returns[0]])
@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_flipped_sign_is_shown_on_a_few_numbers(function, index):
    case = generated(function, "float64", 0, index)
    assert sign_flipped(case)
    found = shrink(case, sign_flipped)
    assert sign_flipped(found)
    V, d = found.inputs["U"].shape
    assert V <= 3
    assert d <= 2
    assert found.size <= 16


def test_numbers_lose_digits_once_and_not_in_circles():
    """Quarters have more than three digits now and then: 12.25 must not become 12.2 and 12.25 again."""
    asked = []

    def fails(candidate):
        asked.append(candidate)
        return 12.1 < candidate.inputs["x"][0] < 12.3

    shrink(Case("sigmoid", "float64", {"x": np.array([12.23456])}, "by hand", 0, 0), fails)
    assert len(asked) < 10


def test_a_number_that_is_rounded_away_leaves_no_negative_zero():
    found = shrink(Case("sigmoid", "float64", {"x": np.array([-0.3])}, "by hand", 0, 0), lambda candidate: True)
    assert str(found.inputs["x"]) == "[0.]"


@pytest.mark.parametrize("function", ["skipgram_batch", "cbow_batch", "negative_sampling_batch"])
def test_a_batch_shrinks_to_the_pair_that_fails(function):
    case = next(c for c in (generated(function, "float64", 0, i) for i in range(40)) if _pairs(c) == 3)
    marked = [_outside(case, b) for b in range(3)]

    def fails(candidate):
        return any(np.array_equal(_outside(candidate, b), marked[1]) for b in range(_pairs(candidate)))

    found = shrink(case, lambda candidate: len(candidate.inputs["U"]) == len(case.inputs["U"]) and fails(candidate))
    assert _pairs(found) == 1


def _pairs(case):
    return len(case.inputs["offsets"]) - 1 if "offsets" in case.inputs else len(case.inputs["outsides"])


def _outside(case, b):
    """The words of pair b."""
    if "offsets" not in case.inputs:
        return case.inputs["outsides"][b]
    flat = case.inputs["outsides" if "outsides" in case.inputs else "contexts"]
    return flat[case.inputs["offsets"][b] : case.inputs["offsets"][b + 1]]
