"""`python -m gradgate.bridge [SPEC]`: from the counts of a text to where the gradients of both losses vanish.

Three questions, each answered with the implementation's own gradients: whether the expected gradient vanishes at PMI -
log K and at log p(c | t), and not beside them; whether the exact expectation over negatives is what draws average to,
under each convention about the target; and how many parameters one loss touches."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from rich.progress import Progress, SpinnerColumn, TextColumn

from gradgate.arguments import at_least
from gradgate.bridge import expectation, parameters, stationarity
from gradgate.bridge.calling import Learner
from gradgate.bridge.counted import Counted, counted
from gradgate.bridge.report import Bridge, document, show
from gradgate.calling.host import Worker
from gradgate.calling.loading import resolve
from gradgate.errors import Broken, CannotRun
from gradgate.report.console import console
from gradgate.report.target import require_writable, write_report
from gradgate.verdicts import EXIT_CANNOT_RUN, EXIT_REFUTED, EXIT_VERIFIED


def main(arguments: list[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(given)
    try:
        return _run(options, given)
    except (CannotRun, Broken) as error:
        print(f"gradgate.bridge: {error}", file=sys.stderr)
        return EXIT_REFUTED if isinstance(error, Broken) else EXIT_CANNOT_RUN
    except KeyboardInterrupt:
        print("gradgate.bridge: interrupted", file=sys.stderr)
        return EXIT_CANNOT_RUN


def _parser() -> argparse.ArgumentParser:
    exits = "exit codes: 0 all of it holds, 1 some does not, 4 it could not be examined"
    parser = argparse.ArgumentParser("python -m gradgate.bridge", description=__doc__, epilog=exits)
    parser.error = _refuse(parser)  # type: ignore[method-assign]
    parser.add_argument("spec", nargs="?", default="numpy_rows", metavar="SPEC", help="whose gradients (numpy_rows)")
    parser.add_argument("--text", metavar="PATH", help="a text file, .gz, a folder, or a Stanford Sentiment Treebank")
    parser.add_argument("--vocabulary", type=at_least(1), default=64, help="the most frequent words (64)")
    parser.add_argument("--window", type=at_least(1), default=5, help="words to either side (5)")
    parser.add_argument("--negatives", type=at_least(1), default=5, metavar="K", help="negatives a pair (5)")
    parser.add_argument("--words", type=at_least(1), default=4, help="centre words, from frequent to rare (4)")
    parser.add_argument("--draws", type=at_least(2), default=10_000, help="of K negatives, a convention (10,000)")
    parser.add_argument("--dtype", choices=("float64", "float32"), default="float64")
    parser.add_argument("--seed", type=at_least(0), default=0)
    parser.add_argument("--time-limit", type=at_least(1), default=60, metavar="S", help="seconds for one call (60)")
    parser.add_argument("--json", metavar="FILE", help="write the findings as JSON; - for standard output")
    return parser


def _refuse(parser: argparse.ArgumentParser) -> Any:
    """argparse exits with 2 on bad arguments; here 2 means inconclusive."""

    def error(message: str) -> Any:
        print(f"{parser.prog}: {message}", file=sys.stderr)
        raise SystemExit(EXIT_CANNOT_RUN)

    return error


def _run(options: argparse.Namespace, given: list[str]) -> int:
    require_writable(options.json)
    with _telling() as tell:
        tell("counting the text")
        counts = counted(options.text, options.vocabulary, options.window)
        with Worker(resolve(options.spec), options.seed, options.time_limit) as worker:
            found = _examined(Learner(worker, options.dtype), counts, options, tell)
    code = EXIT_VERIFIED if found.holds else EXIT_REFUTED
    out = console(to_stderr=options.json == "-")
    show(out, found, counts, options.negatives)
    out.print(f"\n{options.spec} · {options.dtype} · seed {options.seed} · exit {code}")
    if options.json:
        about = {"arguments": given, "seed": options.seed, "implementation": options.spec, "dtype": options.dtype}
        write_report(options.json, document(found, about, counts, code))
    return code


def _examined(learner: Learner, counts: Counted, options: argparse.Namespace, tell: Any) -> Bridge:
    K, words = options.negatives, np.unique(np.linspace(0, counts.V - 1, options.words).astype(int)).tolist()
    tell("counting the rows that gradients touch")
    touched = parameters.examine(learner, counts, K, options.seed)
    tell("averaging over draws")
    averages = expectation.examine(learner, counts, K, options.draws, options.seed)
    tell("summing expected gradients")
    return Bridge(stationarity.examine(learner, counts, K, words), averages, touched)


@contextmanager
def _telling() -> Iterator[Any]:
    """What is being done, on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda what: None
        return
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), console=console(to_stderr=True), transient=True
    ) as bar:
        task = bar.add_task("")
        yield lambda what: bar.update(task, description=what)


if __name__ == "__main__":
    sys.exit(main())
