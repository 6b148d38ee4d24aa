"""A file of answers: a line for each question, `id: formula`, and a line `layout: d×V` where the student chose it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gradgate.errors import CannotRun

LIMIT = 1 << 16  # bytes: no written part comes near it
LAYOUT = "layout"


class Unreadable(Exception):
    """No file of answers: one sentence for the student."""


@dataclass
class AnswersFile:
    """The formulas by the questions' ids, the layout that the file names ("" for none), and a sentence for each line
    that is no answer."""

    formulas: dict[str, str] = field(default_factory=dict)
    layout: str = ""
    problems: list[str] = field(default_factory=list)


def read_answers(data: bytes, ids: Sequence[str]) -> AnswersFile:
    """The answers in the bytes of a file, UTF-8 with or without a byte order mark. Raises Unreadable.

    A line that begins with a # is a comment; one that begins with a space goes on with the answer before it.
    """
    found, last = AnswersFile(), ""
    for number, line in enumerate(_text(data).splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line[0].isspace() and last:
            found.formulas[last] += " " + line.strip()
        else:
            last = _answer(found, line, number, ids)
    return found


def _answer(found: AnswersFile, line: str, number: int, ids: Sequence[str]) -> str:
    """Takes in one line. Returns the id of its question, "" for a line without one."""
    name, colon, formula = (part.strip() for part in line.partition(":"))
    if not colon:
        found.problems.append(f"line {number} is no answer: write the question's id, a colon and the formula")
    elif name == LAYOUT:
        found.layout, name = _layout(found, formula, number), ""
    elif name not in ids:
        found.problems.append(f"line {number}: {name[:40]!r} is no question; questions are {', '.join(ids)}")
    elif name in found.formulas:
        found.problems.append(f"line {number} answers {name} again; the first answer counts")
    else:
        found.formulas[name] = formula
        return name
    return ""


def _layout(found: AnswersFile, text: str, number: int) -> str:
    from gradgate.equations.answers import layout_of

    try:
        return layout_of(text)
    except CannotRun:
        found.problems.append(f"line {number}: the layout is V×d (or Vxd), one row a word, or d×V (or dxV)")
        return ""


def _text(data: bytes) -> str:
    if len(data) > LIMIT:
        raise Unreadable(f"the file holds {len(data):,} bytes; no file of answers is larger than {LIMIT:,}")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"line {line} cannot be read as UTF-8: save the file as UTF-8 text") from error
    if not text.strip():
        raise Unreadable("the file is empty")
    if "\0" in text:
        raise Unreadable("the file holds zero bytes: it is no text; hand in the file of answers itself")
    return text
