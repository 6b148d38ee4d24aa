"""Skip-gram over windows of a real text, with either loss: what a step of training pays for."""

import pytest

from gradgate.costs.items import windows

pytestmark = pytest.mark.benchmark(group="skipgram", max_time=0.3, min_rounds=5)


def pytest_generate_tests(metafunc):
    metafunc.parametrize("item", windows(), ids=str)


def test_skipgram_of_a_text(cost, implementation, item):
    cost(implementation, item)
