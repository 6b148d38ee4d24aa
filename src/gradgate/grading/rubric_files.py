"""Rubrics from TOML: the shipped ones, and a course's own. What makes no sense is refused in one sentence."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from gradgate.causes.names import NAMES
from gradgate.draws import generated
from gradgate.errors import CannotRun
from gradgate.grading.rubric import SHOWS, Rubric, RubricPart
from gradgate.interface import CALLABLE, NORMALIZE_ROWS
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
    return read_rubric(str(FOLDER / f"{name}.toml"))


def shipped_rubrics() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read_rubric(spec: str) -> Rubric:
    """The rubric at a path, or a shipped one by its name. CannotRun, in one sentence, where it is none."""
    path = FOLDER / f"{spec}.toml" if spec in shipped_rubrics() else Path(spec)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        known = ", ".join(shipped_rubrics())
        raise CannotRun(f"{spec}: no rubric: {why}; shipped ones are {known}") from error
    try:
        return _rubric(content)
    except _Nonsense as error:
        raise CannotRun(f"{spec}: no rubric: {error}") from error


class _Nonsense(Exception):
    """What is wrong in a rubric, without the file's name."""


def _rubric(content: Mapping[str, Any]) -> Rubric:
    _refuse_unknown(content, _KEYS, "it")
    parts = content.get("part", [])
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise _Nonsense("it has no [[part]]")
    weights = _shares(content.get("weights", {}), "weights", _WEIGHTS)
    cases = content.get("cases", Rubric.cases)
    if type(cases) is not int or not 1 <= cases <= 10_000:
        raise _Nonsense(f"cases is {cases!r}; it is a whole number from 1 to 10000")
    found = Rubric(
        title=_text(content.get("title", "word2vec"), "title"),
        parts=tuple(_part(part, number, weights) for number, part in enumerate(parts, 1)),
        cases=cases,
        credit=_shares(content.get("credit", {}), "credit", tuple(NAMES)),
    )
    _refuse_repetition([part.id for part in found.parts])
    _refuse_bad_needs(found)
    if not found.max_score:
        raise _Nonsense("no part has points")
    return found


def _part(given: Mapping[str, Any], number: int, weights: Mapping[str, float]) -> RubricPart:
    where = f"part {given['id']!r}" if isinstance(given.get("id"), str) else f"part {number}"
    _refuse_unknown(given, _PART_KEYS, where)
    if missing := [key for key in ("id", "function", "points") if key not in given]:
        raise _Nonsense(f"{where} lacks {', '.join(missing)}")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", _text(given["id"], f"the id of {where}")):
        raise _Nonsense(f"the id of {where} is to be made of letters, digits, _ and -")
    function = given["function"]
    if function not in CALLABLE:
        known = ", ".join(CALLABLE)
        raise _Nonsense(f"{where} names the function {function!r}; known are {known}")
    if (shows := given.get("shows", RubricPart.shows)) not in SHOWS:
        raise _Nonsense(f"{where}: shows is {shows!r}; it is one of {', '.join(SHOWS)}")
    return RubricPart(
        id=given["id"],
        title=_text(given.get("title", given["id"]), f"the title of {where}"),
        function=function,
        points=_number(given["points"], f"the points of {where}", math.inf),
        laws=_laws(given.get("laws", []), function, where),
        needs=_texts(given.get("needs", []), f"needs of {where}"),
        visible=_flag(given, "visible", where, default=True),
        shows=shows,
        optional=_flag(given, "optional", where, default=False),
        **{name: _number(given.get(name, weights.get(name, 0.0)), f"{name} of {where}", 1.0) for name in _WEIGHTS},
    )


def _laws(given: Any, function: str, where: str) -> tuple[str, ...]:
    """The laws, each of which must be known and say something of the function."""
    laws = _texts(given, f"laws of {where}")
    if laws and function == NORMALIZE_ROWS:
        raise _Nonsense(f"{where} names laws; {NORMALIZE_ROWS} is judged by a law of its own alone")
    for name in laws:
        if name not in BY_NAME:
            raise _Nonsense(f"{where} names the law {name!r}; known are {', '.join(BY_NAME)}")
        if not any(BY_NAME[name].applies(generated(function, "float64", 0, index)) for index in range(2)):
            raise _Nonsense(f"{where} names the law {name!r}, which says nothing of {function}")
    return laws


def _refuse_repetition(ids: Sequence[str]) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise _Nonsense(f"two parts have the id {name!r}")


def _refuse_bad_needs(rubric: Rubric) -> None:
    """Every need names a part, and none leads back to where it started."""
    ids = [part.id for part in rubric.parts]
    for part in rubric.parts:
        for need in part.needs:
            if need not in ids:
                raise _Nonsense(f"part {part.id!r} needs {need!r}, which is no part; parts are {', '.join(ids)}")
    for part in rubric.parts:
        if part in (around := rubric.needed(part)):
            raise _Nonsense(f"the needs of {', '.join(repr(each.id) for each in around)} go round in a circle")


def _refuse_unknown(given: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := [key for key in given if key not in known]:
        raise _Nonsense(f"{where} has {', '.join(map(repr, unknown))}; known keys are {', '.join(sorted(known))}")


def _shares(given: Any, where: str, known: Sequence[str]) -> dict[str, float]:
    if not isinstance(given, dict):
        raise _Nonsense(f"{where} is no table")
    if unknown := [name for name in given if name not in known]:
        raise _Nonsense(f"[{where}] names {', '.join(map(repr, unknown))}; known are {', '.join(known)}")
    return {name: _number(share, f"{name!r} in [{where}]", 1.0) for name, share in given.items()}


def _number(given: Any, where: str, most: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= most or math.isinf(given):
        limits = "from 0 up" if math.isinf(most) else f"from 0 to {most:g}"
        raise _Nonsense(f"{where} is {given!r}; it is a number {limits}")
    return float(given)


def _text(given: Any, where: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise _Nonsense(f"{where} is {given!r}; it is a text")
    return given


def _texts(given: Any, where: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise _Nonsense(f"{where} is {given!r}; it is a list of names")
    return tuple(dict.fromkeys(given))


def _flag(given: Mapping[str, Any], name: str, where: str, *, default: bool) -> bool:
    if not isinstance(flag := given.get(name, default), bool):
        raise _Nonsense(f"{name} of {where} is {flag!r}; it is true or false")
    return flag
