"""A result on a terminal: a table of the parts, then what is said of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gradgate.grading.graded import GRADED, GradedPart, GradedSubmission
from gradgate.report.console import STYLES
from gradgate.verdicts import FRAGILE, REFUTED, VERIFIED

_COUNTS = (REFUTED, FRAGILE, "passed", "undecided")


def show_graded(out: Console, graded: GradedSubmission, *, staff: bool) -> None:
    """Prints one result; staff: with everything that the student is not told."""
    form = f" · {graded.form}" if graded.form else ""
    out.print(Text(f"{graded.path}{form}"), soft_wrap=True)
    if graded.message:
        out.print(Text(graded.message, style="" if graded.status == GRADED else "bold red"), soft_wrap=True)
    out.print(_table(graded, staff=staff))
    for part in graded.parts if graded.status == GRADED else ():
        _show_part(out, part, staff=staff)
    if staff and graded.output:
        out.print(Text("\nprinted while it was loaded:"))
        out.print(Text(graded.output, style="dim"), soft_wrap=True)
    out.print()


def _table(graded: GradedSubmission, *, staff: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", show_footer=True)
    table.add_column("part", footer="total", no_wrap=True)
    table.add_column("points", footer=f"{graded.score:g} of {graded.max_score:g}", justify="right")
    table.add_column("verdict")
    for part in graded.parts:
        if not (part.visible or staff):
            table.add_row(Text(part.title), "", Text("hidden", style="dim"))
            continue
        verdict = Text(part.verdict, style=STYLES.get(part.verdict, ""))
        if part.cause:
            verdict.append(f": {part.cause.partition(':')[0]}", style="default")
        table.add_row(Text(part.title), f"{part.points:g} of {part.max_points:g}", verdict)
    return table


def _show_part(out: Console, part: GradedPart, *, staff: bool) -> None:
    message = part.staff.get("message", part.message) if staff else part.message
    remarks = part.staff.get("remarks", part.remarks) if staff else part.remarks
    out.print(Text(f"\n{part.title}", style="bold"))
    for line in message.splitlines():
        out.print(Text(f"  {line}"), soft_wrap=True)
    for remark in remarks:
        out.print(Text(f"  remark: {remark}", style="yellow"), soft_wrap=True)
    if staff:
        _show_staff(out, part.staff)


def _show_staff(out: Console, found: Mapping[str, Any]) -> None:
    """What failed, law by law, and the lines that repeat the smallest failure."""
    for name, law in found.get("laws", {}).items():
        if law["verdict"] in STYLES and law["verdict"] != VERIFIED:
            counts = ", ".join(f"{law[key]} {key}" for key in _COUNTS if key in law)
            out.print(Text(f"  {name}: {counts}", style="dim"), soft_wrap=True)
    for example in found.get("counterexamples", []):
        if snippet := example["smallest"]["snippet"]:
            out.print(Text("\n".join(f"    {line}" for line in snippet.splitlines()), style="cyan"), soft_wrap=True)
