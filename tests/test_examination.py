"""From failures to a verdict: what is refuted, what is fragile and why, when nobody can tell, and who is wrong."""

import functools
import warnings
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from gradgate.calling.calls import Outcome
from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load
from gradgate.draws import generated
from gradgate.exact import Reference
from gradgate.examining.adjudication import who_is_wrong
from gradgate.examining.examination import Examination, plan_case
from gradgate.examining.findings import Tally
from gradgate.examining.peers import peer_evidence
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING
from gradgate.laws import BY_NAME, LAWS
from gradgate.verdicts import CRASHED, FRAGILE, INCONCLUSIVE, REFUTED, TIMED_OUT, VERIFIED
from gradgate.witness import Witness

LOSSES = (NAIVE_SOFTMAX, NEGATIVE_SAMPLING)
load = functools.cache(load)
RIGHT = {function: getattr(load("numpy_dense").module, function) for function in (*LOSSES, "sigmoid")}


def module_of(function, faulty, **declared):
    return InProcess(Implementation("faulty", SimpleNamespace(**{function: faulty}, **declared)))


def examine(
    function, faulty, *, dtype="float64", cases=20, peers=("pure_python", "numpy_rows"), doctor=None, **options
):
    """The concluded examination of a function on generated cases. doctor(witness) may tamper with the truth."""
    performer = faulty if isinstance(faulty, InProcess) else module_of(function, faulty)
    shipped = options.pop("shipped", False)
    perform = options.pop("perform", performer.perform)
    examination = Examination(
        function, dtype, performer.particulars, perform, shipped=shipped, tier=options.pop("tier", "default")
    )
    others = {name: peer if isinstance(peer, InProcess) else InProcess(load(name)) for name, peer in _named(peers)}
    for index in range(cases):
        witness = Witness(generated(function, dtype, 0, index), examination.arithmetic)
        if doctor:
            doctor(witness)
        examination.put(witness, plan_case(witness), peer_evidence(witness.case, witness, others))
    examination.conclude()
    return examination


def _named(peers):
    return peers.items() if isinstance(peers, dict) else [(name, name) for name in peers]


def changed(function, loss=lambda v: v, center=lambda v: v, U=lambda v: v):
    """The right function with its outputs changed."""

    def faulty(*arguments):
        value, grad_center, grad_U = RIGHT[function](*arguments)
        return loss(value), center(grad_center), U(grad_U)

    return faulty


def double(value):
    return value * 2


def causes(examination):
    return {cause for _, cause, _ in examination.failed}


@pytest.mark.parametrize("function", [*LOSSES, "sigmoid"])
def test_the_right_function_is_verified(function):
    examination = examine(function, RIGHT[function], shipped=True)
    assert (examination.verdict, examination.sentence) == (VERIFIED, "")
    assert not examination.failed
    assert not examination.counterexamples
    assert all(strength.decided for strength in examination.quantities.values())


def test_of_a_step_there_is_no_loss_that_could_be_wrong():
    step = load("numpy_dense").module.step
    examination = examine("step", lambda *given: (step(*given)[0] * 2, given[1]))
    assert (examination.verdict, examination.sentence) == (REFUTED, "the matrices after the step are wrong")


@pytest.mark.parametrize("function", LOSSES)
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"loss": double}, "the loss is wrong; the gradient is right"),
        ({"loss": np.negative}, "the loss is wrong; the gradient is right"),
        ({"loss": lambda v: v + 1e-9}, "the loss is wrong; the gradient is right"),
        ({"center": double}, "the gradient is wrong; the loss is right"),
        ({"U": np.negative}, "the gradient is wrong; the loss is right"),
        (
            {"loss": double, "center": double, "U": double},
            "loss and gradient are wrong together: the gradient belongs to the loss, but it is another loss",
        ),
        (
            {"loss": double, "center": lambda v: v * 3, "U": double},
            "both the loss and the gradient are wrong, and the gradient is not that of the loss",
        ),
    ],
)
def test_the_sentence_says_who_is_wrong(function, changes, sentence):
    examination = examine(function, changed(function, **changes))
    assert (examination.verdict, examination.sentence) == (REFUTED, sentence)


