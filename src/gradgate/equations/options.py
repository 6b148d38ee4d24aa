"""The options of `gradgate equations`."""

from __future__ import annotations

import argparse
import os

from gradgate.arguments import at_least


def add_equations_options(equations: argparse.ArgumentParser) -> None:
    equations.add_argument("ids", nargs="*", metavar="ID", help="rows or claims, as A2-b or A2-b.rows (all)")
    equations.add_argument(
        "--cases", type=at_least(1), default=1000, help="cases that a right claim must hold on (1000)"
    )
    equations.add_argument("--seed", type=at_least(0), default=0, help="0 by default")
    equations.add_argument("--json", metavar="FILE", help="write the ledger as JSON; - for standard output")
    equations.add_argument("--jobs", type=at_least(1), default=os.cpu_count() or 1, help="processes (one a CPU)")
