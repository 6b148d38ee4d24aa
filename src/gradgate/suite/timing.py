"""A call that may be timed: the implementation computes the right answer on these very arrays, or there is no call."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from gradgate.adapters import NotPosed
from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess, Performer
from gradgate.calling.loading import load
from gradgate.case import Case
from gradgate.errors import Broken
from gradgate.examining.judging import NOT_JUDGED, PASSED
from gradgate.interface import NAIVE_SOFTMAX
from gradgate.laws import BY_NAME
from gradgate.suite.check import check_case
from gradgate.suite.large import check_large, is_large
from gradgate.witness import Witness

REQUIRED = ("exact_value", "exact_gradient", "promised_form")


def checked_call(performer: Performer, case: Case, device: str = "cpu") -> Callable[[], Any]:
    """The call with its arguments converted beforehand, so that the implementation is timed and not the harness.

    Raises AssertionError where a value or a gradient is wrong, or could not be judged, and NotPosed where the case
    cannot be put to such a file. What runs in a worker is checked there, with a deadline; only then is it loaded into
    this process, to be timed.
    """
    laws = [BY_NAME[name] for name in REQUIRED]
    large = is_large(case)
    for judgement in check_large(performer, case, laws) if large else check_case(performer, case, laws, _witness(case)):
        if judgement.status == NOT_JUDGED and performer.particulars.adapter:
            raise NotPosed(f"{performer.name}: {judgement.reason}")
        sentence = f"{performer.name}: {judgement.law.name} {judgement.status}: {judgement.reason}"
        assert judgement.status == PASSED, f"{sentence}  [{case.describe()}]"
    return implementation_of(performer).prepared(case, device)


def how_checked(case: Case) -> str:
    """What every number of the results was held against."""
    if not is_large(case):
        return "exact reference"
    return "float64 pass" if case.function.startswith(NAIVE_SOFTMAX) else "exact reference of the named rows"


@lru_cache(maxsize=2)  # every implementation is held to the same exact values
def _witness(case: Case) -> Witness:
    return Witness(case, Arithmetic(case.form))


def implementation_of(performer: Performer) -> Implementation:
    """The implementation in this process, with the batched forms that it lacks."""
    return performer.implementation if isinstance(performer, InProcess) else _loaded(performer.name)


@cache
def _loaded(spec: str) -> Implementation:
    try:
        return load(spec, lift=True)
    except Broken as error:
        raise AssertionError(str(error)) from error
