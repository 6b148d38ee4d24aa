"""A written rubric: what is asked for, and what each answer is worth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from gradgate.errors import CannotRun
from gradgate.grading.tables import (
    Nonsense,
    as_cases,
    as_id,
    as_number,
    as_text,
    refuse_repetition,
    refuse_unknown,
)

EITHER = "either"
ANSWERS = ".txt"  # how the name of a file of answers ends


@dataclass(frozen=True)
class Question:
    """of, loss and layout as `gradgate derive` has them; with the layout "either" the file of answers names its own."""

    id: str
    of: str
    points: float
    loss: str = "naive_softmax"
    layout: str = EITHER
    title: str = ""


@dataclass(frozen=True)
class WrittenRubric:
    """All questions; cases is how many inputs an answer must be right on."""

    title: str
    questions: tuple[Question, ...]
    cases: int = 200

    @cached_property
    def max_score(self) -> float:
        return sum(question.points for question in self.questions)


_KEYS = {"title", "cases", "question"}
_QUESTION_KEYS = {field.name for field in fields(Question)}


def is_written(content: Mapping[str, Any]) -> bool:
    """Whether a rubric's file asks for formulas, and not for functions."""
    return "question" in content


def written_rubric(content: Mapping[str, Any]) -> WrittenRubric:
    """The rubric of a TOML file. Raises Nonsense for what makes none."""
    refuse_unknown(content, _KEYS, "it")
    given = content["question"]
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise Nonsense("its questions are no [[question]]")
    questions = tuple(_question(each, number) for number, each in enumerate(given, 1))
    refuse_repetition([question.id for question in questions], "questions")
    cases = as_cases(content.get("cases", WrittenRubric.cases))
    found = WrittenRubric(as_text(content.get("title", "written part"), "title"), questions, cases)
    if not found.max_score:
        raise Nonsense("no question has points")
    return found


def _question(given: Mapping[str, Any], number: int) -> Question:
    from gradgate.equations.answers import question  # it loads the exact arithmetic

    where = f"question {given['id']!r}" if isinstance(given.get("id"), str) else f"question {number}"
    refuse_unknown(given, _QUESTION_KEYS, where)
    if missing := [key for key in ("id", "of", "points") if key not in given]:
        raise Nonsense(f"{where} lacks {', '.join(missing)}")
    found = Question(
        id=as_id(given["id"], where),
        of=as_text(given["of"], f"of in {where}"),
        points=as_number(given["points"], f"the points of {where}", math.inf),
        loss=as_text(given.get("loss", Question.loss), f"the loss of {where}"),
        layout=as_text(given.get("layout", EITHER), f"the layout of {where}"),
        title=as_text(given.get("title", given["of"]), f"the title of {where}"),
    )
    try:
        question(found.of, found.loss, "V×d" if found.layout == EITHER else found.layout)
    except CannotRun as error:
        raise Nonsense(f"{where}: {error}") from error
    return found
