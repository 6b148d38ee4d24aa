"""What compiled code allocates and computes is seen by the gates of cost, in whatever thread it runs."""

from __future__ import annotations

import sys
from threading import Thread

import numpy as np
import pytest

from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load
from gradgate.costs.counters import peak_bytes
from gradgate.costs.gates import FAILED, PASSED, _flat_memory, measure_alone
from gradgate.costs.items import Item, case_of
from gradgate.costs.pairing import ratios
from gradgate.costs.threads import hold_to_one_thread, threads
from gradgate.interface import NEGATIVE_SAMPLING
from gradgate.places import folder

# A pair of negative sampling in Numba, with room for a mistake that leaves its values alone.
PAIR = """
import numpy as np
from numba import njit

DTYPES = ("float32",)


@njit
def pair(center, rows, U):
    logits = U[rows] @ center
    logits[0] = -logits[0]
    slopes = 1 / (1 + np.exp(-logits))
    slopes[0] = -slopes[0]
    {mistake}
    return np.log1p(np.exp(logits)).sum(), slopes @ U[rows], np.outer(slopes, center)


def negative_sampling(center, outside, negatives, U):
    rows = np.append(outside, negatives)
    loss, grad_center, values = pair(center, rows, U)
    return U.dtype.type(loss), grad_center, (rows, values)
"""


def numba():
    return pytest.importorskip("numba", reason="numba is not installed: pip install 'gradgate[compiled]'")


@pytest.mark.parametrize(("mistake", "due"), [("", PASSED), ("slopes[1] += np.zeros_like(U)[0, 0]", FAILED)])
def test_a_gradient_as_large_as_u_in_compiled_code_turns_the_gate_red(mistake, due, tmp_path):
    numba()
    path = tmp_path / "compiled.py"
    path.write_text(PAIR.format(mistake=mistake), encoding="utf-8")
    status = {finding.gate: finding.status for finding in measure_alone(str(path)).findings}
    assert status.pop("O(K) memory", due) == due  # Linux alone tells
    assert status == {"O(K) time": due, "O(K) bytes": due}


# Right values; the C library's malloc, as a kernel in C would call it, takes a byte a word: nothing that Python counts.
LIBRARY = """
import ctypes

_C = ctypes.CDLL(None)
_C.malloc.restype = ctypes.c_void_p
_C.free.argtypes, _C.memset.argtypes = [ctypes.c_void_p], [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
_right = negative_sampling


def negative_sampling(center, outside, negatives, U):
    block = _C.malloc(len(U))
    _C.memset(block, 1, len(U))
    _C.free(block)
    return _right(center, outside, negatives, U)
"""


@pytest.mark.parametrize(("mistake", "due"), [("", PASSED), (LIBRARY, FAILED)], ids=["right", "a byte a word"])
def test_memory_that_a_library_takes_for_itself_turns_the_gate_red(mistake, due, tmp_path):
    path = tmp_path / "library.py"
    path.write_text((folder("impls") / "numpy_rows.py").read_text(encoding="utf-8") + mistake, encoding="utf-8")
    findings = _flat_memory(InProcess(load(str(path))))
    if not findings:
        pytest.skip("the system does not tell how far a process grows: Linux does")
    assert [finding.status for finding in findings] == [due], findings[0].sentence
    assert peak_bytes(load(str(path)).prepared(case_of(Item(NEGATIVE_SAMPLING, 2**19, K=5, d=8)))) < 2**19


def test_the_peak_of_compiled_code_counts_what_it_allocates():
    @numba().njit
    def call(size):
        first = np.ones(size)
        return (first + 1).sum()

    assert peak_bytes(lambda: call(10**5)) == pytest.approx(16e5, rel=0.01)


def test_work_in_another_thread_is_timed_as_that_of_the_caller():
    """As Numba's threads do, even one of them: by the clock of the thread that waits for them they compute nothing."""

    def spin(rounds):
        for _ in range(rounds):
            pass

    def elsewhere(rounds):
        worker = Thread(target=spin, args=(rounds,))
        worker.start()
        worker.join()

    found = ratios(lambda: spin(200_000), lambda: elsewhere(400_000), 15)
    assert 1.7 < np.median(found) < 2.5


def test_what_is_loaded_is_held_to_one_thread(monkeypatch):
    library = numba()
    before = library.get_num_threads()
    library.set_num_threads(library.config.NUMBA_NUM_THREADS)
    hold_to_one_thread()
    assert threads()["numba"] == 1
    library.set_num_threads(before)
    monkeypatch.delitem(sys.modules, "numba")
    assert "numba" not in threads()