def test_a_wrong_sigmoid_is_a_wrong_value():
    examination = examine("sigmoid", lambda x: RIGHT["sigmoid"](x) * (1 + 1e-12))
    assert (examination.verdict, examination.sentence) == (REFUTED, "the value is wrong")


def test_a_fault_of_the_call_alone_names_its_law():
    def doubling(center, outside, U):
        out = RIGHT[NAIVE_SOFTMAX](center, outside, U)
        U *= 2
        return out

    examination = examine(NAIVE_SOFTMAX, doubling)
    assert examination.verdict == REFUTED
    assert "inputs_unchanged" in examination.sentence


@pytest.mark.parametrize("returned", [None, 1.0, "a string", (1.0, 2.0), ("a", "b", "c")], ids=str)
def test_what_is_no_result_is_refuted_as_malformed(returned):
    examination = examine(NAIVE_SOFTMAX, lambda *arguments: returned)
    assert examination.verdict == REFUTED
    assert causes(examination) == {"malformed"}


@pytest.mark.parametrize("function", LOSSES)
@pytest.mark.parametrize("part", ["loss", "center", "U"])
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_neither_nan_nor_infinity_is_ever_excused_everywhere(function, part, number):
    examination = examine(function, changed(function, **{part: lambda v: v * 0 + number}), cases=10)
    assert examination.verdict == REFUTED
    assert "not finite" in causes(examination)


def in_float32(right):
    """The formula in single precision, its results stored in double again."""

    def coarse(*arguments):
        narrow = [a.astype(np.float32) if np.asarray(a).dtype == np.float64 else a for a in arguments]
        return tuple(np.float64(value) for value in right(*narrow))

    return coarse


@pytest.mark.parametrize("function", LOSSES)
def test_single_precision_inside_is_fragile_and_named(function):
    examination = examine(function, in_float32(RIGHT[function]))
    assert examination.verdict == FRAGILE
    assert "float32 inside" in causes(examination)
    assert "float32 inside" in examination.sentence


def tf32(values, *, truncated):
    """float32 with ten bits behind the leading one: the factors of a product on a tensor core."""
    bits = np.asarray(values, np.float32).view(np.uint32)
    return ((bits if truncated else bits + np.uint32(0x1000)) & np.uint32(0xFFFFE000)).view(np.float32)


def in_tf32(function, *, truncated=False):
    """The matrix products with factors in TF32, everything else in float32."""

    def product(left, right):
        return tf32(left, truncated=truncated) @ tf32(right, truncated=truncated)

    def softmax_pair(center, outside, U):
        logits = product(U, center)
        shifted = logits - logits.max()
        residual = np.exp(shifted) / np.exp(shifted).sum()
        loss = np.log(np.exp(shifted).sum()) - shifted[outside]
        residual[outside] -= 1
        return loss, product(residual, U), product(residual[:, None], center[None])

    def negatives_pair(center, outside, negatives, U):
        rows = np.append(negatives, outside)
        z = product(U[rows], center) * np.append(np.ones(len(negatives), U.dtype), U.dtype.type(-1))
        slopes = np.exp(-np.logaddexp(U.dtype.type(0), -z))
        slopes[-1] *= -1
        grad_U = np.zeros_like(U)
        np.add.at(grad_U, rows, np.outer(slopes, center))
        return np.logaddexp(U.dtype.type(0), z).sum(), product(slopes, U[rows]), grad_U

    return softmax_pair if function == NAIVE_SOFTMAX else negatives_pair


