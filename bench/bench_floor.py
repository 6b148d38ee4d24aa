"""The floor: a call that does nothing. No time of a benchmark means anything below it."""

import pytest

pytestmark = pytest.mark.benchmark(group="floor", max_time=0.3, min_rounds=5)


def test_a_call_that_does_nothing(floor):
    floor()
