"""One law on one case: NaN and infinity never pass, one component off by 1e-12 is refuted, the worst one is shown."""

import functools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from gradgate.balls import Ball, ball
from gradgate.bounds import Arithmetic
from gradgate.calling.calls import Call, Outcome
from gradgate.calling.implementation import Implementation, Particulars
from gradgate.calling.loading import load
from gradgate.draws import Sizes, build, generated
from gradgate.evidence import Evidence
from gradgate.examining.judging import (
    FAILED,
    NOT_APPLICABLE,
    NOT_JUDGED,
    PASSED,
    UNDECIDED,
    judge,
    judge_one,
    laws_for,
    plan,
)
from gradgate.examining.opinion import is_coarse, opinion
from gradgate.formats import FLOAT64
from gradgate.interface import FUNCTIONS, SIGNATURES
from gradgate.laws import BY_NAME, LAWS
from gradgate.laws.law import Breach, Claim, Law, NotApplicable
from gradgate.witness import Undecidable, Witness

load = functools.cache(load)
EXACT = [BY_NAME["exact_value"], BY_NAME["exact_gradient"]]
QUANTITIES = [(function, quantity) for function in FUNCTIONS for quantity in SIGNATURES[function].returns]


def witness_of(case):
    return Witness(case, Arithmetic(case.form))


def base(name, case):
    """What a shipped implementation returns for the case itself."""
    outcome = load(name).perform(Call("base", case))
    assert not outcome.fault
    return outcome


def spoiled(outcome, quantity, index, value):
    """The outcome with one component of a quantity's values set."""
    result = outcome.results[quantity]
    values = np.array(result.values, np.float64)
    values[index] = value
    return Outcome(results={**outcome.results, quantity: replace(result, values=values)})


def statuses(witness, outcome, laws=EXACT):
    """The status of each law, judged on the base call alone."""
    evidence = Evidence(witness, {"base": outcome}, Particulars())
    return {law.name: judge_one(law, evidence).status for law in laws if law.applies(witness.case)}


def judgement_of(*claims):
    """The judgement of a law that makes the given claims."""
    law = Law("stub", "stub", lambda case: True, lambda evidence: list(claims))
    return judge_one(law, Evidence(witness_of(generated("sigmoid", "float64", 0, 0)), {}, Particulars()))


def raising(error):
    def judge_nothing(evidence):
        raise error

    return Law("stub", "stub", lambda case: True, judge_nothing)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("function", "quantity"), QUANTITIES)
def test_neither_nan_nor_infinity_passes_in_any_quantity(function, quantity, value):
    case = generated(function, "float64", 0, 21)  # V = 1000 and more, normal
    witness, outcome = witness_of(case), base("numpy_dense", case)
    assert set(statuses(witness, outcome).values()) == {PASSED}
    last = tuple(size - 1 for size in np.shape(outcome.results[quantity].values))
    law = "exact_gradient" if quantity.startswith("grad_") else "exact_value"
    assert statuses(witness, spoiled(outcome, quantity, last, value))[law] == FAILED


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("function", ["negative_sampling", "negative_sampling_batch", "skipgram", "cbow_batch"])
def test_neither_nan_nor_infinity_passes_in_a_row_sparse_gradient(function, value):
    case = next(c for c in (generated(function, "float64", 0, i) for i in (1, 11)) if c.inputs["negatives"] is not None)
    witness, outcome = witness_of(case), base("numpy_rows", case)
    assert outcome.results["grad_U"].rows is not None
    assert set(statuses(witness, outcome).values()) == {PASSED}
    for row in (0, -1):
        assert statuses(witness, spoiled(outcome, "grad_U", (row, 0), value))["exact_gradient"] == FAILED


