"""The options of `gradgate equations` and of `gradgate derive`."""

from __future__ import annotations

import argparse
import os

from gradgate.arguments import at_least


def with_formula(given: list[str]) -> list[str]:
    """The words of a command line; argparse would take a formula that begins with a minus for an option."""
    if given[:1] != ["derive"]:
        return given
    return [f" {word}" if word[:1] == "-" and word[1:2] not in ("", "-") and word != "-h" else word for word in given]


def add_equations_options(equations: argparse.ArgumentParser) -> None:
    equations.add_argument("ids", nargs="*", metavar="ID", help="rows or claims, as A2-b or A2-b.rows (all)")
    equations.add_argument(
        "--cases", type=at_least(1), default=1000, help="cases that a right claim must hold on (1000)"
    )
    equations.add_argument("--seed", type=at_least(0), default=0, help="0 by default")
    equations.add_argument("--json", metavar="FILE", help="write the ledger as JSON; - for standard output")
    equations.add_argument("--jobs", type=at_least(1), default=os.cpu_count() or 1, help="processes (one a CPU)")


def add_derive_options(derive: argparse.ArgumentParser) -> None:
    derive.add_argument("formula", metavar="EXPR", help='as "U.T @ (y_hat - y)"; the symbols: docs/derive.md')
    derive.add_argument("--of", required=True, metavar="NAME", help="what it is: dJ/dv, dJ/dU, dJ/du_k, J, y_hat, ...")
    derive.add_argument(
        "--loss", default="naive_softmax", metavar="NAME", help="naive_softmax (default), skipgram, ..."
    )
    derive.add_argument("--layout", default="V×d", metavar="V×d|d×V", help="one row a word (default), or one column")
    derive.add_argument("--cases", type=at_least(1), default=1000, help="cases that it must hold on (1000)")
    derive.add_argument("--seed", type=at_least(0), default=0, help="0 by default")
    derive.add_argument("--json", metavar="FILE", help="write the verdict as JSON; - for standard output")
