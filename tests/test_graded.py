"""The records of grading: what is written can be read back, and only what is meant to be in them is."""

from __future__ import annotations

import json

import pytest

from gradgate.grading.graded import GradedPart, GradedSubmission, as_json, from_json

PART = GradedPart("sigmoid", "Sigmoid", 12.5, 25.0, "fragile", "overflow", "right, but", ("a remark",), False, {"n": 1})
GRADED = GradedSubmission("a.py", 12.5, 25.0, "graded", "", (PART,), 0.5, "plain", "00", "printed")


def test_what_is_written_as_json_is_read_back_equal():
    assert from_json(json.loads(json.dumps(as_json(GRADED)))) == GRADED


def test_an_entry_with_an_unknown_field_is_not_read():
    with pytest.raises(TypeError):
        from_json({**as_json(GRADED), "bonus": 100})
