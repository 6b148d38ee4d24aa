"""Grades a class: what its folder of results knows already is not graded again, and every result is kept at once."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gradgate.grading.changes import Change, changes
from gradgate.grading.formats.document import document
from gradgate.grading.formats.html import page_of_class, page_of_one
from gradgate.grading.formats.table import csv
from gradgate.grading.graded import UNREADABLE, GradedSubmission, as_json
from gradgate.grading.graded_class import GradedClass
from gradgate.grading.running import Blank, Crew, Grade, each_graded
from gradgate.grading.store import Grading, gradings, stem
from gradgate.grading.submissions import Found, Submission, Unreadable
from gradgate.report.target import write_whole

PAGE, TABLE, DOCUMENT, CHANGES = "index.html", "class.csv", "grades.json", "changes.json"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Graders:
    """How a submission is graded, what the result of one is that cannot be, who does the work, and what judges."""

    grade: Grade
    blank: Blank
    crew: Crew
    gate: Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """A class graded.

    entries() gives its submissions with everything, for staff; folder: where results are kept, if anywhere; known: how
    many of them were there before; changed: against the grading before, None where there is none.
    """

    graded: GradedClass
    entries: Callable[[], Iterable[Mapping[str, Any]]]
    folder: Path | None = None
    known: int = 0
    changed: list[Change] | None = None


def grade_class(found: Found, name: str, graders: Graders, progress: Progress) -> Run:
    """Nothing is written: for a submission or two."""
    start = time.monotonic()
    results = list(
        _counted(each_graded(found.submissions, graders.grade, graders.blank, graders.crew), found, progress)
    )
    whole = _class(found, name, graders, {graded.path: graded for graded in results}, start)
    return Run(whole, partial(map, as_json, whole.submissions))


def grade_into(folder: Path, found: Found, name: str, graders: Graders, progress: Progress, *, again: bool) -> Run:
    """Grades into a folder, and writes its reports. again: all of them, whatever is known."""
    start = time.monotonic()
    with gradings(folder, graders.gate, again=again) as (grading, before):
        results = {graded.path: graded for graded in _known(found.submissions, grading)}
        known = len(results)
        due = [submission for submission in found.submissions if submission.path not in results]
        graded_now = each_graded(due, graders.grade, graders.blank, graders.crew)
        for graded in _counted(graded_now, found, progress, known):
            results[graded.path] = grading.add(graded)
        whole = _class(found, name, graders, results, start)
        changed = None if before is None else changes(before.results(), results, before.gate, grading.gate)
        _write(folder, grading, whole, changed)
        grading.save(finished=True)
        entries = partial(map, grading.entry, [each.path for each in whole.submissions])
    return Run(whole, entries, folder, known, changed)


def _known(submissions: Iterable[Submission], grading: Grading) -> Iterator[GradedSubmission]:
    """What an earlier run graded of the very same bytes; what it could not read is tried again."""
    for submission in submissions:
        result = grading.known(submission.path)
        if result is None or result.status == UNREADABLE:
            continue
        try:
            if hashlib.sha256(submission.read()).hexdigest() == result.sha256:
                yield result
        except Unreadable:
            continue


def _counted(
    results: Iterable[GradedSubmission], found: Found, progress: Progress, done: int = 0
) -> Iterator[GradedSubmission]:
    total = len(found.submissions)
    progress(done, total)
    for count, graded in enumerate(results, start=done + 1):
        yield graded
        progress(count, total)


def _class(
    found: Found, name: str, graders: Graders, results: Mapping[str, GradedSubmission], start: float
) -> GradedClass:
    ordered = tuple(results[submission.path] for submission in found.submissions)
    return GradedClass(name, graders.gate, ordered, found.problems, found.aside, time.monotonic() - start)


def _write(folder: Path, grading: Grading, graded: GradedClass, changed: list[Change] | None) -> None:
    """The pages and tables, each whole; the class's page last, since it leads to the others."""
    pages = {each.path: f"{grading.folder.name}/{stem(each.path)}.html" for each in graded.submissions}
    for each in graded.submissions:
        write_whole(folder / pages[each.path], page_of_one(each, graded))
    write_whole(folder / TABLE, csv(graded))
    write_whole(folder / DOCUMENT, document(graded, (grading.entry(each.path) for each in graded.submissions)))
    if changed is not None:
        write_whole(folder / CHANGES, _text({"schema": "gradgate.changes/1", "changes": list(map(asdict, changed))}))
    write_whole(folder / PAGE, page_of_class(graded, pages, changed))


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, allow_nan=False) + "\n"
