"""What a rubric's tables may hold: texts, numbers, lists, flags, every key of them known. All else is a sentence."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any


class Nonsense(Exception):
    """What is wrong in a rubric, without the file's name."""


def refuse_repetition(ids: Sequence[str], what: str) -> None:
    for name in ids:
        if ids.count(name) > 1:
            raise Nonsense(f"two {what} have the id {name!r}")


def as_id(given: Any, where: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", as_text(given, f"the id of {where}")):
        raise Nonsense(f"the id of {where} is to be made of letters, digits, _ and -")
    return str(given)


def as_cases(given: Any) -> int:
    if type(given) is not int or not 1 <= given <= 10_000:
        raise Nonsense(f"cases is {given!r}; it is a whole number from 1 to 10000")
    return given


def refuse_unknown(given: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := [key for key in given if key not in known]:
        raise Nonsense(f"{where} has {', '.join(map(repr, unknown))}; known keys are {', '.join(sorted(known))}")


def as_number(given: Any, where: str, most: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given <= most or math.isinf(given):
        limits = "from 0 up" if math.isinf(most) else f"from 0 to {most:g}"
        raise Nonsense(f"{where} is {given!r}; it is a number {limits}")
    return float(given)


def as_text(given: Any, where: str) -> str:
    if not isinstance(given, str) or not given.strip():
        raise Nonsense(f"{where} is {given!r}; it is a text")
    return given


def as_texts(given: Any, where: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise Nonsense(f"{where} is {given!r}; it is a list of names")
    return tuple(dict.fromkeys(given))


def as_flag(given: Mapping[str, Any], name: str, where: str, *, default: bool) -> bool:
    if not isinstance(found := given.get(name, default), bool):
        raise Nonsense(f"{name} of {where} is {found!r}; it is true or false")
    return found
