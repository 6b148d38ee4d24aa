"""The comparison with other gradient checkers: each one is asked fairly, and what it is asked is what it should be."""

import itertools

import numpy as np
import pytest

from gradgate.costs.resident import resident_now, resident_peak
from gradgate.faults import Fault, catalogue
from gradgate.interface import FUNCTIONS, NAIVE_SOFTMAX, NEGATIVE_SAMPLING
from gradgate.peers import checkers as registry
from gradgate.peers import verdicts as budget
from gradgate.peers.acceptance import central_difference
from gradgate.peers.checkers import CHECKERS, Checker
from gradgate.peers.comparison import SIZES, measure
from gradgate.peers.figures import GATE, SLOW, advantage
from gradgate.peers.page import page
from gradgate.peers.picture import picture
from gradgate.peers.subjects import (
    case_of,
    component_at,
    faulty,
    named,
    one_component_off,
    right,
    right_on,
    shown,
)
from gradgate.peers.table import END, START, readme_part, with_table
from gradgate.peers.verdicts import bisect, calls_due

BY_NAME = {checker.name: checker for checker in CHECKERS}
NAIVE = BY_NAME["central difference, h = 1e-4"]
each_checker = pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.name)


def require(checker):
    if checker.absent:
        pytest.skip(f"{checker.name} is {checker.absent}")


def counting(verdict):
    """A checker that makes as many calls as there are inputs, and judges as told."""

    def accepts(pair):
        for _ in range((len(pair.case.inputs["U"]) + 1) * len(pair.case.inputs["center"])):
            pair(*pair.inputs)
        return verdict(pair)

    return Checker("counting", "", "none", accepts)


@each_checker
@pytest.mark.parametrize("function", [NAIVE_SOFTMAX, NEGATIVE_SAMPLING])
def test_a_right_gradient_is_accepted(checker, function):
    require(checker)
    assert checker.verdict(right_on(case_of(function, 5, 3)).pair())


@each_checker
@pytest.mark.parametrize("function", [NAIVE_SOFTMAX, NEGATIVE_SAMPLING])
@pytest.mark.parametrize("fault", ["center_doubled", "grad_U_doubled", "leftover_exit"])
def test_a_gross_fault_is_refused_in_either_gradient(checker, function, fault):
    require(checker)
    assert not checker.verdict(named(fault, function, 5, 3).pair())


@each_checker
@pytest.mark.parametrize("name", ["numpy_rows", "pure_python", "torch_autograd", "torch_rows"])
def test_every_right_implementation_can_be_put_to_a_checker(checker, name):
    require(checker)
    subjects = [subject for subject in right(5, 3) if subject.name.startswith(f"{name} ") and "normal" in subject.name]
    assert len(subjects) == 6
    assert checker.verdict(subjects[0].pair())


@each_checker
def test_a_checker_whose_package_is_missing_is_said_to_be_absent(checker, monkeypatch):
    monkeypatch.setattr(registry, "find_spec", lambda name: None)
    assert checker.absent == ("absent: pip install 'gradgate[peers]'" if checker.package else "")


def test_an_error_of_the_gate_itself_is_no_refusal():
    def broken(pair):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Checker("broken", "", "none", broken, BY_NAME[GATE].refusals).verdict(
            right_on(case_of(NAIVE_SOFTMAX, 5, 3)).pair()
        )


def test_fast_mode_is_not_waited_for_when_its_verdict_has_fallen():
    checker = BY_NAME["gradcheck, fast_mode"]
    require(checker)
    accepted, refused = (
        right_on(case_of(NAIVE_SOFTMAX, 50, 10)).pair(),
        named("center_doubled", NAIVE_SOFTMAX, 50, 10).pair(),
    )
    assert checker.verdict(accepted)
    assert not checker.verdict(refused)
    assert refused.calls <= accepted.calls


@pytest.mark.parametrize("checker", [BY_NAME[GATE], NAIVE], ids=lambda checker: checker.name)
def test_what_a_function_remembers_lasts_over_the_calls_of_a_checker(checker):
    assert not checker.verdict(named("second_call_doubled", NAIVE_SOFTMAX, 5, 3).pair())


