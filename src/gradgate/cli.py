"""The command line: `gradgate verify`, `gradgate bench`, `gradgate report`, `gradgate train` and `gradgate list`."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gradgate.arguments import at_least, names_of, seconds
from gradgate.calling.host import LOAD_LIMIT, Worker
from gradgate.calling.loading import Source, entry_points, resolve, shipped
from gradgate.costs.options import add_bench_options
from gradgate.equations.options import add_derive_options, add_equations_options, with_formula
from gradgate.errors import Broken, CannotRun
from gradgate.examining.run import run
from gradgate.examining.subjects import Settings, Subject
from gradgate.expected import apply_expected, read_expected, require_examined
from gradgate.formats import FORMATS
from gradgate.grading.options import EXITS as GRADED
from gradgate.grading.options import add_grade_options, add_gradescope_options
from gradgate.interface import CONTRACT
from gradgate.large.run import CASES, run_large, sizes
from gradgate.report.console import console, show
from gradgate.report.document import document
from gradgate.report.target import require_writable, write_report
from gradgate.training.options import EXITS as TRAIN_EXITS
from gradgate.training.options import add_train_options
from gradgate.verdicts import EXIT_CANNOT_RUN, EXIT_REFUTED, EXIT_VERIFIED, exit_code, worst_exit

EXITS = (
    "exit codes: 0 verified, 1 refuted (or crashed, timed out, fragile), 2 inconclusive, 4 the harness could not run"
)


def main(arguments: list[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal's encoding must not end a run
    options = _parser().parse_args(with_formula(given))
    try:
        with _ending_in_order():
            return int(options.command(options, given))
    except CannotRun as error:
        print(f"gradgate: {error}", file=sys.stderr)
        return EXIT_CANNOT_RUN
    except KeyboardInterrupt:
        print("gradgate: interrupted", file=sys.stderr)
        return EXIT_CANNOT_RUN
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_CANNOT_RUN
    except Exception:  # Python's own exit code for it is 1, which is that of a refuted implementation
        traceback.print_exc()
        print("gradgate: this is a fault of gradgate itself, not of an implementation", file=sys.stderr)
        return EXIT_CANNOT_RUN


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """SIGTERM unwinds as Ctrl-C does, so that the processes of the run are ended and nothing is left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Parser(argparse.ArgumentParser):
    """argparse exits with 2 on bad arguments; here 2 means inconclusive."""

    def error(self, message: str) -> Any:
        print(f"{self.prog}: {message}\n{self.format_usage()}", file=sys.stderr, end="")
        raise SystemExit(EXIT_CANNOT_RUN)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser("gradgate", description="A gate for word2vec losses and their gradients.", epilog=EXITS)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    verify = commands.add_parser("verify", help="hold implementations against every law", epilog=EXITS)
    verify.set_defaults(command=_verify)
    verify.add_argument("specs", nargs="*", metavar="SPEC", help="a .py file, a shipped name, an entry point, a module")
    verify.add_argument(
        "--loss", metavar="NAMES", type=names_of(tuple(CONTRACT)), default=tuple(CONTRACT), help="functions, by comma"
    )
    verify.add_argument(
        "--dtype", metavar="NAMES", type=names_of(tuple(FORMATS)), default=tuple(FORMATS), help="by comma"
    )
    verify.add_argument("--cases", type=at_least(1), help="generated cases a function and dtype (200; 3 large ones)")
    verify.add_argument(
        "--vocabulary", type=at_least(1), metavar="V", help="large cases instead: so many words (10,000)"
    )
    verify.add_argument("--dimension", type=at_least(1), metavar="D", help="and so many dimensions (100)")
    verify.add_argument("--seed", type=at_least(0), default=0, help="0 by default; printed in every report")
    verify.add_argument("--text", metavar="PATH", help="a text file, .gz, a folder, or a Stanford Sentiment Treebank")
    verify.add_argument("--strict", action="store_true", help="the tighter bounds: only the best-behaved routes")
    verify.add_argument("--device", default="cpu", help="where the arrays live: cpu (default), cuda, ...")
    fragile = verify.add_mutually_exclusive_group()
    fragile.add_argument("--allow-fragile", action="store_true", help="right formulas that overflow fail no run")
    fragile.add_argument("--refuse-fragile", action="store_true", help="they do, for assignment files too")
    verify.add_argument("--time-limit", type=seconds, default=10.0, metavar="S", help="seconds for one call (10)")
    verify.add_argument(
        "--load-limit", type=seconds, default=LOAD_LIMIT, metavar="S", help="seconds for importing a file (60)"
    )
    verify.add_argument("--json", metavar="FILE", help="write the report as JSON; - for standard output")
    verify.add_argument("--expected-failures", metavar="FILE", help="a TOML list of known failures, with reasons")
    verify.add_argument("--jobs", type=at_least(1), default=os.cpu_count() or 1, help="processes (one a CPU)")
    benchmarks = commands.add_parser("bench", help="what the losses cost, and the gates of cost", epilog=EXITS)
    benchmarks.set_defaults(command=_bench)
    add_bench_options(benchmarks)
    made = "exit codes: 0 it was made, 4 it could not be"
    grading = commands.add_parser("grade", help="points and feedback for submissions", epilog=GRADED)
    grading.set_defaults(command=_grade)
    add_grade_options(grading)
    zipping = commands.add_parser("gradescope", help="the zip that grades on Gradescope", epilog=made)
    zipping.set_defaults(command=_gradescope)
    add_gradescope_options(zipping)
    reporting = commands.add_parser("report", help="a page, figures and Markdown of runs of benchmarks", epilog=made)
    reporting.set_defaults(command=_report)
    reporting.add_argument("files", nargs="+", metavar="FILE", help="JSON of a run; the last one is told, and compared")
    reporting.add_argument("--out", metavar="FOLDER", type=Path, help="where the page goes (FILE-report)")
    reporting.add_argument("--markdown", action="store_true", help="print Markdown; the page only where --out is given")
    ledger = commands.add_parser("equations", help="the derivations of word2vec as claims, each checked", epilog=EXITS)
    ledger.set_defaults(command=_equations)
    add_equations_options(ledger)
    deriving = commands.add_parser("derive", help="check a formula that you derived", epilog=EXITS)
    deriving.set_defaults(command=_derive)
    add_derive_options(deriving)
    training = commands.add_parser(
        "train", help="train on a text with an implementation's gradients", epilog=TRAIN_EXITS
    )
    training.set_defaults(command=_train)
    add_train_options(training)
    listing = commands.add_parser("list", help="what is shipped, what can run here, and why not where it cannot")
    listing.set_defaults(command=_list)
    return parser


