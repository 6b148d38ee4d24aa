"""Contexts of real text: Zipfian rows, repeated words, and words that meet themselves."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gradgate.suite.holding import hold_on_text

FEWER = max(1, settings.default.max_examples // 5)  # a vocabulary of 800 words, and all laws at once


@settings(max_examples=FEWER)
@given(data=st.data())
def test_contexts_of_real_text_obey_every_law(implementation, data):
    hold_on_text(implementation, data)
