"""What must be refused, and how: an index that is no row, a loss or a reduction that nobody knows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_index_that_is_no_row_is_refused(implementation, data):
    hold("bad_index", implementation, data)


@given(data=st.data())
def test_loss_or_reduction_that_is_not_known_is_refused(implementation, data):
    hold("bad_choice", implementation, data)


@given(data=st.data())
def test_refusal_says_what_is_wrong_and_what_would_be_right(implementation, data):
    hold("refusal_says_why", implementation, data)
