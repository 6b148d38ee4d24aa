"""`python -m gradgate.equations`: judges the ledger and writes docs/derivations.md.

With --check nothing is written: exit 1 where what stands there is not what the ledger says."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from gradgate.equations.claims import rows
from gradgate.equations.ledger import examine
from gradgate.equations.page import page
from gradgate.report.console import console
from gradgate.report.pages import put_pages
from gradgate.verdicts import EXIT_REFUTED, EXIT_VERIFIED


def main() -> int:
    parser = argparse.ArgumentParser("python -m gradgate.equations", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with what stands there; write nothing")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="the folder (default: docs)")
    options = parser.parse_args()
    claims = [claim for row in rows() for claim in row.claims]
    findings = examine(claims, lambda done, total: None, jobs=os.cpu_count() or 1)
    wrong = [name for name, finding in findings.items() if not finding.as_known]
    stale = put_pages({"derivations.md": page(rows(), findings)}, options.out, check=options.check)
    for what, names in (("not as the ledger has it", wrong), ("out of date", stale)):
        if names:
            console().print(f"{what}: {', '.join(names)}")
    return EXIT_REFUTED if wrong or stale else EXIT_VERIFIED


if __name__ == "__main__":
    sys.exit(main())
