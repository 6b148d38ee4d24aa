"""results.json as Gradescope's harness reads it. Everything is plain text: nothing of a submission is set as HTML."""

from __future__ import annotations

import json
from typing import Any

from gradgate.grading.formats.shown import shown
from gradgate.grading.graded import GradedPart
from gradgate.grading.graded_class import GradedClass
from gradgate.grading.words import feedback, hidden_points, passed


def gradescope(graded: GradedClass) -> str:
    (submission,) = graded.submissions
    about = f"seed {graded.gate['seed']}, isolation: {graded.gate['tier']}"
    document = {
        "score": submission.score,
        "execution_time": round(submission.seconds, 3),
        "output": "\n".join(filter(None, (submission.message, hidden_points(submission), about))),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"status": submission.status, "sha256": submission.sha256},
        "tests": [_test(number, part) for number, part in enumerate(shown(submission).parts, start=1)],
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def _test(number: int, part: GradedPart) -> dict[str, Any]:
    return {
        "name": part.title,
        "name_format": "text",
        "number": str(number),
        "score": part.points,
        "max_score": part.max_points,
        "status": "passed" if passed(part) or not part.max_points else "failed",
        "output": feedback(part),
        "output_format": "text",
        "tags": [part.id],
        "visibility": "visible",
    }
