"""One line a submission, for a spreadsheet or a grade book."""

from __future__ import annotations

import csv as writer
import io

from gradgate.grading.graded import GradedPart
from gradgate.grading.graded_class import GradedClass
from gradgate.grading.words import plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def csv(graded: GradedClass) -> str:
    text = io.StringIO()
    out = writer.writer(text, lineterminator="\n")
    columns = [f"{part} {what}" for part in graded.parts for what in ("points", "verdict", "cause")]
    out.writerow(["path", "score", "max_score", "status", *columns, "message", "sha256", "seconds"])
    for submission in graded.submissions:
        parts = {part.id: part for part in submission.parts}
        cells = [cell for name in graded.parts for cell in _cells(parts.get(name))]
        first = [_cell(submission.path), f"{submission.score:g}", f"{submission.max_score:g}", submission.status]
        last = [_cell(submission.message), submission.sha256, f"{submission.seconds:.3f}"]
        out.writerow([*first, *cells, *last])
    return text.getvalue()


def _cells(part: GradedPart | None) -> tuple[str, str, str]:
    return ("", "", "") if part is None else (f"{part.points:g}", part.verdict, _cell(part.cause))


def _cell(text: str) -> str:
    return f"'{plain(text)}" if text.startswith(_FORMULA) else plain(text)
