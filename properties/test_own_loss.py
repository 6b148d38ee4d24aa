"""Against the implementation's own loss: differences of it, and an identity that has no remainder."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_gradient_is_the_slope_of_the_own_loss(implementation, data):
    hold("central_difference", implementation, data)


@given(data=st.data())
def test_gradient_row_is_what_shifting_its_logit_does_to_the_own_loss(implementation, data):
    hold("shift_identity", implementation, data)
