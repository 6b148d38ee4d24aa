"""Naive softmax as V grows: loss and both gradients read all of U, so that the cost of a pair is O(V d).

Every implementation computes the right answer on the very arrays that it is then timed on, or it is not timed."""

import pytest

from gradgate.costs.items import items
from gradgate.interface import NAIVE_SOFTMAX

pytestmark = pytest.mark.benchmark(group=NAIVE_SOFTMAX, max_time=0.3, min_rounds=5)


def pytest_generate_tests(metafunc):
    metafunc.parametrize("item", items(NAIVE_SOFTMAX, full=metafunc.config.getoption("full")), ids=str)


def test_naive_softmax(cost, implementation, item):
    cost(implementation, item)
