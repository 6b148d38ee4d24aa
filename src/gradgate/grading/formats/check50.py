"""JSON in the form of check50, for the tools that read it: one check a part, its cause as the rationale."""

from __future__ import annotations

import json
from typing import Any

from gradgate.grading.formats.shown import shown
from gradgate.grading.graded import GradedPart
from gradgate.grading.graded_class import GradedClass
from gradgate.grading.words import judged, passed, points


def check50(graded: GradedClass) -> str:
    (submission,) = graded.submissions
    results = [_result(part) for part in shown(submission).parts]
    if not results:
        loads = {"name": "loads", "description": "the file can be graded", "passed": False, "log": []}
        results = [{**loads, "cause": {"rationale": submission.message, "help": None}, "data": {}, "dependency": None}]
    version = graded.gate.get("versions", {}).get("gradgate")
    document = {"slug": f"gradgate/{submission.path}", "results": results, "version": version}
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _result(part: GradedPart) -> dict[str, Any]:
    is_right = passed(part)
    return {
        "name": part.id,
        "description": part.title,
        "passed": is_right,
        "log": list(part.remarks),
        "cause": None if is_right else {"rationale": judged(part), "help": part.message or None},
        "data": {"points": points(part.points, part.max_points)},
        "dependency": None,
    }
