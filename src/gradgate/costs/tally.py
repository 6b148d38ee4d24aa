"""`make bench-tally`: how often the gates of cost are right about mistakes, right ones, slowdowns and noise.

An hour on two quiet cores. Prints a table, and writes JSON with --json. Exit 1 where a mistake passed, a right one was
refused, or fewer than 95 % of the slowdowns were seen."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from rich.progress import track

from gradgate.arguments import at_least
from gradgate.costs.committed import Committed, committed_path, read_committed
from gradgate.costs.gates import FAILED, INCONCLUSIVE, PASSED
from gradgate.costs.gating import LIKE, gate, gate_mistake, mistakes, regressions
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING
from gradgate.places import folder
from gradgate.report.console import console
from gradgate.report.target import require_writable, write_report
from gradgate.verdicts import EXIT_REFUTED, EXIT_VERIFIED

RIGHT = ("numpy_rows", "torch_rows")
_TRIES, _COMPARISONS = 20, 100
_SLOWDOWN = "+20 %"
_SEEN = 0.95  # of the slowdowns

# Every fifth call is made twice: a fifth more work, whatever it is.
_SLOWER = """

import itertools as _itertools

_calls = _itertools.count()


def _slower(function):
    def called(*arguments):
        if next(_calls) % 5 == 0:
            function(*arguments)
        return function(*arguments)

    return called


naive_softmax, negative_sampling = _slower(naive_softmax), _slower(negative_sampling)
"""

Trial = Callable[[], str]


def trials(scratch: Path, tries: int, comparisons: int) -> Iterator[tuple[str, str, int, Trial]]:
    """What is tried: a name, the outcome that is due, how often, and the trial itself."""
    committed = read_committed(committed_path())
    for path in mistakes():
        yield f"mistake: {path.stem}", FAILED, tries, partial(_of_mistake, path, committed[LIKE])
    for name in RIGHT:
        yield f"right: {name}", PASSED, tries, partial(_of_right, name, committed[name])
    slower = scratch / "slower.py"
    slower.write_text((folder("impls") / f"{LIKE}.py").read_text(encoding="utf-8") + _SLOWER, encoding="utf-8")
    for loss in (NAIVE_SOFTMAX, NEGATIVE_SAMPLING):
        yield f"{_SLOWDOWN}: {loss}", FAILED, comparisons, partial(_of_rival, str(slower), loss)
        yield f"A/A: {loss}", PASSED, comparisons, partial(_of_rival, LIKE, loss)


def _of_mistake(path: Path, committed: Committed) -> str:
    return gate_mistake(path, committed).status


def _of_right(name: str, committed: Committed) -> str:
    return gate(name, committed).status


def _of_rival(spec: str, loss: str) -> str:
    """Failed where the gate would fail; inconclusive where it could not tell in either size."""
    statuses = {finding.status for finding in regressions(LIKE, spec, [loss])}
    return next(status for status in (FAILED, PASSED, INCONCLUSIVE) if status in statuses)


def main() -> int:
    parser = argparse.ArgumentParser("make bench-tally", description=__doc__)
    parser.add_argument("--tries", type=at_least(1), default=_TRIES, help=f"of mistakes and right ones ({_TRIES})")
    parser.add_argument("--comparisons", type=at_least(1), default=_COMPARISONS, help=f"of slowdowns ({_COMPARISONS})")
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args()
    require_writable(options.json)
    out, found = console(), []
    with tempfile.TemporaryDirectory() as scratch:
        for name, due, tries, trial in trials(Path(scratch), options.tries, options.comparisons):
            steps = track(range(tries), name, console=console(to_stderr=True), transient=True)
            counted = Counter(trial() for _ in steps)
            found.append({"name": name, "due": due, "tries": tries, **dict(sorted(counted.items()))})
            out.print(_line(found[-1]), soft_wrap=True)
    if options.json:
        write_report(options.json, {"schema": "gradgate.bench-tally/1", "tally": found})
    return EXIT_REFUTED if any(_falls_short(entry) for entry in found) else EXIT_VERIFIED


def _falls_short(entry: dict[str, Any]) -> bool:
    if entry["name"].startswith(_SLOWDOWN):
        return bool(entry.get(FAILED, 0) < _SEEN * entry["tries"])
    return any(entry.get(status, 0) for status in (FAILED, PASSED) if status != entry["due"])


def _line(entry: dict[str, Any]) -> str:
    said = ", ".join(f"{entry[status]} {status}" for status in (PASSED, FAILED, INCONCLUSIVE) if entry.get(status))
    return f"{entry['name']:32} {entry['due']} is due; {entry['tries']} tries: {said}"


if __name__ == "__main__":
    sys.exit(main())
