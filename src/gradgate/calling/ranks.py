"""An implementation that is several processes: each rank loads it for itself and holds its share of the matrices.

Every rank gets every call. What each returns of a matrix's gradient are its own rows, which are put together; of
anything else all ranks must return the same bits. The ranks find each other as torchrun's do: RANK, WORLD_SIZE,
MASTER_ADDR and MASTER_PORT are in their environment."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

import numpy as np

from gradgate.calling.calls import Call, Outcome, Result
from gradgate.calling.host import RANK, Worker
from gradgate.calling.loading import Source
from gradgate.errors import Broken, CannotRun
from gradgate.interface import is_matrix_gradient

_A_DAY = 86_400.0  # seconds
_GRAVEST_FIRST = ("died", "malformed", "refuted", "raised", "not posed")


class Ranks:
    """The ranks of one implementation, with the face of a single one: `perform` and `remarks`.

    They are started together, and where one of them ends the others are ended too: they would wait for it for ever. No
    call has a limit here: who started this process holds the deadline, and the ranks end with it.
    """

    def __init__(self, source: Source, seed: int, count: int) -> None:
        """Waits until every rank has loaded the source. Raises Broken where one cannot, CannotRun without a port."""
        self.remarks: list[str] = []
        self._together = ThreadPoolExecutor(count)
        address = {"WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port())}
        self._workers = [
            Worker(source, seed, _A_DAY, environment={**address, RANK: str(rank)}, wait=False) for rank in range(count)
        ]
        if fault := merged(self._on_all(_load)).fault:
            raise Broken(f"{source.name}, {fault}")

    def perform(self, call: Call, device: str = "cpu") -> Outcome:
        """The call on every rank, and their outcomes as one."""

        def act(worker: Worker) -> Outcome:
            worker.device = device
            [outcome] = worker.perform([call])
            return outcome

        outcome = merged(self._on_all(act))
        self.remarks = sorted({remark for worker in self._workers for remark in worker.remarks})
        return outcome

    def reseed(self, seed: int) -> None:
        for worker in self._workers:
            worker.reseed(seed)

    def _on_all(self, act: Callable[[Worker], Outcome]) -> dict[int, Outcome]:
        """What came of the act on each rank, in the order in which they came."""
        asked = {self._together.submit(act, worker): rank for rank, worker in enumerate(self._workers)}
        found: dict[int, Outcome] = {}
        for done in as_completed(asked):
            found[asked[done]] = done.result()
            if done.result().fault_kind == "died":
                for worker in self._workers:
                    worker.close()
        return found


def merged(found: Mapping[int, Outcome]) -> Outcome:
    """What the ranks gave as one outcome: the gravest fault, of equal ones the first, or their rows put together."""
    if any(outcome.fault_kind for outcome in found.values()):
        faulty = [rank for rank in found if found[rank].fault_kind]
        first = min(faulty, key=lambda rank: _GRAVEST_FIRST.index(found[rank].fault_kind))
        return replace(found[first], fault=f"rank {first} of {len(found)}: {found[first].fault}")
    outcomes, results = [found[rank] for rank in sorted(found)], {}
    for quantity in outcomes[0].results:
        shares = [outcome.results[quantity] for outcome in outcomes]
        if is_matrix_gradient(quantity):
            results[quantity] = _together(shares)
        elif all(share.same_bytes(shares[0]) for share in shares):
            results[quantity] = shares[0]
        else:
            return Outcome(fault=f"the ranks do not agree on {quantity}", fault_kind="malformed")
    return Outcome(
        results,
        changed=tuple(sorted({name for outcome in outcomes for name in outcome.changed})),
        overwritten=tuple(sorted({name for outcome in outcomes for name in outcome.overwritten})),
        seconds=max(outcome.seconds for outcome in outcomes),
    )


def _load(worker: Worker) -> Outcome:
    try:
        worker.ready()
    except (Broken, CannotRun) as error:
        return Outcome(fault=str(error), fault_kind="died")
    return Outcome()


def _together(shares: Sequence[Result]) -> Result:
    """Row-sparse shares, one behind the other; rows that several ranks return add up."""
    rows = [np.arange(len(share.values)) if share.rows is None else share.rows for share in shares]
    return replace(shares[0], values=np.concatenate([share.values for share in shares]), rows=np.concatenate(rows))


def _free_port() -> int:
    """A port that was free a moment ago. Raises CannotRun where this machine gives none."""
    try:
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            return int(trial.getsockname()[1])
    except OSError as error:
        raise CannotRun(f"the ranks need a port of this machine to find each other: {error}") from error
