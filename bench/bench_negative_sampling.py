"""Negative sampling over the same V, and over K: the formula reads K + 1 rows of U, so that a pair costs O(K d).

Unlike naive softmax it need not grow with V; an implementation that returns a dense grad_U writes V rows all the same:
numpy_dense and torch_autograd beside numpy_rows and torch_rows show the trap."""

import pytest

from gradgate.costs.items import items
from gradgate.interface import NEGATIVE_SAMPLING

pytestmark = pytest.mark.benchmark(group=NEGATIVE_SAMPLING, max_time=0.3, min_rounds=5)


def pytest_generate_tests(metafunc):
    metafunc.parametrize("item", items(NEGATIVE_SAMPLING, full=metafunc.config.getoption("full")), ids=str)


def test_negative_sampling(cost, implementation, item):
    cost(implementation, item)
