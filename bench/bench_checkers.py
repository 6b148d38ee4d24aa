"""The whole check of one pair, its seconds: the gate, its five laws alone, and the checkers that people use instead.

Each one accepts the right implementation that it is then timed on, or it is not timed. What each catches, and larger
vocabularies: `make peers`."""

from __future__ import annotations

import pytest

from gradgate.interface import NAIVE_SOFTMAX
from gradgate.peers.checkers import CHECKERS
from gradgate.peers.subjects import BASE, case_of, right_on

SIZES = ((5, 3), (50, 10))

pytestmark = pytest.mark.benchmark(group="checkers", max_time=0.2, min_rounds=3)


@pytest.mark.parametrize(("V", "d"), SIZES)
@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.name.replace(",", "").replace(" ", "_"))
def test_check_of_one_pair(benchmark, request, checker, V, d):
    if request.config.getoption("impl"):
        pytest.skip(f"the checkers are timed on {BASE}, whatever --impl names")
    if checker.absent:
        pytest.skip(f"{checker.name} is {checker.absent}")
    subject = right_on(case_of(NAIVE_SOFTMAX, V, d))
    assert checker.verdict(subject.pair()), f"{checker.name} refuses {subject.name}, which is right"
    benchmark.extra_info.update(V=V, d=d, loss=NAIVE_SOFTMAX, checker=checker.name, unit="seconds a check")
    benchmark(lambda: checker.verdict(subject.pair()))
