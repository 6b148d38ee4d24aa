"""sigmoid and softmax as functions of their own."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_sigmoid_of_x_and_of_minus_x_add_up_to_one(implementation, data):
    hold("sigmoid_symmetry", implementation, data)


@given(data=st.data())
def test_a_number_moves_its_own_sigmoid_alone_by_s_times_one_minus_s(implementation, data):
    hold("sigmoid_jacobian", implementation, data)


@given(data=st.data())
def test_probabilities_add_up_to_one(implementation, data):
    hold("softmax_sums_to_one", implementation, data)


@given(data=st.data())
def test_adding_a_number_to_every_logit_changes_no_probability(implementation, data):
    hold("softmax_shift", implementation, data)