def _bench(options: argparse.Namespace, given: list[str]) -> int:
    from gradgate.costs.command import bench  # it loads what the other commands do not need

    return bench(options, given)


def _train(options: argparse.Namespace, given: list[str]) -> int:
    from gradgate.training.command import train  # it loads what the other commands do not need

    return train(options, given)


def _verify(options: argparse.Namespace, given: list[str]) -> int:
    start = time.monotonic()
    require_writable(options.json)
    subjects, unknown = _resolve(options.specs or shipped())
    settings = _settings(options)
    try:
        subjects, stale = _examine(subjects, settings, options)
    except CannotRun as error:  # the report says so too, for whoever reads nothing else
        if options.json:
            problems, took = [*unknown, str(error)], round(time.monotonic() - start, 1)
            write_report(options.json, document(subjects, settings, given, problems, EXIT_CANNOT_RUN, took))
        raise
    problems = [*unknown, *stale]
    code = _exit(subjects, options, named=bool(options.specs), stale=bool(stale))
    code = worst_exit([code, EXIT_CANNOT_RUN if unknown else EXIT_VERIFIED])
    took = round(time.monotonic() - start, 1)
    out = console(to_stderr=options.json == "-")
    show(out, subjects, settings, problems)
    out.print(f"\nseed {settings.seed} · {took:.0f} s · exit {code}")
    if options.json:
        write_report(options.json, document(subjects, settings, given, problems, code, took))
    return code


def _examine(
    subjects: list[Subject], settings: Settings, options: argparse.Namespace
) -> tuple[list[Subject], list[str]]:
    """The subjects as the run left them, and a sentence for each expected failure that is none any more."""
    expected = read_expected(options.expected_failures) if options.expected_failures else []
    require_examined(expected, subjects)
    if subjects:
        with _progress("verifying", "cases") as progress:
            begin = run if settings.vocabulary is None else run_large
            subjects = begin([subject.source for subject in subjects], settings, progress)
    for subject in subjects:
        if not (subject.examinations or subject.cannot_run or subject.broken):
            subject.cannot_run = _nothing_in_common(subject, settings)
    return subjects, apply_expected(expected, subjects)


