"""`gradgate grade`: a submission to points and feedback."""

from __future__ import annotations

import argparse
from pathlib import Path

from gradgate.errors import CannotRun
from gradgate.grading.console import show_graded
from gradgate.grading.grade import grade_submission
from gradgate.grading.graded import as_json
from gradgate.grading.rubric_files import read_rubric
from gradgate.grading.settings import GradingSettings
from gradgate.isolation import Isolation
from gradgate.isolation.limits import Limits
from gradgate.report.console import console
from gradgate.report.target import require_writable, write_report
from gradgate.verdicts import EXIT_VERIFIED

SCHEMA = "gradgate.grade/1"


def grade(options: argparse.Namespace, given: list[str]) -> int:
    require_writable(options.json)
    rubric = read_rubric(options.rubric) if options.rubric else None
    settings = GradingSettings(seed=options.seed, hidden_seed=options.hidden_seed)
    limits = Limits(cpu_seconds=options.cpu_limit, wall_seconds=options.wall_limit)
    files = [(path, _read(path)) for path in options.paths]
    with Isolation(limits) as isolation:
        found = [grade_submission(path, data, rubric, settings, isolation) for path, data in files]
        tier, missing = isolation.tier, isolation.missing
    out = console(to_stderr=options.json == "-")
    for graded in found:
        show_graded(out, graded, staff=options.staff)
    out.print(f"seed {settings.seed} · isolation: {tier}", style="dim", soft_wrap=True)
    for sentence in missing:
        out.print(sentence, style="dim", soft_wrap=True)
    if options.json:
        seed = {"seed": settings.seed, "tier": tier, "missing": list(missing)}
        write_report(options.json, {"schema": SCHEMA, **seed, "submissions": [as_json(graded) for graded in found]})
    return EXIT_VERIFIED


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror}") from error
