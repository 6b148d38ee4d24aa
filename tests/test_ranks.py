"""Implementations that are several processes: judged as one, and a rank that goes wrong alone is found and named."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gradgate import load
from gradgate.calling.calls import Call, Outcome
from gradgate.calling.host import Worker
from gradgate.calling.inprocess import Performer
from gradgate.calling.loading import Source
from gradgate.draws import generated
from gradgate.errors import Broken, CannotRun
from gradgate.examining.examination import Examination, plan_case
from gradgate.plugin.subjects import Subjects, Unloadable
from gradgate.witness import Witness

GENEROUS = 60.0  # seconds; no test waits for it unless something is wrong

# Each rank holds all of U, and exchanges nothing: what is tried here is what the harness does with several.
RIGHT = """
    import os, time
    import numpy as np
    RANKS = 2
    RANK = int(os.environ.get("RANK", "0"))

    def shard(n):
        return n * RANK // RANKS, n * (RANK + 1) // RANKS

    def own(matrix):
        return matrix[slice(*shard(len(matrix)))]

    class Matrix:
        def __init__(self, whole):
            self.whole = whole

    def asarray(x, dtype, device):
        return Matrix(np.array(x)) if x.ndim == 2 else np.array(x)

    def asnumpy(x):
        return own(x.whole) if isinstance(x, Matrix) else x

    def naive_softmax(center, outside, U):
        U = U.whole
        if not 0 <= outside < len(U):
            raise IndexError(f"outside: got row {outside}, expected 0 <= row < {len(U)}")
        shifted = U @ center - (U @ center).max()
        residual = np.exp(shifted)
        loss = np.log(residual.sum()) - shifted[outside]
        residual /= residual.sum()
        residual[outside] -= 1
        grad_center = residual @ U
        # here
        return loss, grad_center, own(residual[:, None] * center)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """A worker on RIGHT with a line of it replaced: in all ranks, or after `if RANK == 1:` in one of them."""
    started: list[Worker] = []

    def worker(old: str = "", new: str = "") -> Worker:
        text = textwrap.dedent(RIGHT)
        assert old in text
        path = tmp_path / "several.py"
        path.write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")
        started.append(Worker(Source(path.name, "file", str(path)), 0, GENEROUS, wait=False))
        started[-1].ready()
        return started[-1]

    yield worker
    for each in started:
        each.close()


def examined(performer: Performer, function: str, dtype: str, cases: int) -> Examination:
    found = Examination(function, dtype, performer.particulars, performer.perform, shipped=True, tier="default")
    for index in range(cases):
        witness = Witness(generated(function, dtype, seed=3, index=index), found.arithmetic)
        found.put(witness, plan_case(witness), {})
    found.conclude()
    return found


def one_call(worker: Worker) -> Outcome:
    [outcome] = worker.perform([Call("base", generated("naive_softmax", "float64", seed=3, index=0))])
    return outcome


def test_two_ranks_are_judged_as_one(start: Callable[..., Worker]) -> None:
    found = examined(start(), "naive_softmax", "float64", 8)
    assert found.verdict == "verified", found.sentence


def test_a_fault_in_one_rank_only_is_refuted(start: Callable[..., Worker]) -> None:
    worker = start("    # here", "    residual *= 1.0001 if RANK == 1 else 1")
    assert examined(worker, "naive_softmax", "float64", 8).verdict == "refuted"


def test_a_rank_that_leaves_its_rows_out_is_refuted(start: Callable[..., Worker]) -> None:
    worker = start("    # here", "    residual *= RANK != 1")
    assert examined(worker, "naive_softmax", "float64", 8).verdict == "refuted"


def test_ranks_that_return_different_losses_give_no_result(start: Callable[..., Worker]) -> None:
    outcome = one_call(start("    # here", "    loss += RANK * np.spacing(loss)"))
    assert (outcome.fault_kind, outcome.fault) == ("malformed", "the ranks do not agree on loss")


def test_a_rank_that_writes_to_its_input_is_told_of(start: Callable[..., Worker]) -> None:
    assert one_call(start("    # here", "    own(U)[...] += RANK")).changed == ("U",)


@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_rank_that_dies_is_named_and_nobody_waits_for_it(start: Callable[..., Worker], end: str) -> None:
    worker = start("    # here", f"    {end} if RANK == 1 else time.sleep(2 * {GENEROUS})")
    before = time.monotonic()
    for _ in range(2):  # the second time all ranks are started again
        outcome = one_call(worker)
        assert outcome.fault_kind == "died"
        assert outcome.fault.startswith("rank 1 of 2: ")
    assert time.monotonic() - before < GENEROUS  # what one answer may take


def test_an_exception_names_its_rank(start: Callable[..., Worker]) -> None:
    outcome = one_call(start("    # here", "    1 // (1 - RANK)"))
    assert outcome.fault_kind == "raised"
    assert outcome.fault.startswith("rank 1 of 2: ZeroDivisionError")


@pytest.mark.parametrize("end", ["os._exit(0)", "1 / 0"])
def test_a_rank_that_does_not_load_is_named(start: Callable[..., Worker], end: str) -> None:
    with pytest.raises(Broken, match=r"several\.py, rank 1 of 2: "):
        start("\ndef shard", f"\n{end} if 'RANK' in os.environ and RANK == 1 else None\ndef shard")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("RANKS = 2", "RANKS = 0", "RANKS is 0; it is the number of processes, 1 or more"),
        ("def shard", "def shared", "RANKS needs shard"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(
    start: Callable[..., Worker], old: str, new: str, sentence: str
) -> None:
    with pytest.raises(Broken, match=sentence):
        start(old, new)


def test_several_processes_are_not_called_in_one(tmp_path: Path) -> None:
    path = tmp_path / "several.py"
    path.write_text(textwrap.dedent(RIGHT), encoding="utf-8")
    with pytest.raises(CannotRun, match="is 2 processes"):
        load(str(path))
    for_benchmarks = Subjects([str(path)], "cpu", 0, GENEROUS, lift=True)
    try:
        with pytest.raises(CannotRun, match="is 2 processes"):
            for_benchmarks.load_named()
    finally:
        for_benchmarks.close()


@pytest.mark.parametrize(("ranks", "dtype"), [(2, "float64"), (4, "float32")])
def test_the_losses_over_several_ranks_are_verified(monkeypatch: pytest.MonkeyPatch, ranks: int, dtype: str) -> None:
    pytest.importorskip("torch", reason="not run: torch_ranks needs torch, which is not installed")
    monkeypatch.setenv("WORLD_SIZE", str(ranks))
    subjects = Subjects(["torch_ranks"], "cpu", 0, GENEROUS)
    try:
        subjects.load_named()
        [performer] = subjects.named.values()
        assert not isinstance(performer, Unloadable), performer
        assert performer.particulars.ranks == ranks
        for function in performer.offers:
            assert examined(performer, function, dtype, 3).verdict == "verified", function
    finally:
        subjects.close()
