"""`gradgate train`: trains with an implementation's own gradients, and says what the vectors are worth."""

from __future__ import annotations

import argparse
import sys
import time
import warnings

from gradgate.costs.machine import load
from gradgate.costs.page.writing import require_folder, write_folder
from gradgate.errors import Broken, CannotRun
from gradgate.report.console import console
from gradgate.report.target import require_writable, write_report
from gradgate.training.batch import Batch
from gradgate.training.console import show_end, show_run, show_witness, show_worth
from gradgate.training.document import document
from gradgate.training.files import files
from gradgate.training.progress import progress
from gradgate.training.setting import Setting, setting
from gradgate.training.witness import Lockstep, Parted
from gradgate.training.worth import questions, worth
from gradgate.training.yardstick import measure
from gradgate.verdicts import EXIT_REFUTED, EXIT_VERIFIED

Timing = dict[str, float | None]


def train(options: argparse.Namespace, given: list[str]) -> int:
    """Returns 0 (trained), 1 (the implementation raised, the run diverged, or two learners parted); CannotRun is 4."""
    require_writable(options.json)
    require_folder(options.out)
    try:
        with warnings.catch_warnings():  # a warning of the implementation's is no result
            warnings.simplefilter("ignore")
            return _train(options, given)
    except Broken as error:
        print(f"gradgate: {error}", file=sys.stderr)
        return EXIT_REFUTED


def _train(options: argparse.Namespace, given: list[str]) -> int:
    run = setting(options)
    asked = questions(options, run.corpus.vocabulary)
    out = console(to_stderr=options.json == "-")
    show_run(out, run)
    gradients = run.training.learners[0].gradients
    yardstick = measure(run.recipe, run.corpus, gradients, options.textbook) if options.textbook else None
    _make(options)
    lockstep = Lockstep(run.training) if options.against else None
    parted = None
    try:
        timing = _run(run, options.checkpoint_every, lockstep)
    except Parted as error:
        parted, timing = error, {}
    if parted is None:
        show_end(out, run, timing, yardstick)
    if lockstep:
        show_witness(out, lockstep, parted)
    found = None
    if parted is None:
        found = worth(asked, run.corpus.vocabulary, run.training.learners[0].V_c, run.recipe.seed)
        show_worth(out, found)
        write_folder(options.out, files(run))
    code = EXIT_REFUTED if parted else EXIT_VERIFIED
    if options.json:
        told = document(run, given, code, timing, worth=found, yardstick=yardstick, lockstep=lockstep, parted=parted)
        write_report(options.json, told)
    out.print(f"\n{options.out} · exit {code}" if not parted else f"\nexit {code}", soft_wrap=True)
    return code


def _run(run: Setting, interval: int, lockstep: Lockstep | None) -> Timing:
    wall, cpu = time.perf_counter(), time.process_time()
    with progress(run.training) as shown:

        def stepped(batch: Batch, losses: list[float]) -> None:
            if lockstep:
                lockstep.compare(batch, losses)
            shown()

        run.training.run(interval, stepped, run.keep)
    return {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu, "load": load()}


def _make(options: argparse.Namespace) -> None:
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun(f"--out {options.out}: {error.strerror}") from error
