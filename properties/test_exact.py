"""Against the truth: the exact reference, and the other implementations."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_value_is_the_exact_one(implementation, data):
    hold("exact_value", implementation, data)


@given(data=st.data())
def test_gradient_is_the_exact_one(implementation, data):
    hold("exact_gradient", implementation, data)


@given(data=st.data())
def test_implementations_agree(implementation, data):
    hold("agreement", implementation, data)
