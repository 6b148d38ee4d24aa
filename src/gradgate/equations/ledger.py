"""The ledger judged: every claim on the cases of its setting, which all claims of a setting share."""

from __future__ import annotations

import difflib
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from gradgate.equations.claims import Claim, Row, rows
from gradgate.equations.errors import ShapeError
from gradgate.equations.judging import CASES, LADDER, SEED, Tally, draw, judge
from gradgate.equations.mending import Mend, mend
from gradgate.errors import CannotRun
from gradgate.verdicts import REFUTED, VERIFIED

SLIP_CASES = LADDER + 20  # a slip is wrong once it fails on one
_CHUNK = 50  # cases that a process takes at a time: a second of work at most, which an interrupt waits for
_FEW = 20  # chunks: so many are done before other processes would have started
Progress = Callable[[int, int], None]


@dataclass
class Finding:
    """A claim with what came of it. misfit is the sentence that refutes it by its sizes alone, before any case."""

    claim: Claim
    tally: Tally
    mend: Mend | None = None
    misfit: str = ""

    @property
    def verdict(self) -> str:
        return REFUTED if self.misfit else self.tally.verdict

    @property
    def as_known(self) -> bool:
        """Whether what is right was verified, and what is a slip was refuted."""
        return self.verdict == (VERIFIED if self.claim.holds else REFUTED)


@dataclass(frozen=True)
class _Chunk:
    """Some claims of one setting, by their ids, and the cases to put them to."""

    ids: tuple[str, ...]
    indices: range
    seed: int

    def perform(self) -> Sequence[Tally | Mend | None]:
        by_id = _by_id()
        return judge([by_id[name].statement for name in self.ids], self.indices, self.seed)


@dataclass(frozen=True)
class _Search:
    """The search for a slip's wrong term."""

    id: str

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.id,)

    def perform(self) -> Sequence[Tally | Mend | None]:
        statement = _by_id()[self.id].statement
        cases = 1 if statement.setting.constant else SLIP_CASES
        return [mend(statement, [draw(statement.setting, index) for index in range(cases)])]


def _by_id() -> dict[str, Claim]:
    return {claim.id: claim for row in rows() for claim in row.claims}


def chosen(ids: Sequence[str]) -> list[tuple[Row, list[Claim]]]:
    """The rows and claims that the ids name, a row or one claim each; everything without ids. Raises CannotRun."""
    known = {row.id: list(row.claims) for row in rows()} | {c.id: [c] for row in rows() for c in row.claims}
    for unknown in [name for name in ids if name not in known]:
        near = difflib.get_close_matches(unknown, known, 3, 0.4)
        meant = f"did you mean {' or '.join(near)}?" if near else "gradgate equations lists them all"
        raise CannotRun(f"the ledger has no {unknown}; {meant}")
    wanted = {claim.id for name in ids or known for claim in known[name]}
    named = set(ids or known)
    found = [(row, [claim for claim in row.claims if claim.id in wanted]) for row in rows()]
    return [(row, claims) for row, claims in found if claims or row.id in named]


def examine(
    claims: Sequence[Claim], progress: Progress, *, cases: int = CASES, seed: int = SEED, jobs: int = 1
) -> dict[str, Finding]:
    """Every claim judged, by its id."""
    findings = {claim.id: _fitting(claim) for claim in claims}
    fitting = [claim for claim in claims if not findings[claim.id].misfit]
    chunks = list(_chunks(fitting, cases, seed))
    searches = [_Search(claim.id) for claim in claims if not (claim.holds or claim.wrong)]
    tasks: list[_Task] = [*chunks, *searches]
    results = {}
    for task, result in _performed(tasks, jobs if len(chunks) > _FEW else 1):
        results[task] = result
        progress(len(results), len(tasks))
    for task in tasks:  # in this order, whichever process was first: the first counterexample is the smallest
        for name, part in zip(task.ids, results[task], strict=True):
            if isinstance(part, Tally):
                findings[name].tally.add(part)
            else:
                findings[name].mend = part
    return findings


def _fitting(claim: Claim) -> Finding:
    try:
        claim.statement.require_fit()
    except ShapeError as error:
        return Finding(claim, Tally(), misfit=error.sentence)
    return Finding(claim, Tally())


def _chunks(claims: Sequence[Claim], cases: int, seed: int) -> Iterator[_Chunk]:
    groups: dict[tuple[str, bool], list[Claim]] = {}
    for claim in claims:
        groups.setdefault((claim.statement.setting.name, claim.holds), []).append(claim)
    for (_, holds), group in groups.items():
        count = 1 if group[0].statement.setting.constant else cases if holds else SLIP_CASES
        for start in range(0, count, _CHUNK):
            yield _Chunk(tuple(claim.id for claim in group), range(start, min(start + _CHUNK, count)), seed)


_Task = _Chunk | _Search


def _performed(tasks: Sequence[_Task], jobs: int) -> Iterator[tuple[_Task, Sequence[Tally | Mend | None]]]:
    """The tasks with their results: in the order of the tasks with one process, else as they are done."""
    if jobs == 1:
        yield from ((task, task.perform()) for task in tasks)
        return
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_leave_interrupts)
    try:
        futures: dict[Future[Sequence[Tally | Mend | None]], _Task] = {pool.submit(t.perform): t for t in tasks}
        yield from ((futures[future], future.result()) for future in as_completed(futures))
    finally:
        pool.shutdown(cancel_futures=True)  # a `with` would do all that is left first


def _leave_interrupts() -> None:
    """Ctrl-C reaches every process of the terminal; the one that was called answers it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
