"""The likely cause: faults are called by their names, what is right has no cause, and what is unknown is not named."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load
from gradgate.causes.cause import CERTAIN, LIKELY
from gradgate.causes.naming import name_cause
from gradgate.draws import generated
from gradgate.examining.examination import Examination, plan_case
from gradgate.faults import Faulty, catalogue
from gradgate.witness import Witness

SOURCE = Path(__file__).resolve().parents[1] / "src" / "gradgate"
FAULTS = {fault.name: fault for fault in catalogue()}
CASES = 40  # laws that take turns come round once


@functools.cache
def right():
    return InProcess(load("numpy_dense"))


@functools.cache
def planned(function, dtype, index):
    witness = Witness(generated(function, dtype, 0, index), examined(right(), function, dtype).arithmetic)
    return witness, plan_case(witness)


def examined(performer, function, dtype="float64", *, shipped=False):
    return Examination(function, dtype, performer.particulars, performer.perform, shipped=shipped, tier="default")


def cause_of(performer, function, dtype="float64", *, shipped=False):
    """The cause that is named for an implementation, after the gate's own cases."""
    return concluded(performer, function, dtype, shipped=shipped).cause


def concluded(performer, function, dtype="float64", *, shipped=False):
    examination = examined(performer, function, dtype, shipped=shipped)
    for index in range(CASES):
        examination.put(*planned(function, dtype, index), {})
    examination.conclude()
    return examination


def read_off(performer, function):
    """The cause that is named where no known fault is tried."""
    return name_cause(concluded(performer, function).dossier(), catalogue=False)


def module_of(function, faulty):
    return InProcess(Implementation("faulty", SimpleNamespace(**{function: faulty})))


def of_negative_sampling(change):
    """negative_sampling with its outputs changed by change(loss, grad_center, grad_U, *arguments)."""
    sound = load("numpy_dense").module.negative_sampling
    return module_of("negative_sampling", lambda *arguments: change(*sound(*arguments), *arguments))


def test_what_is_right_has_no_cause():
    assert cause_of(right(), "negative_sampling") is None


def test_what_nobody_knows_is_not_named():
    def strange(loss, grad_center, grad_U, center, outside, negatives, U):
        return loss, grad_center + np.sin(7 * grad_center) * np.cos(loss), grad_U

    assert cause_of(of_negative_sampling(strange), "negative_sampling") is None


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("repeats_counted_once", "negative_sampling"),
        ("label_smoothing", "naive_softmax"),
        ("gradient_to_the_context_rows", "skipgram"),
        ("undivided_error", "cbow"),
        ("losses_reversed", "naive_softmax_batch"),
    ],
)
def test_a_known_fault_is_named_with_its_sentence(name, function):
    fault = FAULTS[name]
    found = cause_of(Faulty(right(), fault), function)
    assert (found.name, found.sentence, found.confidence) == (fault.cause, fault.sentence[:-1], CERTAIN)


def test_two_faults_in_one_file_are_both_named():
    def both(loss, grad_center, grad_U, *given):
        return -loss, 2 * grad_center, grad_U

    found = cause_of(of_negative_sampling(both), "negative_sampling")
    assert found.confidence == LIKELY
    assert FAULTS["loss_is_log_probability"].sentence[:-1] in found.sentence
    assert FAULTS["center_doubled"].sentence[:-1] in found.sentence


