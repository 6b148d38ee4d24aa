"""`gradgate derive`: a formula that somebody derived, judged and explained."""

from __future__ import annotations

import argparse

from rich.console import Console
from rich.text import Text

from gradgate.equations.answers import Answer, answer, question
from gradgate.equations.document import derive_document
from gradgate.errors import CannotRun
from gradgate.report.console import console
from gradgate.report.target import require_writable, write_report
from gradgate.verdicts import INCONCLUSIVE, REFUTED, VERIFIED, exit_code

_STYLES = {VERIFIED: "bold green", REFUTED: "bold red", INCONCLUSIVE: "bold yellow"}


def derive(options: argparse.Namespace, given: list[str]) -> int:
    """Judges one formula. Returns 0 verified, 1 refuted, 2 inconclusive. Raises CannotRun where it has no value."""
    require_writable(options.json)
    asked = question(options.of, options.loss, options.layout)
    found = answer(asked, options.formula.strip(), cases=options.cases, seed=options.seed)
    if found.misfit:
        raise CannotRun("; ".join([found.misfit, *found.remarks]))
    code = exit_code(found.verdict, allow_fragile=False)
    show_answer(console(to_stderr=options.json == "-"), found)
    if options.json:
        write_report(options.json, derive_document(found, given, options.seed, code))
    return code


def show_answer(out: Console, found: Answer) -> None:
    statement = found.statement
    headline = Text(f"{found.verdict}: ", style=_STYLES[found.verdict])
    headline.append(f"{statement.due} = {statement.formula}", style="default")
    out.print(headline, soft_wrap=True)
    out.print(f"  {statement.setting.title}; layout {statement.layout}", style="dim", soft_wrap=True)
    if found.cause:
        out.print(f"  wrong     {found.cause}", soft_wrap=True)
    if found.example:
        out.print(f"  {'smallest' if found.verdict == REFUTED else 'unclear'}  {found.example}", soft_wrap=True)
    for remark in found.remarks:
        out.print(f"  remark    {remark}", soft_wrap=True)
    out.print(f"  {_measured(found)}", style="dim", soft_wrap=True)


def _measured(found: Answer) -> str:
    """`1000 cases, at most 0.67 of the bound, which is at most 2e-32 of what is due; 250 finite differences, 0.32`."""
    tally = found.tally
    if found.verdict == REFUTED:
        return f"it fails on {tally.failed} of {tally.cases} cases"
    if found.verdict == INCONCLUSIVE:
        return f"{tally.blurred} of {tally.cases} cases cannot be told"
    words = [
        f"{tally.cases} cases, at most {tally.worst:.2f} of the bound, itself at most {tally.width:.0e} of what is due"
    ]
    if tally.differences:
        words.append(f"{tally.differences} finite differences, at most {tally.differences_worst:.2f} of theirs")
    return "; ".join(words)
