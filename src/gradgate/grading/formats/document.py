"""A graded class as one JSON document, schema "gradgate.grade/1" (docs/grade-json.md). Only keys named `seconds` hold
times: two gradings of the same files with the same seed are otherwise the same bytes."""

from __future__ import annotations

from typing import Any

from gradgate.grading.graded import as_json
from gradgate.grading.graded_class import GradedClass

SCHEMA = "gradgate.grade/1"


def document(graded: GradedClass) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        **graded.gate,
        "problems": list(graded.problems),
        "aside": list(graded.aside),
        "submissions": [as_json(submission) for submission in graded.submissions],
        "seconds": round(graded.seconds, 3),
    }