@pytest.mark.parametrize(
    ("name", "function", "cause", "says"),
    [
        ("likelihood_and_its_gradient", "naive_softmax", "sign", "loss, grad_center and grad_U: the sign is wrong"),
        ("hidden_by_d", "negative_sampling", "scale", "grad_center: 1/d of what is due"),
        ("gradients_over_2C", "skipgram", "scale", "grad_V_c and grad_U: 1/(2C) of what is due"),
        ("rounded_ln_2", "naive_softmax", "scale", "off by -2.6e-07 of itself"),
        ("y_forgotten_in_grad_U", "naive_softmax", "term missing", "ŷ in place of ŷ − 1 in row"),
        ("y_forgotten_in_grad_U", "negative_sampling", "term missing", "σ(u·v) in place of σ(u·v) − 1"),
        ("log_Z_forgotten_in_loss", "naive_softmax", "term missing", "log Z is missing"),
        ("minus_lost_inside_sigma", "negative_sampling", "sign", "1 − σ(u·v) in place of σ(u·v) for the negatives"),
        (
            "negatives_averaged_in_loss",
            "negative_sampling",
            "mean for sum",
            "the negatives' part is 1/K",
        ),
        (
            "repeats_counted_once",
            "negative_sampling",
            "repeats counted once",
            "and got its gradient once",
        ),
        ("six_negatives_at_most", "negative_sampling", "wrong negatives", "of the negatives ["),
        ("sum_over_5_rows", "naive_softmax", "words left out of the sum", "run over 6 of V ="),
        ("temperature", "naive_softmax", "temperature", "everything is that of 0.5 times the logits"),
        ("weight_decay_in_gradient", "naive_softmax", "another formula", "grad_U: 0.0001 U stands on top"),
        ("last_word_only", "skipgram", "not accumulated", "only the last word of the window counts"),
        ("gradient_to_the_middle_row", "skipgram", "wrong row", "grad_V_c: the gradient of row"),
        ("rows_beyond_64", "naive_softmax", "never written", "zeros in the rows from 64 on"),
        ("losses_reversed", "naive_softmax_batch", "pairs mixed up", "in the reverse order"),
        ("loss_of_the_next_word", "naive_softmax", "wrong word", "that of the word after the outside word"),
        ("p_at_least_1e-7", "naive_softmax", "clipping", "it ends at 16.118"),
        ("entries_clipped_to_1", "negative_sampling", "clipping", "cut at 1"),
        ("one_entry_of_grad_U_1e-9", "naive_softmax", "one entry off", "a single entry, the largest"),
        ("float32_loss", "negative_sampling", "low precision", "float32 numbers only"),
        ("sigmoid_of_minus_x", "sigmoid", "sign", "σ(−x) in place of σ(x)"),
        ("focal", "naive_softmax", "another formula", "the gradients are the right ones times"),
        ("turns_mirrored", "hierarchical_softmax", "sign", "every turn is taken the other way"),
        ("root_left_out", "hierarchical_softmax", "term missing", "the root, takes no part"),
        ("last_node_in_center", "hierarchical_softmax", "not accumulated", "grad_center: only the last node"),
        ("derivative_of_sigma", "hierarchical_softmax", "wrong derivative", "the derivative of σ in place of that of"),
        ("path_averaged", "hierarchical_softmax", "mean for sum", "1/n of what is due"),
        ("EH_after_the_update", "step", "updated too early", "new_V_c: the gradient is taken at U as the step"),
        ("first_error_for_EI_in_EH", "step", "not accumulated", "new_V_c: only the first word of the window counts"),
        ("targets_as_a_set", "step", "repeats counted once", "a word that stands twice in the window counts once"),
        ("rate_forgotten", "step", "scale", "the rate takes no part"),
    ],
)
def test_the_formula_tells_the_cause_of_a_fault_that_is_not_known(name, function, cause, says):
    found = read_off(Faulty(right(), FAULTS[name]), function)
    assert found is not None
    assert (found.name, says in found.sentence) == (cause, True), found


