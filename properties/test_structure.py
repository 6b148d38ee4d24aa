"""What the gradients owe each other: both are built from the same coefficients."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_both_gradients_have_one_inner_product(implementation, data):
    hold("homogeneity", implementation, data)


@given(data=st.data())
def test_softmax_gradients_of_all_words_add_up_to_zero(implementation, data):
    hold("zero_sum", implementation, data)


@given(data=st.data())
def test_hidden_gradient_follows_from_that_of_the_words(implementation, data):
    hold("chain", implementation, data)


@given(data=st.data())
def test_gradient_of_the_words_is_an_outer_product(implementation, data):
    hold("rank_one", implementation, data)
