"""A call that may be timed: the implementation computes the right answer on these very arrays, or there is no call."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess, Performer
from gradgate.calling.loading import load
from gradgate.case import Case
from gradgate.errors import Broken
from gradgate.examining.judging import PASSED
from gradgate.laws import BY_NAME
from gradgate.suite.check import check_case
from gradgate.witness import Witness

REQUIRED = ("exact_value", "exact_gradient", "promised_form")


def checked_call(performer: Performer, case: Case, device: str = "cpu") -> Callable[[], Any]:
    """The call with its arguments converted beforehand, so that the implementation is timed and not the harness.

    Raises AssertionError where a value or a gradient is wrong, or could not be judged. What runs in a worker is
    checked there, with a deadline; only then is it loaded into this process, to be timed.
    """
    for judgement in check_case(performer, case, [BY_NAME[name] for name in REQUIRED], known=_witness(case)):
        sentence = f"{performer.name}: {judgement.law.name} {judgement.status}: {judgement.reason}"
        assert judgement.status == PASSED, f"{sentence}  [{case.describe()}]"
    return _here(performer).prepared(case, device)


@lru_cache(maxsize=6)  # the cases of one benchmark: every implementation is held to the same exact values
def _witness(case: Case) -> Witness:
    return Witness(case, Arithmetic(case.form))


def _here(performer: Performer) -> Implementation:
    if isinstance(performer, InProcess):
        return performer.implementation
    try:
        return load(performer.name)
    except Broken as error:
        raise AssertionError(str(error)) from error
