"""What `gradgate bench --gate` prints: a line a gate, and that every mistake was refused."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from gradgate.costs.gates import FAILED, INCONCLUSIVE, PASSED
from gradgate.costs.gating import Verdict

_STYLES = {PASSED: "green", FAILED: "bold red", INCONCLUSIVE: "yellow"}


def show_gate(out: Console, verdicts: Sequence[Verdict], proofs: Sequence[Verdict]) -> None:
    """The implementations first, with every finding; then the mistakes, with the gate that refused each."""
    for verdict in verdicts:
        out.print(_headline(verdict), soft_wrap=True)
        for finding in verdict.findings:
            line = Text(f"  {finding.gate:12} ").append(f"{finding.status:12} ", style=_STYLES[finding.status])
            out.print(line.append(f"{finding.function}: {finding.sentence}"), soft_wrap=True)
    if proofs:
        out.print("\nmistakes, each of which must be refused:", soft_wrap=True)
    for proof in proofs:
        refusals = sorted({finding.gate for finding in proof.findings if finding.status == FAILED})
        line = Text(f"  {proof.name.replace(chr(92), '/').rpartition('/')[2]:26} ")
        if proof.cannot_run:
            line.append(proof.cannot_run, style="bold red")
        elif refusals:
            line.append("refused", style="green").append(f" by {', '.join(refusals)}")
        else:
            line.append("too noisy to tell" if proof.status == INCONCLUSIVE else "NOT REFUSED", style="bold red")
        out.print(line, soft_wrap=True)


def _headline(verdict: Verdict) -> Text:
    line = Text(f"{verdict.name}: ", style="bold")
    if verdict.cannot_run:
        return line.append(verdict.cannot_run, style="bold red")
    return line.append(verdict.status, style=_STYLES[verdict.status])
