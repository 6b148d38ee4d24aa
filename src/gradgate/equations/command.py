"""`gradgate equations`: the ledger of derivations, judged and printed."""

from __future__ import annotations

import argparse
import time

from gradgate.equations.document import ledger_document
from gradgate.equations.ledger import Finding, Progress, chosen, examine
from gradgate.equations.table import show_ledger
from gradgate.report.console import console
from gradgate.report.target import require_writable, write_report
from gradgate.verdicts import EXIT_INCONCLUSIVE, EXIT_REFUTED, EXIT_VERIFIED, INCONCLUSIVE, worst_exit


def equations(options: argparse.Namespace, given: list[str], progress: Progress) -> int:
    """Judges the claims that were asked for. Returns 0 when each came out as the ledger has it; 1, 2 otherwise."""
    start = time.monotonic()
    require_writable(options.json)
    wanted = chosen(options.ids)
    claims = [claim for _, some in wanted for claim in some]
    findings = examine(claims, progress, cases=options.cases, seed=options.seed, jobs=options.jobs)
    code = worst_exit(_exit(finding) for finding in findings.values())
    out = console(to_stderr=options.json == "-")
    show_ledger(out, wanted, findings, detailed=bool(options.ids))
    out.print(f"seed {options.seed} · {time.monotonic() - start:.0f} s · exit {code}")
    if options.json:
        write_report(options.json, ledger_document(wanted, findings, given, options.seed, code))
    return code


def _exit(finding: Finding) -> int:
    if finding.as_known:
        return EXIT_VERIFIED
    return EXIT_INCONCLUSIVE if finding.verdict == INCONCLUSIVE else EXIT_REFUTED
