"""`make mutants`: puts every mechanical mutant of the shipped files to the gate, and prints the score.

It can be ended at any moment: the same command goes on where it was. When every shipped file has been judged it writes
docs/mutants.md and docs/mutants.json. Exit 1 where a mutant survives that corpus/mutants.toml does not list, or where
that list says what is not so."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from gradgate.arguments import at_least
from gradgate.calling.host import ONE_THREAD
from gradgate.calling.loading import shipped_losses
from gradgate.errors import CannotRun
from gradgate.mutants.journal import Journal
from gradgate.mutants.judging import SURVIVES
from gradgate.mutants.listed import read_entries
from gradgate.mutants.page import page
from gradgate.mutants.run import Original, Report, run
from gradgate.mutants.score import STATUSES, Record, is_perfect, score, shares
from gradgate.mutants.setting import gate, setting
from gradgate.places import folder
from gradgate.report.console import console
from gradgate.verdicts import EXIT_CANNOT_RUN, EXIT_REFUTED, EXIT_VERIFIED


def main() -> int:
    options = _parser().parse_args()
    if any(os.environ.get(name) != number for name, number in ONE_THREAD.items()):
        # threads do not survive a fork, and libraries read how many they may start when they are loaded
        os.execve(
            sys.executable, [sys.executable, "-m", "gradgate.mutants", *sys.argv[1:]], {**os.environ, **ONE_THREAD}
        )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends in order, as by Ctrl-C
    try:
        return _mutants(options)
    except CannotRun as error:
        print(f"gradgate: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("gradgate: interrupted; the same command goes on from here", file=sys.stderr)
    return EXIT_CANNOT_RUN


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("make mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="shipped files; all by default")
    parser.add_argument("--jobs", type=at_least(1), default=os.cpu_count() or 1, help="processes (one a CPU)")
    parser.add_argument("--journal", type=Path, default=Path(".mutants/journal.jsonl"), help="what is known so far")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the score as JSON")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="the folder of the page (default: docs)")
    return parser


def _mutants(options: argparse.Namespace) -> int:
    names = options.names or shipped_losses()
    if unknown := [name for name in names if name not in shipped_losses()]:
        raise CannotRun(f"{', '.join(unknown)}: no such implementation; shipped are {', '.join(shipped_losses())}")
    journal = Journal(options.journal, gate())
    if journal.outdated:
        print("the gate is another one than when this was begun: every mutant is judged again", file=sys.stderr)
    originals = [Original.of(folder("impls") / f"{name}.py") for name in names]
    entries = [entry for entry in read_entries() if set(entry.files) & set(names)]
    with _progress() as report:
        run(originals, entries, journal, options.jobs, report)
    mutants = [mutant for original in originals for mutant in original.mutants]
    record = {**score(mutants, journal.found, entries), **setting(journal.found)}
    _show(console(), record)
    text = json.dumps(record, indent=1) + "\n"
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    if set(names) == set(shipped_losses()):
        (options.out / "mutants.json").write_text(text, encoding="utf-8")
        (options.out / "mutants.md").write_text(page(record), encoding="utf-8")
    return EXIT_VERIFIED if is_perfect(record) else EXIT_REFUTED


@contextmanager
def _progress() -> Iterator[Report]:
    """A bar on a terminal, drawn when it is told something (a thread does not survive a fork); nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda dtype, done, total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(to_stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("preparing", total=None)

        def report(dtype: str, done: int, total: int) -> None:
            bar.update(task, description=f"mutants in {dtype}", completed=done, total=total, refresh=True)

        yield report


def _show(out: Console, record: Record) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for name in ("file", "dtype", "judged", *STATUSES):
        table.add_column(name, justify="left" if name in ("file", "dtype") else "right", no_wrap=True)
    for name, file in record["files"].items():
        for dtype, counts in file["dtypes"].items():
            table.add_row(name, dtype, *(str(number) for number in (sum(counts.values()), *counts.values())))
    out.print(table)
    out.print()
    for said in shares(record):
        out.print(said, soft_wrap=True)
    for title in (SURVIVES, "disproved"):
        for entry in record[title]:
            where = f"{title}: {entry['file']}, {entry['place']} ({entry['dtype']})"
            out.print(f"{where}\n  {entry['before']}\n  {entry['after']}", soft_wrap=True)
    for entry in record["unused"]:
        out.print(f"no mutant is so: {entry}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
