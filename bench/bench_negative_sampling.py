"""Negative sampling, the seconds of one pair as V grows: the formula reads K + 1 rows of U, so that the cost is O(K d).
Unlike naive softmax it need not grow with V; an implementation that returns a dense grad_U writes V rows all the same.

Every implementation computes the right answer on the very arrays that it is then timed on, or it is not timed."""

from __future__ import annotations

from functools import lru_cache, partial

import pytest

from gradgate.case import Case
from gradgate.draws import Sizes, build, generator
from gradgate.suite.timing import checked_call

LOSS = "negative_sampling"
VOCABULARIES = (2**8, 2**11, 2**14, 2**17)
d, K, B = 100, 5, 1
PURE_PYTHON_UP_TO = 2**11  # beyond it a call of lists takes seconds, and tells nothing new
SEED = 0

pytestmark = pytest.mark.benchmark(group=LOSS, max_time=0.2, min_rounds=5)


@lru_cache(maxsize=6)
def pair(V: int, dtype: str) -> Case:
    """The pair that is timed: normal values, logits of order 1."""
    rng = generator(SEED, LOSS, V)
    return build(LOSS, dtype, "normal", Sizes(V=V, d=d, K=K, C=1, B=B), rng, SEED, V)


@pytest.mark.parametrize("V", VOCABULARIES)
def test_negative_sampling_of_one_pair(benchmark, implementation, request, V):
    if LOSS not in implementation.offers:
        pytest.skip(f"not offered: {implementation.name} defines no {LOSS}")
    largest = PURE_PYTHON_UP_TO if implementation.name == "pure_python" else max(VOCABULARIES)
    if largest < V:
        pytest.skip(f"{implementation.name} is timed up to V={largest} only: a call at V={V} takes seconds")
    dtype = "float32" if "float32" in implementation.particulars.dtypes else implementation.particulars.dtypes[0]
    case = pair(V, dtype)
    call = checked_call(implementation, case, request.config.getoption("device"))
    benchmark.extra_info.update(V=V, d=d, K=K, B=B, dtype=dtype, largest_V=largest)
    benchmark.extra_info.update(loss=LOSS, implementation=implementation.name, unit="seconds a pair")
    benchmark(call)


def test_the_floor_is_a_call_that_does_nothing(benchmark):
    benchmark.extra_info.update(loss=LOSS, B=B, implementation="null", unit="seconds a pair")
    benchmark(partial(lambda *arguments: None, *pair(VOCABULARIES[0], "float32").inputs.values()))