def cut(matrix, tile):
    """A copy with the components behind the last full tile set to zero."""
    return np.where(np.arange(matrix.shape[-1]) < matrix.shape[-1] // tile * tile, matrix, 0)


def without_the_tail(function, tile, where):
    """A kernel that takes d by tiles: what is left at the end is lost in the logits, in the gradients, or in both."""
    sound = getattr(load("numpy_dense").module, function)

    def faulty(hidden, *named, U):
        short = (lambda matrix: cut(matrix, tile)) if where != "gradients" else np.array
        loss, grad_hidden, _ = sound(short(hidden), *named, U)
        grad_U = sound(hidden, *named, short(U))[2]
        return (loss, grad_hidden, grad_U) if where == "logits" else (loss, cut(grad_hidden, tile), cut(grad_U, tile))

    return module_of(function, lambda *given: faulty(*given[:-1], U=given[-1]))


@pytest.mark.parametrize(
    ("where", "name", "says"),
    [
        ("gradients", "never written", "grad_center and grad_U: zeros in the last d mod {} components"),
        ("logits", "one size only", "the logits lack the last d mod {} components"),
        ("everywhere", "one size only", "the logits lack the last d mod {} components"),
    ],
)
@pytest.mark.parametrize("function", ["naive_softmax", "negative_sampling_batch"])
def test_the_tail_of_a_tile_is_found(function, where, name, says):
    found = cause_of(without_the_tail(function, 4, where), function)
    words = says.format(4).replace("center ", "centers " if function.endswith("batch") else "center ")
    assert (found.name, words in found.sentence) == (name, True), found


def below(limit):
    """naive_softmax, which takes smaller numbers for zero and returns zeros for them."""
    sound = load("numpy_dense").module.naive_softmax

    def cut(values):
        return np.where(np.abs(values) < limit, 0, values).astype(values.dtype)

    def flushing(center, outside, U):
        loss, *gradients = sound(cut(center), outside, cut(U))
        return loss, *map(cut, gradients)

    return module_of("naive_softmax", flushing)


@pytest.mark.parametrize(("limit", "is_flushed"), [(np.finfo(np.float64).smallest_normal, True), (1e-6, False)])
def test_flushed_subnormals_are_told_from_a_limit_above_them(limit, is_flushed):
    found = cause_of(below(limit), "naive_softmax")
    assert (found is not None and "subnormal numbers become zero" in found.sentence) == is_flushed, found


def test_the_evidence_shows_a_coefficient_as_it_is_and_as_it_is_due():
    found = cause_of(Faulty(right(), FAULTS["y_forgotten_in_grad_U"]), "naive_softmax")
    row, seen, due = re.match(r"row (\d+) of grad_U is (\S+) v where (\S+) v is due", found.evidence).groups()
    numbers = [float(number.replace("−", "-")) for number in (seen, due)]
    assert numbers[0] - numbers[1] == pytest.approx(1, abs=0.01), (row, found)  # ŷ in place of ŷ − 1


@pytest.mark.parametrize(
    ("name", "cause", "says"),
    [
        ("grad_U_transposed", "transposed", "grad_U comes transposed"),
        ("gradients_in_the_wrong_order", "roles swapped", "grad_center and grad_U change places"),
        ("center_as_a_row", "shape", "(1, "),
        ("unfinished", "no result", "returned None"),
        ("leftover_exit", "crash", "exit() is called"),
        ("U_updated_in_place", "input changed", "U is written to"),
        ("buffer_never_zeroed", "state", "grows by the same amount with each call"),
        ("second_call_doubled", "state", "from the second call on"),
        ("cached_by_shape", "state", "that of the call before"),
        ("dropout", "own random numbers", "without a rule"),
        ("trusts_contiguity", "memory layout", "contiguous"),
        ("minus_one_is_the_last_word", "bad index accepted", "outside = -1"),
    ],
)
def test_what_the_program_does_wrong_is_read_off_the_laws(name, cause, says):
    found = cause_of(Faulty(right(), FAULTS[name]), "negative_sampling", shipped=FAULTS[name].edge)
    assert (found.name, found.confidence) == (cause, CERTAIN)
    assert says in found.sentence


def test_the_evidence_says_on_which_inputs_it_fails():
    def small(loss, grad_center, grad_U, center, *given):
        return loss, grad_center[None] if len(center) == 1 else grad_center, grad_U

    assert cause_of(of_negative_sampling(small), "negative_sampling").evidence.endswith("where d = 1")


def test_only_the_examination_and_the_reports_know_of_causes():
    """The causes look at what judging found; nothing that judges may look at a cause. The findings carry it;
    reports and grading tell it."""
    users = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if not {"causes", "confusion", "grading"} & set(path.parent.parts)
        and "from gradgate.causes" in path.read_text("utf-8")
    }
    assert users <= {"examining/examination.py", "examining/findings.py", "large/examination.py", "report/wording.py"}
    imported = {
        node.module
        for path in (SOURCE / "causes").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("gradgate.examining")
    }
    assert imported <= {"gradgate.examining.findings", "gradgate.examining.opinion"}
