"""Grades as Markdown, for a pull request or a mail. What submissions say stands in code, where nothing is obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gradgate.grading.formats.shown import shown
from gradgate.grading.graded import GradedSubmission
from gradgate.grading.graded_class import GradedClass
from gradgate.grading.words import feedback, hidden_points, judged, plain, points, wrong


def markdown(graded: GradedClass) -> str:
    lines = _one(shown(graded.submissions[0])) if len(graded.submissions) == 1 else _all(graded)
    return "\n".join([*lines, f"Seed {graded.gate['seed']}, isolation: {graded.gate['tier']}.", ""])


def _one(graded: GradedSubmission) -> Iterator[str]:
    yield f"# {_code(graded.path)}: {points(graded.score, graded.max_score)} points\n"
    if graded.message:
        yield f"{_block(graded.message)}\n"
    yield from _table(
        ("part", "points", "verdict"), ((p.title, points(p.points, p.max_points), judged(p)) for p in graded.parts)
    )
    for part in graded.parts:
        if part.message or part.remarks:
            yield f"## {part.title}\n\n{_block(feedback(part))}\n"
    if hidden := hidden_points(graded):
        yield f"{hidden}.\n"


def _all(graded: GradedClass) -> Iterator[str]:
    yield f"# {_code(graded.name)}\n\n{graded.sentence()}.\n"
    causes = ((cause.part, cause.cause, str(len(cause.paths))) for cause in graded.causes())
    yield from _table(("part", "cause", "submissions"), causes)
    rows = ((each.path, points(each.score, each.max_score), wrong(each)) for each in graded.submissions)
    yield from _table(("submission", "points", "what is wrong"), rows)


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    yield from (f"| {' | '.join(map(_cell, row))} |" for row in rows)
    yield ""


def _cell(text: str) -> str:
    return _code(text) if re.search(r"[^\w .,:;()+%-]", text) else text


def _code(text: str) -> str:
    """A span of code on one line; its fence is longer than any run of backticks in it."""
    line = " ".join(plain(text).replace("|", "¦").split())
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"`{line}`" if line else ""


def _block(text: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}text\n{plain(text)}\n{fence}"