def test_the_naive_check_lets_nan_pass_as_the_assignment_does():
    def plant(right, given):
        loss, *gradients = right(**given)
        return [loss * np.nan, *gradients]

    fault = Fault("nan", "", FUNCTIONS, "loss", "", "", "", plant)
    assert central_difference(1e-4, faulty(fault, case_of(NAIVE_SOFTMAX, 5, 3)).pair())


def test_the_faults_put_to_the_checkers_are_those_that_show():
    found = set(shown(5, 3))
    assert ("center_doubled", NAIVE_SOFTMAX) in found
    assert ("repeats_counted_once", NEGATIVE_SAMPLING) in found
    assert ("cached_by_shape", NAIVE_SOFTMAX) in found, "it shows in the second of two calls"
    hidden = {"zero_at_d_1", "rows_beyond_64", "trusts_contiguity", "no_negatives_nan", "p_at_least_1e-15"}
    assert not {name for name, _ in found} & hidden
    assert not {name for name, _ in found} & {fault.name for fault in catalogue() if fault.form}
    assert shown(5, 3) == shown(5, 3)


@pytest.mark.parametrize("exponent", [-40.0, -12.3, 0.0, 17.5])
def test_bisection_finds_the_threshold_of_a_checker(exponent):
    passes, caught = bisect(lambda error: error < 2.0**exponent, 20)
    assert passes < 2.0**exponent <= caught
    assert caught / passes < 1.001


def test_bisection_says_where_none_passed_and_where_none_was_caught():
    assert bisect(lambda error: False, 6)[0] is None
    assert bisect(lambda error: True, 6)[1] is None


def test_the_error_that_is_bisected_is_in_one_component_alone():
    case = case_of(NAIVE_SOFTMAX, 50, 10)
    for place, quantity in enumerate(case.returns[1:], 1):
        index = component_at(case, quantity, 0.5)
        sound, off = (s.pair() for s in (right_on(case), one_component_off(case, quantity, index, 0.5)))
        expected = [np.array(output) for output in sound(*sound.inputs)]
        expected[place][index] *= 1.5
        for output, due in zip(off(*off.inputs), expected, strict=True):
            np.testing.assert_array_equal(output, due)


def test_the_calls_of_a_check_follow_from_two_small_sizes():
    due = calls_due(NAIVE, 20, 4)
    pair = right_on(case_of(NAIVE_SOFTMAX, 20, 4)).pair()
    assert NAIVE.verdict(pair)
    assert pair.calls == due == 2 * 21 * 4 + 1


def test_a_slow_checker_is_given_what_its_calls_suffice_for(monkeypatch):
    monkeypatch.setattr(budget, "FAULT_CALLS", 100)
    monkeypatch.setattr(budget, "RIGHT_CALLS", 60)
    monkeypatch.setattr(budget, "ERROR_CALLS", 2 * 18 * budget.STEPS)
    cell = budget.verdicts(counting(lambda pair: True), 5, 3, [("center_doubled", NAIVE_SOFTMAX)] * 20)
    assert cell["calls"] == 18
    assert (cell["faults"]["run"], cell["faults"]["caught"]) == (5, 0)
    assert (cell["right"]["run"], cell["right"]["alarms"]) == (3, [])
    assert [error["quantity"] for error in cell["errors"]] == ["grad_U", "grad_center"]
    too_slow = budget.verdicts(counting(lambda pair: True), 10, 10, [])
    assert too_slow == {"calls": 110, "not_run": "a check takes 110 calls; 100 are made at most"}


def test_alarms_and_faults_are_counted_apart():
    seen = itertools.count()
    cell = budget.verdicts(
        counting(lambda pair: next(seen) < 2), 5, 3, shown(5, 3)[:4]
    )  # two accept: the probes of calls_due
    assert (cell["faults"]["run"], cell["faults"]["caught"], cell["faults"]["missed"]) == (4, 4, [])
    assert len(cell["right"]["alarms"]) == cell["right"]["run"] == cell["right"]["of"] == 90
    assert all(error["passes"] is None for error in cell["errors"])


