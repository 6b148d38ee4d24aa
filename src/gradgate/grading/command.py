"""`gradgate grade`: submissions to points and feedback."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from rich.text import Text

from gradgate.errors import CannotRun
from gradgate.grading.candidates import PYTHON
from gradgate.grading.class_console import show_class
from gradgate.grading.console import show_graded
from gradgate.grading.crews import cluster, local
from gradgate.grading.formats import FORMATS
from gradgate.grading.formats.document import document
from gradgate.grading.grade_class import PAGE, Graders, Progress, Run, grade_class, grade_into
from gradgate.grading.grader import Recipe
from gradgate.grading.rubric_files import read_rubric
from gradgate.grading.settings import GradingSettings
from gradgate.grading.submissions import Found, find
from gradgate.grading.written.questions import ANSWERS, WrittenRubric
from gradgate.isolation.limits import Limits
from gradgate.report.console import console
from gradgate.report.target import require_writable, write_text
from gradgate.verdicts import EXIT_CANNOT_RUN, EXIT_VERIFIED

Bar = Callable[[], AbstractContextManager[Progress]]


def grade(options: argparse.Namespace, given: list[str], progress: Bar) -> int:
    """Exit 0 where everything was graded, whatever it scored; 4 where a path holds nothing to grade, or a submission
    could not be read. What can be graded is, all the same."""
    rubric = read_rubric(options.rubric) if options.rubric else None
    settings = GradingSettings(seed=options.seed, hidden_seed=options.hidden_seed)
    limits = Limits(cpu_seconds=options.cpu_limit, wall_seconds=options.wall_limit)
    suffix = ANSWERS if isinstance(rubric, WrittenRubric) else PYTHON
    found = find(options.paths, single=options.single, wanted=options.file, suffix=suffix)
    for problem in found.problems:
        print(f"gradgate: {problem}", file=sys.stderr)
    _require_targets(options, found)
    if not found.submissions:
        return EXIT_CANNOT_RUN
    with _graders(Recipe(rubric, settings, limits), options, found) as graders, progress() as step:
        run = _run(options, found, graders, step)
    graded = run.graded
    for unreadable in graded.unreadable:
        print(f"gradgate: {unreadable.path}: {unreadable.message}", file=sys.stderr)
    _show(options, run)
    _write(options, run)
    return EXIT_CANNOT_RUN if graded.problems or graded.unreadable else EXIT_VERIFIED


def _require_targets(options: argparse.Namespace, found: Found) -> None:
    """Refuses before the work what could not be written after it."""
    require_writable(options.json)
    for name, form in FORMATS.items():
        target = getattr(options, name)
        require_writable(target, f"--{name}")
        if target and form.one and len(found.submissions) > 1:
            count = len(found.submissions)
            raise CannotRun(f"--{name} holds one submission, and there are {count}: with --single a folder is one")
    if [options.json, *(getattr(options, name) for name in FORMATS)].count("-") > 1:
        raise CannotRun("two reports cannot both go to standard output: name a file for one of them")


@contextmanager
def _graders(recipe: Recipe, options: argparse.Namespace, found: Found) -> Iterator[Graders]:
    if options.scheduler is None:
        jobs = min(options.jobs, len(found.submissions))
        yield Graders(recipe.grade, recipe.blank, local(jobs), recipe.gate())
        return
    with cluster(options.scheduler, recipe.gate) as (crew, gate):
        yield Graders(recipe.grade, recipe.blank, crew, gate)


def _run(options: argparse.Namespace, found: Found, graders: Graders, progress: Progress) -> Run:
    name = Path(os.path.realpath(options.paths[0])).name
    folder = options.out or (Path(f"{name}-grades") if len(found.submissions) > 1 else None)
    if folder is None:
        return grade_class(found, name, graders, progress)
    return grade_into(folder, found, name, graders, progress, again=options.regrade)


def _show(options: argparse.Namespace, run: Run) -> None:
    graded = run.graded
    to_stdout = [name for name in ("json", *FORMATS) if getattr(options, name) == "-"]
    out = console(to_stderr=bool(to_stdout))
    if len(graded.submissions) == 1:
        show_graded(out, graded.submissions[0], staff=options.staff)
    else:
        show_class(out, graded, run.changed)
    out.print(Text(f"seed {graded.gate['seed']} · isolation: {graded.gate['tier']}", style="dim"), soft_wrap=True)
    lines = [*graded.gate["missing"]]
    if run.known:
        lines.append(f"{run.known} of {len(graded.submissions)} were graded before, and are as they were")
    if run.folder:
        lines.append(f"{run.folder / PAGE}: the page of the class")
    for line in lines:
        out.print(Text(line, style="dim"), soft_wrap=True)


def _write(options: argparse.Namespace, run: Run) -> None:
    if options.json:
        write_text(options.json, document(run.graded, run.entries()), "--json")
    for name, form in FORMATS.items():
        if target := getattr(options, name):
            write_text(target, form.write(run.graded), f"--{name}")
