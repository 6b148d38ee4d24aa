"""What changes nothing, or changes everything in a known way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_all_words_are_alike_at_the_uniform_point(implementation, data):
    hold("uniform_point", implementation, data)


@given(data=st.data())
def test_adding_one_vector_to_every_word_changes_nothing_in_softmax(implementation, data):
    hold("shift", implementation, data)


@given(data=st.data())
def test_renaming_the_words_renames_the_rows(implementation, data):
    hold("permutation", implementation, data)


@given(data=st.data())
def test_gradients_turn_with_the_space(implementation, data):
    hold("rotation", implementation, data)


@given(data=st.data())
def test_rows_of_words_that_take_no_part_are_zero(implementation, data):
    hold("untouched_rows", implementation, data)