@pytest.mark.parametrize("function", LOSSES)
@pytest.mark.parametrize("truncated", [False, True])
def test_tf32_inside_is_fragile_and_named(function, truncated):
    examination = examine(function, in_tf32(function, truncated=truncated), dtype="float32")
    assert examination.verdict == FRAGILE
    assert "TF32 inside" in examination.sentence


def test_a_table_of_the_sigmoid_is_not_taken_for_tf32():
    examination = examine(
        "sigmoid", lambda x: RIGHT["sigmoid"](np.floor(x / 0.012) * x.dtype.type(0.012)), dtype="float32"
    )
    assert examination.verdict == REFUTED


@pytest.mark.parametrize("loss", [42.0, 0.0])
def test_a_number_where_the_loss_overflows_is_not_excused(loss):
    def hidden(*arguments):
        value, *gradients = unshifted(*arguments)
        return (value if np.isfinite(value) else loss, *gradients)

    assert examine(NAIVE_SOFTMAX, hidden).verdict == REFUTED


@pytest.mark.parametrize("function", LOSSES)
def test_single_precision_inside_excuses_no_wrong_formula(function):
    examination = examine(function, in_float32(changed(function, center=lambda v: v * np.float32(1.001))))
    assert examination.verdict == REFUTED


def biased(center, outside, U):
    """Every probability off by 1e-9, in the loss and in the gradients alike."""
    logits = U @ center
    exps = np.exp(logits - logits.max())
    probs = exps / exps.sum() + 1e-9
    residual = probs.copy()
    residual[outside] -= 1
    return -np.log(probs[outside]), U.T @ residual, np.outer(residual, center)


def test_a_consistent_fault_of_1e_9_is_refuted_and_not_taken_for_single_precision():
    examination = examine(NAIVE_SOFTMAX, biased)
    assert examination.verdict == REFUTED
    assert not {cause for cause in causes(examination) if cause.endswith("inside")}


def unshifted(center, outside, U):
    exps = np.exp(U @ center)
    probs = exps / exps.sum()
    loss = -np.log(probs[outside])
    probs[outside] -= 1
    return loss, U.T @ probs, np.outer(probs, center)


def one_minus_sigmoid(center, outside, negatives, U):
    probs = 1 / (1 + np.exp(-(U @ center)))
    loss = -np.log(probs[outside]) - np.log(1 - probs[negatives]).sum()
    slopes = np.zeros(len(U))
    slopes[outside] -= 1 - probs[outside]
    np.add.at(slopes, negatives, probs[negatives])
    return loss, U.T @ slopes, np.outer(slopes, center)


@pytest.mark.parametrize(
    ("function", "formula"),
    [
        (NAIVE_SOFTMAX, unshifted),
        (NEGATIVE_SAMPLING, one_minus_sigmoid),
        ("sigmoid", lambda x: np.exp(x) / (1 + np.exp(x))),
        ("sigmoid", lambda x: 1 - 1 / (1 + np.exp(x))),
    ],
)
def test_a_right_formula_that_overflows_or_cancels_is_fragile(function, formula):
    examination = examine(function, formula)
    assert examination.verdict == FRAGILE
    assert causes(examination) <= {"overflow", "cancellation"}


@pytest.mark.parametrize(("function", "formula"), [(NAIVE_SOFTMAX, unshifted), (NEGATIVE_SAMPLING, one_minus_sigmoid)])
def test_an_overflow_excuses_no_wrong_formula(function, formula):
    def wrong(*arguments):
        loss, grad_center, grad_U = formula(*arguments)
        return loss, grad_center, grad_U * (1 + 1e-9)

    assert examine(function, wrong).verdict == REFUTED


def test_raising_is_a_crash_but_for_an_overflow():
    def raising(*arguments):
        raise ZeroDivisionError("division by zero")

    def overflowing(center, outside, U):
        if np.abs(U @ center).max() > 709:
            raise OverflowError("math range error")
        return RIGHT[NAIVE_SOFTMAX](center, outside, U)

    crashed = examine(NAIVE_SOFTMAX, raising)
    assert crashed.verdict == CRASHED
    assert crashed.sentence.startswith("ZeroDivisionError: division by zero")
    assert set(crashed.failed) == {("call", "raised", CRASHED)}  # on huge logits too: it is no overflow there
    assert examine(NAIVE_SOFTMAX, overflowing).verdict == FRAGILE


