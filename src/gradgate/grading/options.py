"""The options of `gradgate grade`."""

from __future__ import annotations

import argparse

from gradgate.arguments import at_least, seconds
from gradgate.isolation.limits import Limits

EXITS = "exit codes: 0 graded, whatever it scored; 4 the harness could not run"


def add_grade_options(grade: argparse.ArgumentParser) -> None:
    grade.add_argument("paths", nargs="+", metavar="PATH", help="a submission: a .py file")
    grade.add_argument(
        "--rubric", metavar="FILE", help="a TOML file, or a shipped one's name (that of the file's form)"
    )
    grade.add_argument("--seed", type=at_least(0), default=0, help="draws the inputs of the visible parts (0)")
    grade.add_argument(
        "--hidden-seed", type=at_least(0), metavar="N", help="draws those of the hidden parts, which are else left out"
    )
    grade.add_argument("--staff", action="store_true", help="tell everything, with snippets that repeat what failed")
    grade.add_argument("--json", metavar="FILE", help="write the result as JSON; - for standard output")
    grade.add_argument(
        "--cpu-limit",
        type=seconds,
        default=Limits.cpu_seconds,
        metavar="S",
        help="processor seconds for a part (%(default)g)",
    )
    grade.add_argument(
        "--wall-limit",
        type=seconds,
        default=Limits.wall_seconds,
        metavar="S",
        help="seconds on the clock (%(default)g)",
    )
