"""`gradgate train`: trains with an implementation's own gradients, and says what the vectors are worth."""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from pathlib import Path

from gradgate.costs.machine import load
from gradgate.costs.page.writing import require_folder, write_folder
from gradgate.errors import Broken, CannotRun
from gradgate.report.console import console
from gradgate.report.target import require_writable, write_report
from gradgate.training.batch import Batch
from gradgate.training.console import show_findings, show_run
from gradgate.training.document import document
from gradgate.training.files import files
from gradgate.training.findings import Findings, Timing
from gradgate.training.progress import progress
from gradgate.training.setting import Setting, setting
from gradgate.training.witness import Lockstep, Parted
from gradgate.training.worth import Questions, questions, worth
from gradgate.training.yardstick import measure
from gradgate.verdicts import EXIT_REFUTED, EXIT_VERIFIED


def train(options: argparse.Namespace, given: list[str]) -> int:
    """Returns 0 (trained) or 1 (the implementation raised, the run diverged, two learners parted); CannotRun is 4."""
    require_writable(options.json)
    require_folder(options.out)
    was_there = options.out.exists()
    try:
        with warnings.catch_warnings():  # a warning of the implementation's is no result
            warnings.simplefilter("ignore")
            return _train(options, given)
    except Broken as error:
        print(f"gradgate: {error}", file=sys.stderr)
        return EXIT_REFUTED
    except MemoryError as error:
        raise CannotRun("there is not enough memory for these vectors: a smaller --dimension or text") from error
    finally:
        if not was_there:
            _leave(options.out)


def _train(options: argparse.Namespace, given: list[str]) -> int:
    run = setting(options)
    asked = questions(options, run.corpus.vocabulary)
    out = console(to_stderr=options.json == "-")
    show_run(out, run)
    found = _find(run, asked, options)
    show_findings(out, run, found)
    if not found.parted:
        write_folder(options.out, files(run))
    code = EXIT_REFUTED if found.parted else EXIT_VERIFIED
    if options.json:
        write_report(options.json, document(run, found, given, code))
    out.print("\n" + " · ".join(([] if found.parted else [str(options.out)]) + [f"exit {code}"]), soft_wrap=True)
    return code


def _find(run: Setting, asked: Questions, options: argparse.Namespace) -> Findings:
    """Makes the run. Raises Diverged and what the gradients raise; that two learners part is a finding."""
    first = run.training.learners[0]
    yardstick = measure(run.recipe, run.corpus, first.gradients, options.textbook) if options.textbook else None
    lockstep = Lockstep(run.training) if options.against else None
    _make(options.out)
    try:
        timing = _run(run, options.checkpoint_every, lockstep)
    except Parted as parted:
        return Findings(None, None, yardstick, lockstep, parted)
    return Findings(timing, worth(asked, run.corpus.vocabulary, first.V_c, run.recipe.seed), yardstick, lockstep, None)


def _run(run: Setting, interval: int, lockstep: Lockstep | None) -> Timing:
    wall, cpu = time.perf_counter(), time.process_time()
    with progress(run.training) as shown:

        def stepped(batch: Batch, losses: list[float]) -> None:
            if lockstep:
                lockstep.compare(batch, losses)
            shown()

        run.training.run(interval, stepped, run.keep)
    steps = run.training.done - run.resumed
    return Timing(steps, time.perf_counter() - wall, time.process_time() - cpu, load())


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"--out {folder}: {error.strerror}") from error


def _leave(folder: Path) -> None:
    """Removes the folder where the run has left nothing in it."""
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
