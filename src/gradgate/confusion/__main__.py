"""`make causes`: measures which cause is named for which fault, and writes docs/causes.md and docs/causes.json.

With --check nothing is written: exit 1 where what stands there is not what this machine measures. Fewer than 90 %
named, or more than 2 % named wrongly, is exit 1 as well."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gradgate.confusion import strangers, unlisted
from gradgate.confusion.measuring import NONE, SETTING, WRONG, Record, example, measure, trials
from gradgate.confusion.page import page
from gradgate.report.console import console
from gradgate.report.pages import put_pages
from gradgate.verdicts import EXIT_REFUTED, EXIT_VERIFIED

NAMED, WRONGLY = 0.90, 0.02  # the least share that is named, and the most that may be named wrongly


def files(record: Record) -> dict[str, str]:
    """What is written: the names and the texts of the two files."""
    return {"causes.json": as_json(record), "causes.md": page(record)}


def as_json(record: Record) -> str:
    """Indented, with a line for each row."""
    lists = ("rows", "unlisted", "strangers")
    text = json.dumps({**record, **{key: [] for key in lists}}, indent=1, ensure_ascii=False)
    for key in lists:
        lines = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in record[key])
        text = text.replace(f'"{key}": []', f'"{key}": [\n  {lines}\n ]')
    return text + "\n"


def shares(record: Record, mode: str = "named") -> tuple[float, float]:
    """Which share of the caught faults is named, and which is named wrongly. mode: named, held_out or formula_alone."""
    counts = Counter(row[mode]["outcome"] for row in record["rows"])
    total = len(record["rows"])
    return 1 - counts[NONE] / total, counts[WRONG] / total


def main() -> int:
    parser = argparse.ArgumentParser("make causes", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with what stands there; write nothing")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="the folder (default: docs)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (one a CPU)")
    parser.add_argument("--tests", type=Path, default=Path("tests"), help="where strangers/ and unlisted.py lie")
    options = parser.parse_args()
    if not (options.tests / "strangers").is_dir():
        parser.error(f"there is no folder {options.tests / 'strangers'}: run it in a clone, or name its tests/")
    with _progress() as progress:
        rows = measure(trials(), options.jobs, progress)
    record: Record = {
        "schema": 1,
        **SETTING,
        "example": example(),
        "rows": rows,
        "unlisted": unlisted.judged(options.tests / "unlisted.py"),
        "strangers": strangers.judged(options.tests / "strangers"),
    }
    stale = put_pages(files(record), options.out, check=options.check)
    named, wrongly = shares(record)
    out = console()
    out.print(f"{len(rows)} rows; named: {100 * named:.1f} %; named wrongly: {100 * wrongly:.1f} %")
    if stale:
        out.print(f"out of date: {', '.join(stale)}")
    return EXIT_VERIFIED if named >= NAMED and wrongly <= WRONGLY and not stale else EXIT_REFUTED


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    columns = (TextColumn("naming"), BarColumn(), MofNCompleteColumn(), TextColumn("faults"), TimeRemainingColumn())
    with Progress(*columns, console=console(to_stderr=True), transient=True) as bar:
        task = bar.add_task("naming", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


if __name__ == "__main__":
    sys.exit(main())