@pytest.mark.parametrize("row", [-1, "V"])
def test_a_row_outside_the_matrix_breaks_the_promised_form(row):
    case = generated("negative_sampling", "float64", 0, 1)
    witness, outcome = witness_of(case), base("numpy_rows", case)
    result = outcome.results["grad_U"]
    rows = np.append(result.rows[:-1], len(case.inputs["U"]) if row == "V" else row)
    outside = Outcome(results={**outcome.results, "grad_U": replace(result, rows=rows)})
    form = BY_NAME["promised_form"]
    assert statuses(witness, outside, [form]) == {"promised_form": FAILED}
    assert statuses(witness, outcome, [form]) == {"promised_form": PASSED}


def test_sparse_rows_that_repeat_add_up():
    case = generated("negative_sampling", "float64", 0, 0)
    witness, outcome = witness_of(case), base("numpy_rows", case)
    result = outcome.results["grad_U"]
    halves = replace(result, rows=np.tile(result.rows, 2), values=np.tile(result.values / 2, (2, 1)))
    twice = replace(halves, values=np.tile(result.values, (2, 1)))
    for split, status in ((halves, PASSED), (twice, FAILED)):
        split_up = Outcome(results={**outcome.results, "grad_U": split})
        assert statuses(witness, split_up)["exact_gradient"] == status


@pytest.mark.parametrize("function", ["naive_softmax", "negative_sampling"])
def test_an_error_of_1e_12_in_one_component_is_refuted(function):
    """The target of the project, at logits of order 1: at least 99 % of all components, and refuted, not fragile."""
    law, verdicts = BY_NAME["exact_gradient"], []
    for seed in range(3 if function == "naive_softmax" else 20):
        sizes = Sizes(V=50, d=10, K=5, C=1, B=1)
        case = build(function, "float64", "normal", sizes, np.random.default_rng(seed), seed, 0)
        witness, outcome = witness_of(case), base("numpy_dense", case)
        for quantity in ("grad_center", "grad_U"):
            values = outcome.results[quantity].values
            for index in zip(*np.nonzero(values), strict=True):
                wrong = spoiled(outcome, quantity, index, values[index] * (1 + 1e-12))
                evidence = Evidence(witness, {"base": wrong}, Particulars())
                judgement = judge_one(law, evidence)
                refuted = judgement.status == FAILED and not opinion(judgement, evidence, [], coarse=False).fragile
                verdicts.append(refuted)
                shown = next((check for check in judgement.checks if not check.passed), None)
                assert shown is None or (shown.quantity, shown.index) == (quantity, tuple(map(int, index)))
    assert len(verdicts) >= 1000
    assert np.mean(verdicts) >= 0.99


@pytest.mark.parametrize("function", ["naive_softmax", "negative_sampling"])
def test_an_error_of_1e_12_in_one_component_is_not_taken_for_a_lower_precision(function):
    right = getattr(load("numpy_dense").module, function)

    def off_in_one(*arguments):
        loss, grad_center, grad_U = right(*arguments)
        grad_center[0] *= 1 + 1e-12
        return loss, grad_center, grad_U

    faulty = Implementation("faulty", SimpleNamespace(**{function: off_in_one}))
    for index in range(10):
        case = generated(function, "float64", 0, index)
        assert not is_coarse(case, Arithmetic(FLOAT64), lambda calls: [faulty.perform(call) for call in calls])


@pytest.mark.parametrize(
    ("got", "status"),
    [
        (Ball(np.array([1.0, 2.0]), np.array([0.0, 0.0])), PASSED),
        (Ball(np.array([1.0, 2.5]), np.array([0.0, 0.5])), PASSED),
        (Ball(np.array([1.0, 2.5]), np.array([0.0, 0.4])), FAILED),
        (Ball(np.array([1.0, np.nan]), np.array([0.0, 0.0])), FAILED),
        (Ball(np.array([1.0, np.nan]), np.array([0.0, np.inf])), FAILED),
        (Ball(np.array([1.0, np.inf]), np.array([0.0, np.inf])), FAILED),
        (Ball(np.array([1.0, 99.0]), np.array([0.0, np.nan])), PASSED),  # 0 times an infinite radius: nothing is known
    ],
)
def test_balls_that_meet_pass_and_what_is_no_number_fails(got, status):
    assert judgement_of(Claim("loss", got, ball(np.array([1.0, 2.0])))).status == status


