"""What `gradgate verify` prints: a table of implementations by laws, the counts, and each failure with its snippet."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gradgate.examining.findings import Counterexample, Findings, Tally
from gradgate.examining.subjects import Settings, Subject
from gradgate.report.cost import cost_lines
from gradgate.report.document import manifest
from gradgate.report.strength import show_strength
from gradgate.report.wording import STATEMENTS, is_readable, likely_cause, message, snippet, statement
from gradgate.verdicts import BLOCKED, CRASHED, FRAGILE, INCONCLUSIVE, NOT_RUN, REFUTED, TIMED_OUT, VERIFIED

STYLES = {
    VERIFIED: "green",
    FRAGILE: "yellow",
    REFUTED: "bold red",
    BLOCKED: "bold red",
    CRASHED: "bold red",
    TIMED_OUT: "bold red",
    INCONCLUSIVE: "yellow",
}
_ASIDE = " (expected failures aside)"
_WIDTH = 120  # of what goes into a pipe or a file


def console(*, to_stderr: bool = False) -> Console:
    """Colour and the terminal's width on a terminal, neither in a pipe."""
    stream = sys.stderr if to_stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH
    # what is printed may be a stranger's text: no markup and no emoji codes in it are obeyed
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def show(out: Console, subjects: list[Subject], settings: Settings, problems: list[str]) -> None:
    """Prints the whole report."""
    examined = [subject for subject in subjects if subject.examinations]
    for part in _side_by_side(examined, out.width):
        if (table := _laws(part)).row_count:  # where no call returned there is nothing to put in it
            out.print(table, crop=False)
            out.print()
    for subject in subjects:
        _show_failures(out, subject, settings)
    for subject in subjects:
        out.print(_summary(subject, settings), soft_wrap=True)
    show_strength(out, subjects)
    out.print(_manifest(subjects), style="dim", soft_wrap=True)
    for problem in problems:
        out.print(Text(problem, style="bold red"), soft_wrap=True)


def _side_by_side(subjects: list[Subject], width: int) -> list[list[Subject]]:
    """The subjects in order, as many to a table as the width holds."""
    parts: list[list[Subject]] = []
    free = 0
    for subject in subjects:
        wanted = max(len(_short(subject)), len("10000 refuted")) + 2
        if wanted > free:
            parts.append([])
            free = width - max(map(len, STATEMENTS)) - 1
        parts[-1].append(subject)
        free -= wanted
    return parts


def _short(subject: Subject) -> str:
    return Path(subject.source.name).name if subject.source.kind == "file" else subject.source.name