def test_the_smallest_call_that_crashes_is_shown():
    def out_of_range(center, outside, U):
        if len(U) > 3:
            raise IndexError("index 3 is out of bounds")
        if len(U) < 3:
            raise ValueError("another reason")
        return RIGHT[NAIVE_SOFTMAX](center, outside, U)

    examination = examine(NAIVE_SOFTMAX, out_of_range)
    [found] = [c for c in examination.counterexamples if c.smallest.law == "call"]
    assert examination.counterexamples[0] is found
    assert found.smallest.exception in ("IndexError", "ValueError")
    assert found.smallest.case.size <= 1 + 4 * 2 + 1
    assert found.smallest.verdict == CRASHED


def test_a_warning_of_an_implementation_is_no_fault():
    def warning(*arguments):
        warnings.warn("overflow encountered in exp", RuntimeWarning, stacklevel=1)
        return RIGHT[NAIVE_SOFTMAX](*arguments)

    assert examine(NAIVE_SOFTMAX, warning).verdict == VERIFIED  # although pytest makes errors of warnings here


@pytest.mark.parametrize(("kind", "verdict"), [("timed out", TIMED_OUT), ("died", CRASHED)])
def test_a_call_that_never_answers_ends_the_function(kind, verdict):
    calls = []

    def perform(asked):
        calls.append(asked)
        return [Outcome(fault="no answer within 1 s", fault_kind=kind) for _ in asked]

    examination = examine(NAIVE_SOFTMAX, RIGHT[NAIVE_SOFTMAX], perform=perform)
    assert examination.verdict == verdict
    assert len(calls) == 1
    assert all(sum(tally.outcomes.values()) == tally.expected for tally in examination.laws.values())


def another_truth(witness):
    """Makes the reference say something else than the truth, with nothing else changed."""
    reference = witness.reference
    values = {name: replace(value, hi=value.hi + 1e-3) for name, value in reference.values.items()}
    witness.__dict__["reference"] = Reference(values, reference.groups)


def test_where_everybody_fails_the_exact_laws_the_check_is_in_doubt():
    examination = examine(NAIVE_SOFTMAX, RIGHT[NAIVE_SOFTMAX], doctor=another_truth)
    assert examination.verdict == INCONCLUSIVE
    assert "the check itself is in doubt; a calculation" in examination.sentence
    assert not examination.failed


def test_where_the_bound_is_as_large_as_the_quantity_it_is_said_what_would_decide():
    def coarse(witness):
        bounds = witness.bounds()
        witness._bounds["base"] = replace(bounds, values={q: b + np.inf for q, b in bounds.values.items()})

    examination = examine(NAIVE_SOFTMAX, RIGHT[NAIVE_SOFTMAX], doctor=coarse, peers=())
    assert examination.verdict == INCONCLUSIVE
    assert "in float64 the bound is as large as loss, grad_center, grad_U itself" in examination.sentence
    assert "would decide" in examination.sentence


@pytest.mark.parametrize(("refuted", "decided"), [(0, 0), (0, 3), (2, 0)])
def test_whether_the_gradient_belongs_to_the_loss_is_said_only_where_a_difference_tells(refuted, decided):
    examination = examine(NAIVE_SOFTMAX, changed(NAIVE_SOFTMAX, double, double, double))
    assert examination.laws["central_difference"].decided > 0
    tally = Tally(outcomes=Counter({REFUTED: refuted}), decided=decided)
    failures = examination._failures
    sentence = who_is_wrong(NAIVE_SOFTMAX, failures, failures[0], {"central_difference": tally})
    assert ("no difference of losses could tell" in sentence) == (refuted == decided == 0)
    assert ("belongs to the loss" in sentence) == (decided == 3)
    assert ("is not that of the loss" in sentence) == (refuted == 2)


