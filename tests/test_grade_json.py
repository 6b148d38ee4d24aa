"""docs/grade-json.md names every key that is written, and no other."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from gradgate.grading.changes import Change
from gradgate.grading.formats.document import document
from gradgate.grading.graded import GRADED, STATUSES, VERDICTS, GradedPart, GradedSubmission, as_json
from gradgate.grading.graded_class import GradedClass
from gradgate.grading.grader import Recipe
from gradgate.grading.settings import GradingSettings
from gradgate.isolation import Limits
from gradgate.isolation.tiers import TIERS

PAGE = (Path(__file__).parents[1] / "docs" / "grade-json.md").read_text(encoding="utf-8")
NAMES = {"versions", "submissions.parts.staff"}  # their keys are names, or another page's


def keys(value, path=""):
    """The paths of all keys; those of a list are those of what it holds."""
    if isinstance(value, list):
        return {key for each in value for key in keys(each, path)}
    if not isinstance(value, dict) or path in NAMES:
        return set()
    found = {f"{path}.{key}".lstrip(".") for key in value}
    return found.union(*(keys(inner, f"{path}.{key}".lstrip(".")) for key, inner in value.items()))


@pytest.fixture(scope="module")
def written():
    gate = Recipe(None, GradingSettings(), Limits()).gate()
    part = GradedPart("sigmoid", "Sigmoid", 25.0, 25.0, "verified", "", "Right.")
    submission = GradedSubmission("a.py", 25.0, 25.0, GRADED, "", (part,), 0.1, "plain", "", "")
    return json.loads("".join(document(GradedClass("hw", gate, (submission,)), [as_json(submission)])))


def test_every_key_of_the_document_is_explained_and_no_other(written):
    changes = {"schema": "gradgate.changes/1", "changes": [asdict(Change("a.py", 1.0, 2.0, ("x",), ("y",)))]}
    changes = json.loads(json.dumps(changes))
    assert set(re.findall(r"^\| `([a-z0-9_.]+)` \|", PAGE, re.MULTILINE)) == keys(written) | keys(changes)


@pytest.mark.parametrize("word", [*VERDICTS, *STATUSES, *(tier.name for tier in TIERS)])
def test_every_word_that_a_key_can_hold_is_named(word):
    assert word in PAGE
