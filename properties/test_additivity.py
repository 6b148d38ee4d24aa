"""Losses and gradients add: over negatives, over a window, over a path, over a batch."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_negative_drawn_m_times_counts_m_times(implementation, data):
    hold("repeated_negatives", implementation, data)


@given(data=st.data())
def test_outside_word_among_the_negatives_counts_as_one(implementation, data):
    hold("outside_among_negatives", implementation, data)


@given(data=st.data())
def test_window_is_the_sum_of_its_halves(implementation, data):
    hold("additive_window", implementation, data)


@given(data=st.data())
def test_path_is_the_sum_of_its_halves(implementation, data):
    hold("additive_path", implementation, data)


@given(data=st.data())
def test_batch_is_its_pairs_one_by_one(implementation, data):
    hold("additive_batch", implementation, data)
