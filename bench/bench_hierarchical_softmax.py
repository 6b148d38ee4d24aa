"""Hierarchical softmax over the same V: a path of a Huffman tree has about log2 V nodes, so a word costs O(d log V).

As with negative sampling, an implementation that returns a dense grad_U writes V rows all the same."""

import pytest

from gradgate.costs.items import paths
from gradgate.interface import HIERARCHICAL_SOFTMAX

pytestmark = pytest.mark.benchmark(group=HIERARCHICAL_SOFTMAX, max_time=0.3, min_rounds=5)


def pytest_generate_tests(metafunc):
    metafunc.parametrize("item", paths(full=metafunc.config.getoption("full")), ids=str)


def test_hierarchical_softmax(cost, implementation, item):
    cost(implementation, item)
