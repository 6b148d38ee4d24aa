"""`gradgate.check(naive_softmax)`: the verdict on functions of this very process, for a notebook or a prompt.

They are called here, not in a child: what they do, they do to this process. A file is judged by `gradgate grade`."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gradgate.adapters import adapt
from gradgate.calling.calls import Call, Outcome
from gradgate.calling.implementation import Implementation, Particulars
from gradgate.errors import CannotRun
from gradgate.grading.judged import Judged
from gradgate.grading.judging import judge_part
from gradgate.grading.rubric import Rubric, RubricPart
from gradgate.grading.spelling import their_function
from gradgate.interface import CALLABLE
from gradgate.report.console import STYLES

_CELL = 'style="text-align:left;vertical-align:top"'  # notebooks set tables to the right
_HTML = {"green": "#1a7f37", "yellow": "#9a6700", "bold red": "#cf222e"}


@dataclass(frozen=True)
class Checked:
    """The verdict on each function, by its name. Shows itself as a table: HTML in a notebook, text elsewhere."""

    judged: Mapping[str, Judged]

    @property
    def right(self) -> bool:
        """Whether every formula is right, fragile or not."""
        return all(found.verdict in ("verified", "fragile") for found in self.judged.values())

    def __repr__(self) -> str:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("function", "verdict", ""):
            table.add_column(heading, overflow="fold")
        for name, found in self.judged.items():
            table.add_row(name, Text(found.verdict), Text(_told(found)))
        sheet = io.StringIO()
        Console(file=sheet, width=120, highlight=False, markup=False, emoji=False).print(table)
        return "\n".join(line.rstrip() for line in sheet.getvalue().splitlines())

    def _repr_html_(self) -> str:
        rows = "".join(_row(name, found) for name, found in self.judged.items())
        return f"<table><thead><tr><th>function</th><th>verdict</th><th></th></tr></thead><tbody>{rows}</tbody></table>"


def check_functions(given: Sequence[Callable[..., Any]], named: Mapping[str, Any], cases: int, seed: int) -> Checked:
    """What `gradgate.check` does. Raises CannotRun, in a sentence, where there is no function that it knows."""
    here = Here(_implementation([*given], named))
    form = here.particulars.adapter
    parts = [RubricPart(name, their_function(form, name), name, 1.0) for name in here.offers]
    return Checked({part.title: judge_part(here, part, Rubric("", (), cases), seed) for part in parts})


class Here:
    """Functions of this process, behind the face of a cell."""

    def __init__(self, implementation: Implementation) -> None:
        self.name, self.offers = implementation.name, implementation.offers
        self.particulars: Particulars = implementation.particulars
        self._implementation = implementation

    @property
    def remarks(self) -> list[str]:
        return self._implementation.remarks

    def perform(self, calls: list[Call]) -> list[Outcome]:
        return [self._implementation.perform(call) for call in calls]


def _implementation(given: Sequence[Callable[..., Any]], named: Mapping[str, Any]) -> Implementation:
    functions = {getattr(function, "__name__", repr(function)): function for function in given} | dict(named)
    if odd := [name for name, function in functions.items() if not callable(function)]:
        raise CannotRun(f"check takes functions; {', '.join(odd)} is none")
    # an adapter takes for a file's own what says that it comes from that module
    module = ModuleType(next((f.__module__ for f in functions.values() if getattr(f, "__module__", None)), "__main__"))
    vars(module).update(functions)
    found = Implementation("notebook", adapt(module) or module)
    known = {their_function(found.particulars.adapter, name) for name in found.offers} | {*found.offers}
    if not functions or (strange := [name for name in functions if name not in known]):
        name = strange[0] if functions else "nothing"
        raise CannotRun(
            f"check does not know {name}; it knows {', '.join(CALLABLE)} and the names of the CS224n assignments: "
            f"gradgate.check(naive_softmax={name}) says which one it is"
        )
    return found


def _told(found: Judged) -> str:
    return "\n".join([found.message, *(f"remark: {remark}" for remark in found.remarks)])


def _row(name: str, found: Judged) -> str:
    colour = _HTML.get(STYLES.get(found.verdict, ""), "inherit")
    told = "<br>".join(escape(line) for line in _told(found).splitlines())
    cells = (f"<code>{escape(name)}</code>", f'<b style="color:{colour}">{escape(found.verdict)}</b>', told)
    return f"<tr>{''.join(f'<td {_CELL}>{cell}</td>' for cell in cells)}</tr>"
