"""The likely cause: faults are called by their names, what is right has no cause, and what is unknown is not named."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load
from gradgate.causes.cause import CERTAIN, LIKELY
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
    examination = examined(performer, function, dtype, shipped=shipped)
    for index in range(CASES):
        examination.put(*planned(function, dtype, index), {})
    examination.conclude()
    return examination.cause


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
    """The causes look at what judging found; nothing that judges may look at a cause."""
    users = set()
    for path in SOURCE.rglob("*.py"):
        if "causes" not in path.parent.parts and "gradgate.causes" in path.read_text(encoding="utf-8"):
            users.add(path.relative_to(SOURCE).as_posix())
    assert users <= {"examining/examination.py", "report/wording.py", "power/naming.py", "faults.py"}
    imported = {
        node.module
        for path in (SOURCE / "causes").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("gradgate.examining")
    }
    assert imported <= {"gradgate.examining.findings", "gradgate.examining.opinion"}
