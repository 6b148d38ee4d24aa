"""Several steps: each is taken from where the one before it has led."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_each_step_starts_where_the_one_before_has_led(implementation, data):
    hold("one_after_another", implementation, data)


@given(data=st.data())
def test_a_window_without_words_moves_nothing(implementation, data):
    hold("empty_window_stays", implementation, data)
