"""No law blames a right implementation, and in a run every law meets every kind of case, both losses among them."""

import functools
import importlib.util

import pytest

from gradgate.calling.calls import Call
from gradgate.calling.loading import load
from gradgate.draws import generated as freshly_generated
from gradgate.evidence import Evidence
from gradgate.examining.examination import arithmetic_of, plan_case
from gradgate.examining.judging import FAILED, NOT_JUDGED, PASSED, judge, laws_for
from gradgate.interface import FUNCTIONS
from gradgate.laws import LAWS
from gradgate.text import TEXT_FUNCTIONS, gate_corpus, text_case
from gradgate.witness import Witness

SHIPPED = ["numpy_dense", "numpy_rows", "pure_python"]
SHIPPED += ["torch_autograd", "torch_rows"] if importlib.util.find_spec("torch") else []
generated = functools.cache(freshly_generated)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Threads of torch wait for one another in a spin: on arrays this small they only get in each other's way."""
    if not importlib.util.find_spec("torch"):
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def judged(implementation, case, peers):
    """What all laws that are due say of the implementation on the case."""
    witness = Witness(case, arithmetic_of(implementation.particulars, case.dtype))
    planned = plan_case(witness)
    outcomes = {call.variant: implementation.perform(call) for call in planned.calls}
    return judge(planned, Evidence(witness, outcomes, implementation.particulars, peers(witness)))


def dense_peer(witness):
    dense = load("numpy_dense")
    return {"numpy_dense": Evidence(witness, {"base": dense.perform(Call("base", witness.case))}, dense.particulars)}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_right_implementation_passes_every_law(name, function):
    implementation = load(name)
    if function not in implementation.offers:
        pytest.skip(f"{name} does not offer {function}")
    passed = set()
    for index in range(20):
        dtypes = implementation.particulars.dtypes
        case = generated(function, dtypes[index // 2 % len(dtypes)], 1, index)
        for judgement in judged(implementation, case, dense_peer):
            assert judgement.status not in (FAILED, NOT_JUDGED), f"{judgement} [{case.describe()}]"
            passed |= {judgement.law.name} if judgement.status == PASSED else set()
    cases = [generated(function, "float64", 1, index) for index in range(20)]
    assert passed == {law.name for law in LAWS if any(laws_for([law], case) for case in cases)}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_law_meets_every_kind_loss_and_reduction(function):
    def traits(cases):
        return {(case.kind, case.inputs.get("loss"), case.inputs.get("reduce")) for case in cases}

    cases = [generated(function, "float64", 0, index) for index in range(200)]
    for law in LAWS:
        met = [case for case in cases if law in laws_for([law], case)]
        due = [case for case in cases if law.applies(case)]
        if law.every <= 5:
            assert traits(met) == traits(due), law.name
        assert {t[1:] for t in traits(met)} == {t[1:] for t in traits(due)}, law.name


def test_few_cases_are_enough_for_every_law_to_meet_both_losses():
    cases = [generated("skipgram", "float64", 0, index) for index in range(20)]
    for law in LAWS:
        losses = {case.inputs["loss"] for case in cases if law.applies(case)}
        assert {case.inputs["loss"] for case in cases if laws_for([law], case)} == losses, law.name


@pytest.mark.parametrize("function", TEXT_FUNCTIONS)
def test_contexts_of_text_put_every_law_to_both_losses(function):
    corpus = gate_corpus()
    cases = [text_case(function, "float64", corpus, 0, index) for index in range(20)]
    for law in LAWS:
        losses = {case.inputs.get("loss") for case in cases if law.applies(case)}
        assert {case.inputs.get("loss") for case in cases if laws_for([law], case)} == losses, law.name
