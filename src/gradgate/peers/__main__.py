"""`make peers`: puts the gate and the gradient checkers that people use to the same faults, and writes what came of it:
docs/peers.json, docs/peers.md, docs/peers.svg, and the table in README.md.

A checker that is not installed is said to be absent. Exit 1 where the gate refuses a right implementation."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from gradgate.peers.comparison import Record, measure
from gradgate.peers.figures import GATE
from gradgate.peers.page import page
from gradgate.peers.picture import picture
from gradgate.peers.table import with_table
from gradgate.report.console import console
from gradgate.verdicts import EXIT_REFUTED, EXIT_VERIFIED


def files(record: Record) -> dict[str, str]:
    """What is written: the names and the texts of the three files."""
    text = json.dumps({**record, "cells": [], "sizes": []}, indent=1)
    for name in ("sizes", "cells"):  # a line each
        lines = ",\n  ".join(json.dumps(entry) for entry in record[name])
        text = text.replace(f'"{name}": []', f'"{name}": [\n  {lines}\n ]')
    return {"peers.json": text + "\n", "peers.md": page(record), "peers.svg": picture(record)}


def main() -> int:
    parser = argparse.ArgumentParser("make peers", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("docs"), help="the folder (default: docs), with README.md beside it"
    )
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), help="cells at a time, but for costs")
    options = parser.parse_args()
    with _progress() as progress:
        record = measure(jobs=options.jobs, progress=progress)
    for name, text in files(record).items():
        (options.out / name).write_text(text, encoding="utf-8")
    readme = options.out.parent / "README.md"
    if readme.is_file():
        readme.write_text(with_table(readme.read_text(encoding="utf-8"), record), encoding="utf-8")
    alarms = [f"gradgate refuses {name}" for cell in record["cells"] for name in _false_alarms(cell)]
    absent = [f"{checker['name']} is {checker['absent']}" for checker in record["checkers"] if checker["absent"]]
    out = console()
    out.print(f"{len(record['cells'])} cells in {record['seconds']} s: {options.out / 'peers.md'}")
    out.print("\n".join([*absent, *alarms]))
    return EXIT_REFUTED if alarms else EXIT_VERIFIED


def _false_alarms(cell: Record) -> list[str]:
    """The gate's own."""
    return [f"{name}, V = {cell['V']}" for name in cell["right"]["alarms"]] if cell["checker"] == GATE else []


@contextmanager
def _progress() -> Iterator[Any]:
    """A bar on a terminal; a line a cell in a pipe."""
    out = console(to_stderr=True)
    if not sys.stderr.isatty():
        yield lambda what, done, total: out.print(f"{done} of {total}: {what}")
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task("verdicts", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


if __name__ == "__main__":
    sys.exit(main())
