"""Rubrics from TOML: the shipped ones, and a course's own. What makes no sense is refused in one sentence."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from gradgate.causes.names import NAMES
from gradgate.counts.draws import count_case
from gradgate.counts.laws import BY_NAME as COUNT_LAWS
from gradgate.draws import generated
from gradgate.errors import CannotRun
from gradgate.grading.rubric import SHOWS, Rubric, RubricPart
from gradgate.grading.tables import (
    Nonsense,
    as_cases,
    as_flag,
    as_id,
    as_number,
    as_text,
    as_texts,
    refuse_repetition,
    refuse_unknown,
)
from gradgate.grading.written.questions import WrittenRubric, is_written, written_rubric
from gradgate.interface import CALLABLE, COUNTS, NORMALIZE_ROWS
from gradgate.laws import BY_NAME

FOLDER = Path(__file__).parent / "rubrics"
_FORMS = {"CS224n 2017": "cs224n_2017"}  # a form of signatures, and its rubric; all others have the default one
_DEFAULT = "cs224n"
_KEYS = {"title", "cases", "part", "weights", "credit"}
_WEIGHTS = ("robustness", "precision")
_PART_KEYS = {field.name for field in fields(RubricPart)}


def rubric_for(form: str) -> Rubric:
    """The shipped rubric for files of a form of signatures, as adapters name it ("" for the plain contract)."""
    return shipped_rubric(_FORMS.get(form, _DEFAULT))


def shipped_rubric(name: str) -> Rubric:
    """A shipped rubric of functions."""
    found = read_rubric(str(FOLDER / f"{name}.toml"))
    assert isinstance(found, Rubric)
    return found


def shipped_rubrics() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_rubric(spec: str) -> Rubric | WrittenRubric:
    """The rubric at a path, or a shipped one by its name: that of a written part where it has questions. CannotRun, in
    one sentence, where it is none."""
    path = FOLDER / f"{spec}.toml" if spec in shipped_rubrics() else Path(spec)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        known = ", ".join(shipped_rubrics())
        raise CannotRun(f"{spec}: no rubric: {why}; shipped ones are {known}") from error
    try:
        return written_rubric(content) if is_written(content) else _rubric(content)
    except Nonsense as error:
        raise CannotRun(f"{spec}: no rubric: {error}") from error


def _rubric(content: Mapping[str, Any]) -> Rubric:
    refuse_unknown(content, _KEYS, "it")
    parts = content.get("part", [])
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise Nonsense("it has no [[part]]")
    weights = _shares(content.get("weights", {}), "weights", _WEIGHTS)
    found = Rubric(
        title=as_text(content.get("title", "word2vec"), "title"),
        parts=tuple(_part(part, number, weights) for number, part in enumerate(parts, 1)),
        cases=as_cases(content.get("cases", Rubric.cases)),
        credit=_shares(content.get("credit", {}), "credit", tuple(NAMES)),
    )
    refuse_repetition([part.id for part in found.parts], "parts")
    _refuse_bad_needs(found)
    if not found.max_score:
        raise Nonsense("no part has points")
    return found


def _part(given: Mapping[str, Any], number: int, weights: Mapping[str, float]) -> RubricPart:
    where = f"part {given['id']!r}" if isinstance(given.get("id"), str) else f"part {number}"
    refuse_unknown(given, _PART_KEYS, where)
    if missing := [key for key in ("id", "function", "points") if key not in given]:
        raise Nonsense(f"{where} lacks {', '.join(missing)}")
    function = given["function"]
    if function not in CALLABLE:
        known = ", ".join(CALLABLE)
        raise Nonsense(f"{where} names the function {function!r}; known are {known}")
    if (shows := given.get("shows", RubricPart.shows)) not in SHOWS:
        raise Nonsense(f"{where}: shows is {shows!r}; it is one of {', '.join(SHOWS)}")
    return RubricPart(
        id=as_id(given["id"], where),
        title=as_text(given.get("title", given["id"]), f"the title of {where}"),
        function=function,
        points=as_number(given["points"], f"the points of {where}", math.inf),
        laws=_laws(given.get("laws", []), function, where),
        needs=as_texts(given.get("needs", []), f"needs of {where}"),
        visible=as_flag(given, "visible", where, default=True),
        shows=shows,
        optional=as_flag(given, "optional", where, default=False),
        **{name: as_number(given.get(name, weights.get(name, 0.0)), f"{name} of {where}", 1.0) for name in _WEIGHTS},
    )


def _laws(given: Any, function: str, where: str) -> tuple[str, ...]:
    """The laws, each of which must be known and say something of the function."""
    laws = as_texts(given, f"laws of {where}")
    if laws and function == NORMALIZE_ROWS:
        raise Nonsense(f"{where} names laws; {NORMALIZE_ROWS} is judged by a law of its own alone")
    known, draw = (COUNT_LAWS, count_case) if function in COUNTS else (BY_NAME, generated)
    for name in laws:
        if name not in known:
            raise Nonsense(f"{where} names the law {name!r}; known are {', '.join(known)}")
        if not any(known[name].applies(draw(function, "float64", 0, index)) for index in range(2)):
            raise Nonsense(f"{where} names the law {name!r}, which says nothing of {function}")
    return laws


def _refuse_bad_needs(rubric: Rubric) -> None:
    """Every need names a part, none leads back to where it started, and what students see at home rests on no more."""
    ids = [part.id for part in rubric.parts]
    for part in rubric.parts:
        for need in part.needs:
            if need not in ids:
                raise Nonsense(f"part {part.id!r} needs {need!r}, which is no part; parts are {', '.join(ids)}")
    for part in rubric.parts:
        needed = rubric.needed(part)
        if part in needed:
            around = [each.id for each in needed if part in rubric.needed(each)]
            raise Nonsense(f"the needs of {', '.join(map(repr, around))} go round in a circle")
        if unseen := [each.id for each in needed if part.visible and not each.visible]:
            raise Nonsense(
                f"part {part.id!r} is visible and needs the hidden {unseen[0]!r}: at home it could not have it"
            )


def _shares(given: Any, where: str, known: Sequence[str]) -> dict[str, float]:
    if not isinstance(given, dict):
        raise Nonsense(f"{where} is no table")
    if unknown := [name for name in given if name not in known]:
        raise Nonsense(f"[{where}] names {', '.join(map(repr, unknown))}; known are {', '.join(known)}")
    return {name: as_number(share, f"{name!r} in [{where}]", 1.0) for name, share in given.items()}
