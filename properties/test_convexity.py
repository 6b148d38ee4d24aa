"""The loss along a line from the hidden vectors."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_loss_lies_above_its_tangent(implementation, data):
    hold("convexity", implementation, data)


@given(data=st.data())
def test_remainder_of_a_short_step_is_of_order_two(implementation, data):
    hold("taylor", implementation, data)
