"""What `gradgate equations` prints: a row of the ledger after the other, and under it what came of each claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from gradgate.equations.claims import Claim, Row
from gradgate.equations.ledger import Finding
from gradgate.equations.wording import counterexample, inputs, stated
from gradgate.verdicts import INCONCLUSIVE, REFUTED, VERIFIED

_STYLES = {VERIFIED: "green", REFUTED: "red", INCONCLUSIVE: "yellow"}
_INDENT = " " * 14


def show_ledger(
    out: Console, chosen: Sequence[tuple[Row, list[Claim]]], findings: Mapping[str, Finding], *, detailed: bool
) -> None:
    for row, claims in chosen:
        out.print(Text(f"{row.id}  {row.title}", style="bold"), soft_wrap=True)
        for claim in claims:
            _show_claim(out, findings[claim.id], detailed)
        if row.checked:
            line = f"  elsewhere   {row.checked}: {row.check}"
            out.print(Text(line, style="dim"), soft_wrap=True)
    out.print()
    out.print(Text(summary(chosen, findings)), soft_wrap=True)


def _show_claim(out: Console, finding: Finding, detailed: bool) -> None:
    claim = finding.claim
    name = claim.id.split(".")[-1]
    line = Text("  ")
    line.append(f"{finding.verdict:11} ", style=_STYLES[finding.verdict])
    line.append(f"{name}: {stated(claim.statement)}")
    line.append(f"  {measured(finding)}", style="dim")
    out.print(line, soft_wrap=True)
    if detailed:
        out.print(Text(f"{_INDENT}{claim.source}: {claim.notation}", style="dim"), soft_wrap=True)
    for sentence in reasons(finding):
        out.print(Text(f"{_INDENT}{sentence}"), soft_wrap=True)
    if not finding.as_known:
        known = "right" if claim.holds else "a slip"
        out.print(Text(f"{_INDENT}the ledger has it as {known}", style="bold red"), soft_wrap=True)


def measured(finding: Finding) -> str:
    """`1000 cases, 0.67 of the bound; 250 differences, 0.02`."""
    tally = finding.tally
    if finding.misfit:
        return "its sizes do not fit, in any case"
    if finding.verdict == REFUTED:
        return f"fails on {tally.failed} of {tally.cases}"
    cases = f"{tally.cases} case{'s' * (tally.cases != 1)}, {tally.worst:.2f} of the bound"
    if tally.blurred:
        cases = f"{tally.blurred} of {tally.cases} cases cannot be told"
    return cases + (f"; {tally.differences} differences, {tally.differences_worst:.2f}" if tally.differences else "")


def reasons(finding: Finding) -> list[str]:
    """Why a claim is not verified: the sizes, the wrong term, the smallest counterexample."""
    claim, found = finding.claim, []
    if finding.misfit:
        found.append(finding.misfit)
    if finding.mend:
        found.append(finding.mend.sentence)
    elif claim.wrong:
        found.append(f"the wrong term: {claim.wrong} stands where {claim.right} is due")
    if finding.tally.smallest:
        found.append(counterexample(claim.statement, *finding.tally.smallest))
    if finding.verdict == INCONCLUSIVE and finding.tally.unclear:
        found.append(f"at {inputs(claim.statement, finding.tally.unclear[0])} the two sides cannot be told apart")
    return found


def summary(chosen: Sequence[tuple[Row, list[Claim]]], findings: Mapping[str, Finding]) -> str:
    """`24 rows · 88 right claims, all verified · 47 slips, all refuted · 9 checks elsewhere`."""
    right = [finding for finding in findings.values() if finding.claim.holds]
    slips = [finding for finding in findings.values() if not finding.claim.holds]
    parts = [
        f"{len(chosen)} rows",
        f"{sum(f.as_known for f in right)} of {len(right)} right claims verified",
        f"{sum(f.as_known for f in slips)} of {len(slips)} slips refuted",
        f"{sum(bool(row.checked) for row, _ in chosen)} rows with a check elsewhere",
    ]
    return " · ".join(parts)
