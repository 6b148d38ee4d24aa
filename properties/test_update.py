"""One step of gradient descent on a window: Rong's update equations."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_step_is_along_the_gradient_at_the_old_vectors(implementation, data):
    hold("update", implementation, data)


@given(data=st.data())
def test_twice_the_rate_is_twice_the_way(implementation, data):
    hold("update_is_linear", implementation, data)


@given(data=st.data())
def test_step_of_a_window_is_the_sum_of_its_halves(implementation, data):
    hold("update_adds", implementation, data)


@given(data=st.data())
def test_step_of_rate_0_changes_nothing(implementation, data):
    hold("update_of_rate_0", implementation, data)
