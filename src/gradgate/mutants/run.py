"""A run over the mutants of some files: dtype by dtype, what is known already left out, every finding noted at once."""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import Source, load_source
from gradgate.errors import Broken, CannotRun
from gradgate.examining.examination import arithmetic_of
from gradgate.formats import FORMATS
from gradgate.mutants.children import Alive, Ended, each_in_a_child
from gradgate.mutants.journal import Found, Journal
from gradgate.mutants.judging import SURVIVES, Docket, Finding, judge
from gradgate.mutants.listed import Entry
from gradgate.mutants.making import Mutant, mutants_of
from gradgate.mutants.reach import reached_from
from gradgate.power.trials import CASES, SPREAD
from gradgate.verdicts import CRASHED, TIMED_OUT

WIDE = ("float64", "float32")  # a mutant that neither of them shows is judged in 16 bits too
LIMIT = 60  # seconds for one case; the gate itself gives each of its calls ten
Report = Callable[[str, int, int], None]
Task = tuple[Mutant, int]  # and how many cases are put to it


@dataclass(frozen=True)
class Original:
    """A file under mutation: its text, what it offers, and its mutants."""

    name: str
    source: str
    right: Implementation
    mutants: list[Mutant]

    @classmethod
    def of(cls, path: Path) -> Original:
        """Reads the file at the path. Raises CannotRun where it, or the mutation tool, cannot be loaded here."""
        source = path.read_text(encoding="utf-8")
        right = _loaded(path.stem, path)
        return cls(path.stem, source, right, mutants_of(path.stem, source))

    def arithmetic(self, dtype: str) -> Arithmetic:
        return arithmetic_of(self.right.particulars, dtype)


def run(
    originals: Sequence[Original],
    entries: Sequence[Entry],
    journal: Journal,
    jobs: int,
    report: Report,
    cases: int = CASES,
) -> None:
    """Judges what the journal does not know yet. report is told the dtype, how many are done there and of how many.

    What an entry covers is proven to pass, and is put to the cases of SPREAD only. Raises CannotRun where the gate
    refuses a file as it stands.
    """
    for dtype in FORMATS:
        dockets: dict[Arithmetic, Docket] = {}
        due = {original.name: _due(original, dtype, entries, journal.found, cases) for original in originals}
        total, done = sum(map(len, due.values())), 0
        for original in originals:
            if not due[original.name]:
                continue
            arithmetic = original.arithmetic(dtype)
            docket = dockets[arithmetic] = dockets.get(arithmetic) or Docket(dtype, arithmetic)
            report(dtype, done, total)
            _require_sound(original, docket, cases)
            for mutant, finding in _judged(due[original.name], original, docket, jobs):
                journal.add(mutant.key, dtype, finding)
                done += 1
                report(dtype, done, total)


def _due(original: Original, dtype: str, entries: Sequence[Entry], known: Found, cases: int) -> list[Task]:
    """What is to be judged in a dtype: nothing in 16 bits that a wider dtype has shown, and nothing twice."""
    tasks = []
    for mutant in original.mutants if dtype in original.right.particulars.dtypes else ():
        listed = any(entry.covers(mutant, dtype) for entry in entries)
        wanted = min(cases, len(SPREAD)) if listed else cases
        before = known.get((mutant.key, dtype), Finding(SURVIVES))
        wider = [known[mutant.key, wide] for wide in WIDE if dtype not in WIDE and (mutant.key, wide) in known]
        shown = any(found.status != SURVIVES for found in wider)
        if before.status == SURVIVES and before.cases < wanted and not shown:
            tasks.append((mutant, wanted))
    return tasks


def _require_sound(original: Original, docket: Docket, cases: int) -> None:
    """The file as it stands passes; and what the cases need is then prepared for all of its mutants."""
    found = judge(InProcess(original.right), original.right.offers, docket, cases, lambda: None)
    if found.status != SURVIVES:
        where = f"{found.function} in {docket.dtype}, case {found.index}"
        raise CannotRun(f"{original.name} itself is {found.status} by {found.law or 'a call'} ({where}): mend it first")


def _judged(tasks: Sequence[Task], original: Original, docket: Docket, jobs: int) -> Iterator[tuple[Mutant, Finding]]:
    reach = reached_from(original.source)
    gc.collect()
    gc.freeze()  # what is shared with the children stays shared: a collection would write to all of it
    with tempfile.TemporaryDirectory(prefix="gradgate-mutants-") as folder:

        def work(task: Task, alive: Alive) -> Finding:
            mutant, cases = task
            functions = reach.get(mutant.place) or original.right.offers
            found = _one(mutant, functions, docket, cases, Path(folder), alive)
            return replace(found, seconds=round(time.process_time(), 3))

        for (mutant, _), found in each_in_a_child(work, tasks, jobs, LIMIT):
            yield mutant, _ended(found) if isinstance(found, Ended) else found


def _one(mutant: Mutant, functions: Sequence[str], docket: Docket, cases: int, folder: Path, alive: Alive) -> Finding:
    """The finding on one mutant, written to a file of its own and loaded from there."""
    alive()
    (folder / mutant.key).mkdir()
    path = folder / mutant.key / f"{mutant.file}.py"
    path.write_text(mutant.source, encoding="utf-8")
    try:
        found = _loaded(mutant.file, path)
    except (Broken, CannotRun):
        return Finding(CRASHED)
    if docket.dtype not in found.particulars.dtypes or "cpu" not in found.devices_here():
        return Finding(CRASHED)
    if (own := arithmetic_of(found.particulars, docket.dtype)) != docket.arithmetic:
        docket = Docket(docket.dtype, own)
    return judge(InProcess(found), functions, docket, cases, alive)


def _loaded(name: str, path: Path) -> Implementation:
    return load_source(Source(name, "file", str(path), shipped=True))


def _ended(child: Ended) -> Finding:
    return Finding(TIMED_OUT if child.late else CRASHED)
