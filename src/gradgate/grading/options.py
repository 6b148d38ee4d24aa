"""The options of `gradgate grade` and of `gradgate gradescope`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gradgate.arguments import at_least, seconds
from gradgate.grading.formats import FORMATS
from gradgate.isolation.limits import Limits

EXITS = "exit codes: 0 all were graded, whatever they scored; 4 some could not be, or the harness could not run"


def add_grade_options(grade: argparse.ArgumentParser) -> None:
    grade.add_argument(
        "paths", nargs="+", metavar="PATH", help="a .py file (.txt: formulas), a zip or tar file, or a folder of them"
    )
    grade.add_argument("--single", action="store_true", help="a folder is one submission, and no class")
    _add_what_decides(grade)
    grade.add_argument("--staff", action="store_true", help="tell everything, with snippets that repeat what failed")
    _add_limits(grade)
    _add_class(grade.add_argument_group("a class"))
    reports = grade.add_argument_group("reports, each in a FILE; - for standard output")
    reports.add_argument("--json", metavar="FILE", help="everything, for machines and staff")
    for name, form in FORMATS.items():
        reports.add_argument(f"--{name}", metavar="FILE", help=form.help)


def add_gradescope_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("zip", metavar="FILE.zip", help="what is then uploaded as the assignment's autograder")
    _add_what_decides(parser)


def _add_what_decides(parser: argparse.ArgumentParser) -> None:
    """What a result depends on, beside the file."""
    parser.add_argument("--file", metavar="NAME", help="the file to grade, where a submission holds several")
    parser.add_argument(
        "--rubric", metavar="FILE", help="a TOML file, or a shipped one's name (that of the file's form)"
    )
    parser.add_argument("--seed", type=at_least(0), default=0, help="draws the inputs of the visible parts (0)")
    parser.add_argument(
        "--hidden-seed", type=at_least(0), metavar="N", help="draws those of the hidden parts, which are else left out"
    )


def _add_limits(grade: argparse.ArgumentParser) -> None:
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


def _add_class(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--out", metavar="FOLDER", type=Path, help="where results are kept, and a run goes on (PATH-grades)"
    )
    group.add_argument("--regrade", action="store_true", help="grade all again, and say what changed and why")
    group.add_argument("--jobs", type=at_least(1), default=os.cpu_count() or 1, help="processes (one a CPU)")
    group.add_argument("--scheduler", metavar="ADDRESS", help="the workers of a Dask scheduler instead")