def _laws(subjects: list[Subject]) -> Table:
    """Laws down, implementations across; each cell is on how many cases the law held, or failed."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    table.add_column("law", no_wrap=True)
    for subject in subjects:
        table.add_column(Text(_short(subject)), justify="right", no_wrap=True)
    for law in STATEMENTS:
        cells = [_cell([e.laws[law] for e in subject.examinations if law in e.laws]) for subject in subjects]
        if any(cell.plain != "–" for cell in cells):
            table.add_row(law, *cells)
    return table


def _cell(tallies: list[Tally]) -> Text:
    count = {
        key: sum(tally.outcomes[key] for tally in tallies)
        for key in ("passed", FRAGILE, REFUTED, "undecided", "remark")
    }
    if count[REFUTED]:
        return Text(f"{count[REFUTED]} refuted", style=STYLES[REFUTED])
    if count[FRAGILE]:
        return Text(f"{count[FRAGILE]} fragile", style=STYLES[FRAGILE])
    if count["passed"]:
        return Text(f"{count['passed']}", style=STYLES[VERIFIED])
    if count["remark"]:
        return Text("remark", style="yellow")
    return Text("undecided", style="yellow") if count["undecided"] else Text("–", style="dim")


def _show_failures(out: Console, subject: Subject, settings: Settings) -> None:
    """Each function that failed: who is wrong, the smallest counterexample, and once, for all dtypes, a snippet."""
    told: set[tuple[str, str]] = set()
    for examination in subject.examinations:
        if examination.verdict == VERIFIED and not examination.expected:
            continue
        out.print(_headline(subject.source.name, examination), soft_wrap=True)
        if examination.cause:
            out.print(Text(f"  {likely_cause(examination.cause)}", style="bold"), soft_wrap=True)
        for found in examination.counterexamples:
            key = (examination.function, found.smallest.law)
            _show_counterexample(out, subject.source.name, found)
            if key not in told:
                _show_repetition(out, subject.source.name, found, settings)
            told.add(key)
        for reason in examination.expected:
            out.print(Text(f"  expected: {reason}", style="dim"), soft_wrap=True)
        out.print()


def _headline(name: str, examination: Findings) -> Text:
    line = Text(f"{name} · {examination.function} · {examination.dtype}: ")
    line.append(examination.verdict, style=STYLES.get(examination.verdict, ""))
    line.append(_ASIDE if examination.expected else "")
    return line.append(f": {examination.sentence}" if examination.sentence else "")


def _show_counterexample(out: Console, name: str, found: Counterexample) -> None:
    smallest, worst = found.smallest, found.worst
    out.print(Text(f"  {statement(smallest)}, on {_counted(found.count, 'case')}"), soft_wrap=True)
    out.print(Text(f"  smallest  {message(name, smallest)}"), soft_wrap=True)
    if worst.case is not smallest.case and not worst.check.sentence:
        out.print(Text(f"  worst     {message(name, worst)}"), soft_wrap=True)


def _show_repetition(out: Console, name: str, found: Counterexample, settings: Settings) -> None:
    """Lines that make the failing call, or, for a large one, the command that puts it again."""
    case = found.smallest.case
    if is_readable(case):
        lines = snippet(name, found.smallest).splitlines()
        out.print(Text("\n".join(f"    {line}" for line in lines), style="cyan"), soft_wrap=True)
        return
    words = ["gradgate", "verify", name, "--loss", case.function, "--dtype", case.dtype, "--seed", str(case.seed)]
    words += ["--cases", "1" if case.kind == "text" else str(case.index + 1)]
    words += ["--vocabulary", str(settings.vocabulary)] if settings.vocabulary else []
    words += ["--dimension", str(settings.dimension)] if settings.dimension else []
    words += ["--text", settings.text] if settings.text else []
    words += ["--strict"] if settings.tier == "strict" else []
    out.print(Text("    too large to print; repeat with"), soft_wrap=True)
    out.print(Text(f"    {shlex.join(words)}", style="cyan"), soft_wrap=True)


def _summary(subject: Subject, settings: Settings) -> Text:
    verdict = subject.verdict
    line = Text().append(f"{subject.source.name}: ", style="bold")
    line.append(verdict, style=STYLES.get(verdict, ""))
    line.append(_ASIDE if any(examination.expected for examination in subject.examinations) else "")
    if subject.cannot_run or subject.broken:
        return line.append(f": {subject.cannot_run or subject.broken}")
    strengths = [s for e in subject.examinations for s in e.quantities.values()]
    functions = sorted({e.function for e in subject.examinations}, key=subject.offers.index)
    dtypes = list(dict.fromkeys(e.dtype for e in subject.examinations))
    if subject.examinations:
        line.append(
            f" · {_counted(len(functions), 'function')} in {', '.join(dtypes)}"
            f" · {_counted(sum(e.cases for e in subject.examinations), 'case')}"
        )
    if strengths:
        line.append(
            f" · {_counted(sum(s.components for s in strengths), 'component')}"
            f" · worst error/bound{'' if verdict == VERIFIED else ' that passed'}"
            f" {max(s.worst_ratio for s in strengths):.2f}"
        )
    missing = [f for f in settings.functions if f not in subject.offers]
    if missing and verdict != NOT_RUN:
        line.append(f"\n  not offered: {', '.join(missing)}", style="dim")
    if subject.particulars.adapter:
        line.append(f"\n  through an adapter: {subject.particulars.adapter}", style="dim")
    for cost in cost_lines(subject):
        line.append(f"\n  {cost}", style="dim")
    for name, value in subject.particulars.declared().items():
        if name != "adapter":
            line.append(f"\n  declared: {name} = {_declared(value)}", style="dim")
    if (spread := subject.spread) is not None:
        line.append(f"\n  run-to-run spread: at most {spread:.2g} of what two right answers may differ by", style="dim")
    remarks = {remark for e in subject.examinations for remark in e.remarks} | set(subject.remarks)
    for remark in sorted(remarks):
        line.append(f"\n  remark: {remark}", style="yellow")
    return line


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _declared(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {inner}" for key, inner in value.items())
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _manifest(subjects: list[Subject]) -> str:
    counts = manifest(subjects)
    reasons = counts.pop("reasons")
    text = "\nchecks: " + ", ".join(f"{count:,} {name}" for name, count in counts.items())
    return text + "".join(
        f"\n  {count:,} × {reason}" for reason, count in sorted(reasons.items(), key=lambda r: -r[1])[:8]
    )