def _nothing_in_common(subject: Subject, settings: Settings) -> str:
    offered = f"{', '.join(subject.offers)} in {', '.join(subject.particulars.dtypes)}"
    wanted = f"{', '.join(settings.functions)} in {', '.join(settings.dtypes)}"
    return f"{subject.source.name} offers {offered}; this run asks for {wanted}"


def _resolve(specs: list[str]) -> tuple[list[Subject], list[str]]:
    """The subjects of the run, and a sentence for each SPEC that is none; each source once."""
    subjects: dict[Source, Subject] = {}
    unknown = []
    for spec in specs:
        try:
            source = resolve(spec)
        except CannotRun as error:
            unknown.append(str(error))
            continue
        subjects.setdefault(source, Subject(source))
    return list(subjects.values()), unknown


def _settings(options: argparse.Namespace) -> Settings:
    vocabulary, dimension = sizes(options.vocabulary, options.dimension)
    if vocabulary and options.text:
        raise CannotRun("--text asks for contexts of a text, --vocabulary and --dimension for large cases: take one")
    return Settings(
        functions=options.loss,
        dtypes=options.dtype,
        vocabulary=vocabulary,
        dimension=dimension,
        cases=options.cases or (CASES if vocabulary else Settings.cases),
        text_cases=0 if vocabulary else Settings.text_cases,
        seed=options.seed,
        text=options.text,
        tier="strict" if options.strict else "default",
        time_limit=options.time_limit,
        load_limit=options.load_limit,
        device=options.device,
        jobs=options.jobs,
    )


def _exit(subjects: list[Subject], options: argparse.Namespace, *, named: bool, stale: bool) -> int:
    codes = [EXIT_REFUTED if stale else EXIT_VERIFIED]
    for subject in subjects:
        if subject.cannot_run:
            codes.append(EXIT_CANNOT_RUN if named else EXIT_VERIFIED)
            continue
        allow = options.allow_fragile or (bool(subject.particulars.adapter) and not options.refuse_fragile)
        if subject.broken:
            codes.append(exit_code(subject.verdict, allow_fragile=allow))
        codes += [exit_code(examination.verdict, allow_fragile=allow) for examination in subject.examinations]
    return worst_exit(codes)


@contextmanager
def _progress(doing: str, counted: str) -> Iterator[Any]:
    """A bar on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TextColumn(counted), TimeRemainingColumn())
    with Progress(*columns, console=console(to_stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _grade(options: argparse.Namespace, given: list[str]) -> int:
    from gradgate.grading.command import grade

    return grade(options, given, lambda: _progress("grading", "submissions"))


def _gradescope(options: argparse.Namespace, given: list[str]) -> int:
    from gradgate.grading.gradescope.command import gradescope_zip

    return gradescope_zip(options, given)


def _report(options: argparse.Namespace, given: list[str]) -> int:
    from gradgate.costs.page.command import default_folder, report

    folder = options.out or (None if options.markdown else default_folder(options.files))
    with _progress("reporting", "parts") as progress:
        made, told = report(options.files, folder, progress)
    if options.markdown:
        sys.stdout.write(made.markdown())
    for sentence in told if options.markdown else (made.lead, *told):
        console(to_stderr=options.markdown).print(sentence, soft_wrap=True)
    return EXIT_VERIFIED


def _equations(options: argparse.Namespace, given: list[str]) -> int:
    from gradgate.equations.command import equations

    with _progress("judging", "parts") as progress:
        return equations(options, given, progress)


def _derive(options: argparse.Namespace, given: list[str]) -> int:
    from gradgate.equations.derive import derive

    return derive(options, given)


def _list(options: argparse.Namespace, given: list[str]) -> int:
    out = console()
    for name in [*shipped(), *sorted(entry_points())]:
        out.print(f"{name:19} {_can_run(name)}", soft_wrap=True)
    return EXIT_VERIFIED


def _can_run(name: str) -> str:
    try:
        with Worker(resolve(name), seed=0, time_limit=10.0) as worker:
            here, absent = worker.devices, [d for d in worker.particulars.devices if d not in worker.devices]
            text = f"{len(worker.offers)} functions · {', '.join(worker.particulars.dtypes)}"
            if not here:
                return f"{text} · cannot run here: no device: it runs on {', '.join(absent)}"
            text += f" · runs on {', '.join(here)}"
            return text + (f" · not on {', '.join(absent)}: no such device here" if absent else "")
    except (CannotRun, Broken) as error:
        return f"cannot run here: {error}"


if __name__ == "__main__":
    sys.exit(main())
