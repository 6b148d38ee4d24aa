"""A path as one of a whole tree's."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_probabilities_over_a_tree_sum_to_one(implementation, data):
    hold("tree_sums_to_one", implementation, data)