def test_peak_memory_counts_what_was_freed_again():
    before = resident_now()
    if before is None:
        pytest.skip("the peak of the resident set can be counted anew on Linux only")
    np.ones(4_000_000)
    assert resident_peak() - before > 30_000_000


def test_the_whole_comparison_runs_and_says_who_is_absent():
    progressed = []
    missing = Checker("elsewhere", "gradgate_has_no_such_peer", "none", NAIVE.accepts)
    record = measure(((5, 3),), (BY_NAME[GATE], NAIVE, missing), 2, lambda *state: progressed.append(state))
    assert [state[1:] for state in progressed] == [(done, 4) for done in range(1, 5)]
    caught = {cell["checker"]: cell["faults"]["caught"] for cell in record["cells"]}
    assert caught[GATE] > caught[NAIVE.name] > 0
    assert missing.name not in caught
    assert f"| {missing.name} | absent: pip install 'gradgate[peers]' |" in page(record)
    assert all(cell["seconds"] > 0 for cell in record["cells"])


def made_up(**changed):
    """A record of the gate and slow gradcheck at the sizes of the page, as no run would give it."""
    names = (GATE, SLOW)
    cells = [
        {
            "checker": name,
            "V": V,
            "d": d,
            "calls": 7,
            "not_run": "",
            "faults": {"show": 2, "run": 2, "caught": 1, "missed": [["loss_1e-12", NAIVE_SOFTMAX]]},
            "right": {"of": 3, "run": 3, "alarms": []},
            "errors": [{"quantity": "grad_U", "quantile": 0.5, "index": [0, 0], "passes": error, "caught": 2 * error}],
            "seconds": seconds,
            "bytes": None,
        }
        for V, d in SIZES
        for name, error, seconds in zip(names, (1e-13, 0.25), (0.01, 4.0), strict=True)
    ]
    faults = [["center_doubled", NAIVE_SOFTMAX, "grad_center"], ["loss_1e-12", NAIVE_SOFTMAX, "loss"]]
    return {
        "limits": budget.LIMITS,
        "load": [0.1, 0.2],
        "machine": {"cpus": 2},
        "seconds": 1,
        "checkers": [{"name": n, "package": "", "version": "1", "rule": "none", "absent": ""} for n in names],
        "sizes": [{"V": V, "d": d, "seconds_a_call": 1e-5, "faults": faults} for V, d in SIZES],
        "cells": [{**cell, **changed.get(f"{cell['checker']} {cell['V']}", {})} for cell in cells],
    }


def test_the_advantage_is_the_error_that_passes_the_one_over_the_error_that_the_other_catches():
    assert advantage(made_up(), SLOW) == pytest.approx((0.25 / 2e-13, 400))
    assert "400 times faster" in page(made_up())
    assert "1.2e+12 times as large" in page(made_up()).replace("\n", " "), "a claim is not rounded up"


def test_a_check_that_was_not_run_is_said_not_to_be_and_claims_nothing():
    record = made_up(**{f"{SLOW} 1000": {"not_run": "a check takes too many calls"}})
    assert advantage(record, SLOW) is None
    assert f"- {SLOW} is not run: a check takes too many calls" in page(record)
    assert f"{SLOW}, was not run at V = 1000." in page(record)
    assert picture(record).count("<circle") == picture(made_up()).count("<circle") - 1


def test_what_was_not_tried_and_what_no_error_shows_are_told_apart():
    never = [{"quantity": "grad_U", "quantile": 0.5, "index": [0, 0], "passes": 9.0, "caught": None}]
    text = page(made_up(**{f"{SLOW} 5": {"errors": never}}))
    assert (
        next(line for line in text.splitlines() if line.startswith(f"| {SLOW}"))
        == f"| {SLOW} | 1 of 2 | 0 of 3 | none | not run | 4 s | 400 | not told |"
    )


def test_the_table_is_written_between_its_marks_and_nowhere_else():
    readme = f"before\n{START}\nold\n{END}\nafter\n"
    written = with_table(readme, made_up())
    assert written == f"before\n{START}\n{readme_part(made_up())}\n{END}\nafter\n"
    assert with_table("no marks\n", made_up()) == "no marks\n"
