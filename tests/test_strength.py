"""The strength of a run: what slips through is said, and the smallest errors are refuted while smaller ones are not."""

import io
from dataclasses import replace
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load, resolve
from gradgate.draws import generated
from gradgate.examining import strength as strength_module
from gradgate.examining.examination import Examination, plan_case
from gradgate.examining.strength import MOST_FAULTS, Probe, chosen_faults, measure_strength
from gradgate.examining.subjects import Subject
from gradgate.examining.trial import Hearing
from gradgate.faults import Fault, catalogue
from gradgate.formats import FORMATS
from gradgate.interface import FUNCTIONS
from gradgate.report.strength import show_strength
from gradgate.verdicts import REFUTED, VERIFIED
from gradgate.witness import Witness

RIGHT = InProcess(load("numpy_rows"))
NOTHING = Fault(
    "nothing", "none", FUNCTIONS, "none", "none", "invented", "No fault at all.", lambda right, given: right(**given)
)


def drawn(function, dtype="float64", cases=40):
    return (generated(function, dtype, 0, index) for index in range(cases))


def examined(function, *, performer=RIGHT, dtype="float64", cases=40):
    """An examination to its end, with the strength of it."""
    examination = Examination(function, dtype, performer.particulars, performer.perform, shipped=True, tier="default")
    for case in drawn(function, dtype, cases):
        witness = Witness(case, examination.arithmetic)
        examination.put(witness, plan_case(witness), {})
    examination.conclude()
    measure_strength([(performer, examination)], drawn(function, dtype, cases))
    return examination


@pytest.mark.parametrize("function", ["sigmoid", "naive_softmax", "negative_sampling", "cbow_batch"])
def test_what_is_planted_into_a_right_implementation_is_caught_in_float64(function):
    examination = examined(function)
    assert examination.verdict == VERIFIED
    assert examination.strength.planted
    assert examination.strength.slipped == []


def test_a_fault_that_no_law_sees_slips_through(monkeypatch):
    monkeypatch.setattr(strength_module, "catalogue", lambda: (NOTHING, *catalogue()))
    monkeypatch.setattr(strength_module, "MOST_FAULTS", 1000)
    examination = examined("negative_sampling", cases=20)
    assert [planted.fault for planted in examination.strength.slipped] == ["nothing"]


def test_a_fault_that_needs_more_cases_slips_through_a_short_run():
    [rare] = [fault for fault in catalogue() if fault.name == "nan_hidden_as_zero"]  # needs an exp that overflows

    def planted(cases):
        probe = Probe(
            RIGHT,
            Examination("naive_softmax", "float64", RIGHT.particulars, RIGHT.perform, shipped=True, tier="default"),
        )
        probe.waiting = [probe._trial(rare)]
        probe._order = [rare.name]
        for case in drawn("naive_softmax", cases=cases):
            probe.put(Hearing(Witness(case, probe.examination.arithmetic), {}), sharpen=False)
        return probe.conclude().planted

    [short], [whole] = planted(3), planted(60)
    assert not short.caught
    assert whole.caught
    assert whole.law
    assert whole.index >= 3


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("function", ["naive_softmax", "negative_sampling"])
def test_the_smallest_error_is_refuted_and_a_quarter_of_it_is_not(function, dtype):
    examination = Examination(function, dtype, RIGHT.particulars, RIGHT.perform, shipped=True, tier="default")
    probe = Probe(RIGHT, examination)
    for case in drawn(function, dtype, 10):
        probe.put(Hearing(Witness(case, examination.arithmetic), {}), sharpen=True)
    for quantity, found in probe._thresholds.items():
        every = np.concatenate([each.errors for each in found])
        for rank in (int(every.argmin()), int(np.argsort(every)[len(every) // 2])):
            error = probe._refuted_from(found, rank)
            assert every[rank] <= error < 1
            left = rank
            for each in found:
                if left < len(each.errors):
                    break
                left -= len(each.errors)
            assert probe._refutes(each, int(each.places[left]), error), quantity
            assert not probe._refutes(each, int(each.places[left]), error / 4), quantity


def test_a_wider_bound_makes_a_run_less_sharp():
    fine = examined("naive_softmax", cases=20).strength.sharpness
    coarse = examined("naive_softmax", cases=20, dtype="float32").strength.sharpness
    for quantity, sharpness in fine.items():
        assert sharpness.smallest <= sharpness.median < FORMATS["float32"].roundoff
        assert coarse[quantity].smallest > FORMATS["float32"].roundoff > sharpness.smallest


def test_nothing_is_measured_in_what_was_refuted():
    right = load("numpy_rows").module.naive_softmax

    def doubled(*arguments):
        loss, grad_center, grad_U = right(*arguments)
        return loss, 2 * grad_center, grad_U

    wrong = InProcess(Implementation("wrong", SimpleNamespace(naive_softmax=doubled)))
    examination = examined("naive_softmax", performer=wrong, cases=5)
    assert examination.verdict == REFUTED
    assert examination.strength is None


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_chosen_faults_are_wrong_formulas_of_many_families(function, dtype):
    chosen = chosen_faults(function, dtype)
    due = [
        fault
        for fault in catalogue()
        if function in fault.functions and not (fault.fragile or fault.edge or fault.form)
    ]
    assert 0 < len(chosen) <= MOST_FAULTS
    assert len({fault.family for fault in chosen}) >= min(len({fault.family for fault in due}), 4) - 1
    assert not any(fault.fragile or fault.edge or fault.form for fault in chosen)


def test_what_slipped_through_is_printed_with_its_sentence(monkeypatch):
    monkeypatch.setattr(strength_module, "catalogue", lambda: (replace(NOTHING, functions=("sigmoid",)), *catalogue()))
    subject = Subject(resolve("numpy_rows"), examinations=[examined("sigmoid", cases=10)])
    stream = io.StringIO()
    show_strength(Console(file=stream, width=120), [subject])
    text = stream.getvalue()
    assert "these would have slipped through" in text
    assert "nothing in sigmoid in float64: No fault at all." in text
    assert "float64" in text.splitlines()[2]


def test_the_errors_shown_are_those_of_the_dullest_implementation():
    sharp, dull = (examined("sigmoid", cases=10) for _ in range(2))
    dull.strength.sharpness = {"sigmoid": replace(dull.strength.sharpness["sigmoid"], smallest=0.125, median=0.25)}
    stream = io.StringIO()
    subjects = [Subject(resolve(name), examinations=[e]) for name, e in (("numpy_rows", sharp), ("numpy_dense", dull))]
    show_strength(Console(file=stream, width=120), subjects)
    assert "1e-01  2e-01" in stream.getvalue()


def test_the_cases_are_drawn_no_further_than_needed():
    """The cases come one by one: a generator that would end the test is not reached."""

    def endless():
        yield from islice(drawn("sigmoid", cases=200), 60)
        raise AssertionError("every fault was caught before")

    examination = examined("sigmoid", cases=10)
    examination.strength = None
    measure_strength([(RIGHT, examination)], endless())
    assert examination.strength.slipped == []