def test_where_nobody_else_is_at_hand_there_is_no_doubt():
    assert examine(NAIVE_SOFTMAX, RIGHT[NAIVE_SOFTMAX], doctor=another_truth, peers=()).verdict == REFUTED


def test_one_peer_that_passes_leaves_no_doubt():
    wrong = changed(NAIVE_SOFTMAX, loss=double)
    peers = {"as wrong": module_of(NAIVE_SOFTMAX, wrong), "right": module_of(NAIVE_SOFTMAX, RIGHT[NAIVE_SOFTMAX])}
    examination = examine(NAIVE_SOFTMAX, wrong, peers=peers)
    assert examination.verdict == REFUTED
    assert examination.laws["exact_value"].verdict == REFUTED


def test_without_a_case_nothing_is_verified():
    examination = examine(NAIVE_SOFTMAX, RIGHT[NAIVE_SOFTMAX], cases=0)
    assert (examination.verdict, examination.sentence) == (
        INCONCLUSIVE,
        "no case could be judged: no case was put; more cases, or another dtype, may decide",
    )


def test_a_case_that_an_adapter_cannot_put_counts_for_nothing():
    def perform(asked):
        return [Outcome(fault="K is fixed", fault_kind="not posed") for _ in asked]

    examination = examine(NAIVE_SOFTMAX, RIGHT[NAIVE_SOFTMAX], perform=perform)
    assert (examination.verdict, examination.sentence) == (
        INCONCLUSIVE,
        "no case could be judged: K is fixed; more cases, or another dtype, may decide",
    )


def refusing_no_negatives(center, outside, negatives, U):
    if len(negatives) == 0:
        raise ValueError("no negatives")
    return RIGHT[NEGATIVE_SAMPLING](center, outside, negatives, U)


def test_the_edges_of_the_contract_are_remarks_to_strangers_and_bind_the_shipped():
    stranger = examine(NEGATIVE_SAMPLING, refusing_no_negatives)
    assert stranger.verdict == VERIFIED
    assert any("no negatives" in remark for remark in stranger.remarks)
    assert examine(NEGATIVE_SAMPLING, refusing_no_negatives, shipped=True).verdict == REFUTED


@pytest.mark.parametrize("function", LOSSES)
def test_every_law_accounts_for_every_case_it_was_expected_on(function):
    for faulty in (RIGHT[function], changed(function, U=double), lambda *arguments: None):
        examination = examine(function, faulty, cases=10)
        for law in LAWS:
            tally = examination.laws[law.name]
            assert tally.expected <= sum(tally.outcomes.values()) <= tally.expected + 10 * (law.name == "promised_form")
            assert bool(tally.expected) <= law.applies(generated(function, "float64", 0, 0))


def test_a_counterexample_is_small_and_still_fails():
    examination = examine(NAIVE_SOFTMAX, changed(NAIVE_SOFTMAX, center=np.negative))
    (found,) = examination.counterexamples
    assert (found.smallest.law, found.smallest.check.quantity) == ("exact_gradient", "grad_center")
    V, d = found.smallest.case.inputs["U"].shape
    assert V <= 3
    assert d <= 2
    assert found.smallest.check.error > found.smallest.check.bound
    assert found.count >= 15


def test_the_exact_laws_are_what_a_counterexample_shows_first():
    examination = examine(NEGATIVE_SAMPLING, changed(NEGATIVE_SAMPLING, loss=double, center=double))
    shown = [(c.smallest.law, c.smallest.check.quantity) for c in examination.counterexamples]
    assert shown == [("exact_value", "loss"), ("exact_gradient", "grad_center")]
    assert all(law in BY_NAME for law, _ in shown)
