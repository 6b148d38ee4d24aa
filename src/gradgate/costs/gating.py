"""The gate of cost over several implementations, and over the mistakes that it must refuse in the same run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from gradgate.costs.committed import Committed
from gradgate.costs.comparing import SIZES, compare
from gradgate.costs.gates import (
    FAILED,
    INCONCLUSIVE,
    PASSED,
    Finding,
    Measured,
    count_gates,
    is_order,
    measure_alone,
    slower_gate,
)
from gradgate.errors import CannotRun
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING
from gradgate.places import folder
from gradgate.verdicts import EXIT_CANNOT_RUN, EXIT_INCONCLUSIVE, EXIT_REFUTED, EXIT_VERIFIED

LIKE = "numpy_rows"  # what the mistakes are spoilt versions of


@dataclass(frozen=True)
class Verdict:
    """One implementation at the gate. cannot_run says why nothing could be measured."""

    name: str
    findings: tuple[Finding, ...] = ()
    cannot_run: str = ""

    @property
    def status(self) -> str:
        """Failed over inconclusive over passed; nothing measured is no pass."""
        statuses = {finding.status for finding in self.findings}
        return next((status for status in (FAILED, INCONCLUSIVE) if status in statuses), PASSED if statuses else FAILED)

    @property
    def exit_code(self) -> int:
        if self.cannot_run:
            return EXIT_CANNOT_RUN
        return {FAILED: EXIT_REFUTED, INCONCLUSIVE: EXIT_INCONCLUSIVE, PASSED: EXIT_VERIFIED}[self.status]


def mistakes() -> list[Path]:
    """The implementations whose cost is wrong."""
    return sorted(folder("bench").glob("mistakes/*.py"))


def gate(spec: str, committed: Committed | None, against: str | None = None) -> Verdict:
    """All gates of one implementation; those of counts where figures are committed, of time where it has a rival."""
    try:
        measured = measure_alone(spec)
        findings = held_to(measured, committed)
        if against is not None:
            offered = {key.partition(" ")[0] for key in measured.counts}
            findings += regressions(against, spec, [f for f in (NAIVE_SOFTMAX, NEGATIVE_SAMPLING) if f in offered])
    except CannotRun as error:
        return Verdict(spec, cannot_run=str(error))
    return Verdict(spec, tuple(findings))


def held_to(measured: Measured, committed: Committed | None) -> list[Finding]:
    """The findings of order as the committed figures allow them, and those of the counts."""
    if committed is None or not measured.counts:
        return list(measured.findings)
    findings = [_as_declared(finding) if committed.dense else finding for finding in measured.findings]
    return [*findings, *count_gates(measured.counts, committed.counts)]


def _as_declared(finding: Finding) -> Finding:
    """A dense gradient costs O(V), and is committed as such: no surprise, and no pass in silence."""
    if finding.status == FAILED and is_order(finding) and finding.function == NEGATIVE_SAMPLING:
        return replace(finding, status=PASSED, sentence=f"dense, as committed: {finding.sentence}")
    return finding


def regressions(old: str, new: str, functions: Sequence[str]) -> list[Finding]:
    """Whether the new implementation is slower than the old one: in two fresh processes, or not at all."""
    found = []
    for function in functions:
        for d in SIZES:
            first, second = compare(old, new, function, d), compare(old, new, function, d)
            control = [*first.control, *second.control]
            found.append(slower_gate(f"{function} d={d}", first.ratios, control, second.ratios))
    return found


def gate_mistake(path: Path, committed: Committed) -> Verdict:
    """A mistake at the gate, as if it had come in place of the implementation that it is a spoilt version of."""
    offered = _functions(path)
    counts = {key: due for key, due in committed.counts.items() if key.partition(" ")[0] in offered}
    verdict = gate(str(path), Committed(committed.dense, counts))
    if verdict.status == PASSED and not verdict.cannot_run:  # its cost grows as it should: is it slower?
        verdict = replace(verdict, findings=(*verdict.findings, *regressions(LIKE, str(path), sorted(offered))))
    return verdict


def _functions(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    return {loss for loss in (NAIVE_SOFTMAX, NEGATIVE_SAMPLING) if f"def {loss}(" in text}


def run_gate(
    specs: Sequence[str],
    committed: dict[str, Committed],
    *,
    rivals: Mapping[str, str] = MappingProxyType({}),
    prove: bool = True,
    progress: Callable[[str], None] = lambda name: None,
) -> tuple[list[Verdict], list[Verdict]]:
    """The verdicts of the implementations, and those of the mistakes, each of which must have failed.

    rivals: by SPEC, the SPEC of what it must not be slower than.
    """
    verdicts = []
    for spec in specs:
        progress(spec)
        verdicts.append(gate(spec, committed.get(spec), rivals.get(spec)))
    proofs = []
    for path in mistakes() if prove else ():
        progress(path.stem)
        proofs.append(gate_mistake(path, committed[LIKE]))
    return verdicts, proofs
