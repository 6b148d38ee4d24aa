"""Arrays that processes map by name, and calls whose dense gradients stay in the worker."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gradgate.calling.calls import MAPPED, Call, checksum
from gradgate.calling.host import Worker
from gradgate.calling.loading import resolve
from gradgate.calling.sharing import SharedArray, attach, is_untouched, private_copy, share
from gradgate.case import Case
from gradgate.errors import CannotRun

V, d = 3000, 4
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which pages were written to")
LOSSES = """
import numpy as np

def naive_softmax(center, outside, U):
    probs = np.exp(U @ center)
    loss = np.log(probs.sum()) - np.log(probs[outside])
    probs /= probs.sum()
    probs[outside] -= 1
    {spoil}
    return loss, U.T @ probs, np.outer(probs, center)
"""


@pytest.fixture
def U() -> SharedArray:
    shared = share((V, d), np.float64)
    shared[...] = np.random.default_rng(0).normal(size=(V, d))
    return shared


def case_of(U: SharedArray) -> Case:
    return Case("naive_softmax", "float64", {"center": np.ones(d), "outside": 3, "U": U}, "normal", 0, 0)


@pytest.fixture
def worker(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Worker]:
    path = tmp_path / "losses.py"
    path.write_text(LOSSES.format(spoil=getattr(request, "param", "pass")), encoding="utf-8")
    with Worker(resolve(str(path)), seed=0, time_limit=20.0) as started:
        yield started


def test_an_array_that_is_attached_is_the_same_memory(U):
    other = attach(U.name, U.shape, U.dtype)
    U[7, 1] = 42.0
    assert np.array_equal(other, U)
    assert not other.flags.writeable


def test_what_is_written_to_a_private_copy_stays_there(U):
    copy = private_copy(U)
    before = U[5].copy()
    copy[5] = 0.0
    assert np.array_equal(U[5], before)
    assert not copy[5].any()


@linux
def test_a_single_write_to_a_private_copy_is_known(U):
    copy = private_copy(U)
    assert copy.sum() == U.sum()
    assert is_untouched(copy)
    copy[-1, -1] = copy[-1, -1]
    assert not is_untouched(copy)


@linux
def test_ordinary_memory_is_not_known_to_be_untouched():
    assert not is_untouched(np.ones((V, d)))


def test_a_part_or_a_copy_has_no_name(U):
    assert U.name
    assert [part.name for part in (U[1:], U.T, U.copy(), U[[1, 2]])] == [""] * 4


def test_the_memory_is_given_back(U):
    name = U.name
    shared = share((V, d), np.float64)
    other = shared.name
    del shared
    gc.collect()
    assert Path(name).exists()
    assert not Path(other).exists()


def test_a_held_gradient_comes_block_by_block(worker, U):
    outcome, held = worker.hold(Call("base", case_of(U), MAPPED))
    [whole] = worker.perform([Call("base", case_of(np.array(U)))])
    parts = [slice(0, 1000), slice(1000, 2999), slice(2999, V)]
    blocks = [block.copy() for block in worker.rows("grad_U", d, parts)]
    assert [len(block) for block in blocks] == [1000, 1999, 1]
    assert np.array_equal(np.concatenate(blocks), whole.results["grad_U"].values)
    assert held["grad_U"].checksum == checksum(whole.results["grad_U"].values)
    assert outcome.results["loss"].same_bytes(whole.results["loss"])
    assert not outcome.changed
    assert outcome.seconds > 0


def test_a_second_reading_does_not_see_the_first_one_s_window(worker, U):
    worker.hold(Call("base", case_of(U), MAPPED))
    first, second = ([block.copy() for block in worker.rows("grad_U", d, [slice(0, V)])] for _ in range(2))
    assert first[0].any()
    assert np.array_equal(first[0], second[0])


@pytest.mark.parametrize("worker", ["U[V_LAST] += 1".replace("V_LAST", str(V - 1)), "U = U * 1.0"], indirect=True)
def test_a_write_to_a_mapped_input_is_seen_and_reaches_nobody_else(worker, U, request):
    before = U.copy()
    outcome, _ = worker.hold(Call("base", case_of(U), MAPPED))
    writes = "+=" in request.node.callspec.params["worker"]
    assert outcome.changed == (("U",) if writes else ())
    assert np.array_equal(U, before)


def test_rows_of_nothing_are_a_failure_of_the_harness(worker, U):
    worker.hold(Call("base", case_of(U), MAPPED))
    worker.release()
    with pytest.raises(CannotRun):
        [*worker.rows("grad_U", d, [slice(0, 1)])]


@pytest.mark.parametrize("worker", ["raise KeyError('word')", "import os; os._exit(3)"], indirect=True)
def test_a_call_that_gives_nothing_holds_nothing(worker, U):
    outcome, held = worker.hold(Call("base", case_of(U), MAPPED))
    assert outcome.fault
    assert held == {}
