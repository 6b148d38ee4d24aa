"""The promises that are not about the formula: form, purity, memory layout, overflow, and the smallest sizes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gradgate.suite.holding import hold


@given(data=st.data())
def test_shape_and_dtype_are_the_promised_ones(implementation, data):
    hold("promised_form", implementation, data)


@given(data=st.data())
def test_same_call_gives_the_same_bytes(implementation, data):
    hold("no_state", implementation, data)


@given(data=st.data())
def test_no_call_writes_to_its_inputs(implementation, data):
    hold("inputs_unchanged", implementation, data)


@given(data=st.data())
def test_read_only_arrays_do(implementation, data):
    hold("read_only", implementation, data)


@given(data=st.data())
def test_non_contiguous_arrays_do(implementation, data):
    hold("strided", implementation, data)


@given(data=st.data())
def test_loss_and_gradients_are_finite_at_huge_logits(implementation, data):
    hold("finite_when_huge", implementation, data)


@given(data=st.data())
def test_no_negatives_leave_the_outside_word(implementation, data):
    hold("no_negatives", implementation, data)


@given(data=st.data())
def test_empty_path_has_no_loss_and_no_gradient(implementation, data):
    hold("empty_path", implementation, data)


@given(data=st.data())
def test_empty_window_has_no_loss_and_no_gradient(implementation, data):
    hold("empty_window", implementation, data)