def test_the_same_infinity_on_both_sides_does_not_pass():
    infinite = ball(np.array([np.inf]))
    assert judgement_of(Claim("loss", infinite, infinite)).status == FAILED


def test_one_failed_claim_among_many_fails_the_law():
    right = Claim("loss", ball(1.0), ball(1.0))
    assert judgement_of(right, right).status == PASSED
    assert judgement_of(right, Claim("loss", ball(1.0), ball(2.0)), right).status == FAILED
    assert judgement_of(right, Breach("loss", "it is a string", "dtype")).status == FAILED


@pytest.mark.parametrize("worst", [0, 3])
@pytest.mark.parametrize("value", [7.0, np.nan, np.inf])
def test_the_worst_component_is_the_one_shown(worst, value):
    due = np.arange(1.0, 5.0)
    mid = due + 1e-3  # every component is wrong, one of them worse
    mid[worst] = value
    (check,) = judgement_of(Claim("loss", Ball(mid, np.full(4, 1e-6)), ball(due))).checks
    assert check.index == (worst,)
    assert check.due == due[worst]
    assert not check.ratio <= 1


def test_a_bound_as_large_as_the_quantity_decides_nothing():
    def check(radius):
        return judgement_of(Claim("loss", Ball(np.array([1.0]), np.array([radius])), ball(np.array([1.0])))).checks[0]

    assert check(1e-3).decided
    assert not check(1.0).decided
    assert not check(np.inf).decided


@pytest.mark.parametrize(
    ("error", "status"), [(NotApplicable("no word"), NOT_APPLICABLE), (Undecidable(), UNDECIDED)], ids=str
)
def test_a_law_that_cannot_judge_says_so(error, status):
    evidence = Evidence(witness_of(generated("sigmoid", "float64", 0, 0)), {}, Particulars())
    judgement = judge_one(raising(error), evidence)
    assert judgement.status == status
    assert judgement.reason


@pytest.mark.parametrize(
    ("variant", "kind", "status"),
    [
        ("base", "raised", NOT_JUDGED),  # that the base call gave nothing is said once, and not by every law
        ("permuted", "raised", FAILED),
        ("permuted", "malformed", FAILED),
        ("permuted", "timed out", NOT_JUDGED),
        ("permuted", "not posed", NOT_JUDGED),
    ],
)
def test_a_variant_without_a_result_fails_its_law(variant, kind, status):
    witness = witness_of(generated("naive_softmax", "float64", 0, 0))
    planned = plan([BY_NAME["permutation"]], witness)
    outcomes = {call.variant: load("numpy_dense").perform(call) for call in planned.calls}
    outcomes[variant] = Outcome(fault="it went wrong", fault_kind=kind)
    (judgement,) = judge(planned, Evidence(witness, outcomes, Particulars()))
    assert judgement.status == status


def test_a_plan_makes_each_call_once_base_first_and_repeat_last():
    for function in FUNCTIONS:
        case = generated(function, "float64", 0, 0)
        planned = plan(laws_for(LAWS, case), witness_of(case))
        names = [call.variant for call in planned.calls]
        assert len(names) == len(set(names))
        assert (names[0], names[-1]) == ("base", "repeat")


@pytest.mark.parametrize(("spread", "status"), [(0.0, PASSED), (1e-17, PASSED), (1e-9, FAILED)])
def test_who_declares_to_vary_may_vary_within_the_bounds_only(spread, status):
    case = generated("naive_softmax", "float64", 0, 0)
    witness, outcome = witness_of(case), base("numpy_dense", case)
    plan([BY_NAME["no_state"]], witness)
    again = spoiled(outcome, "grad_U", (0, 0), outcome.results["grad_U"].values[0, 0] + spread)
    varying = Evidence(witness, {"base": outcome, "repeat": again}, Particulars(deterministic=False))
    assert judge_one(BY_NAME["no_state"], varying).status == status
