"""Batched forms that a plug-in lacks: lifted from its single form, checked like any other, and called lifted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gradgate.calling.inprocess import InProcess
from gradgate.calling.lifting import lifted
from gradgate.calling.loading import load
from gradgate.costs.items import Item, case_of, windows
from gradgate.suite.timing import checked_call

STRANGERS = Path(__file__).parent / "strangers"
RIGHT, ASSIGNMENT = STRANGERS / "numpy_two_functions.py", STRANGERS / "cs224n_2019_right.py"
PAIRS = [Item("naive_softmax", 256, B=64), Item("negative_sampling", 256, K=5, B=64)]

# Row-sparse in U, dense in nothing else, and with a loss that is a number of Python's own.
SPARSE = """
import numpy as np

def negative_sampling(center, outside, negatives, U):
    rows = np.append(negatives, outside)
    signs = np.where(np.arange(len(rows)) == len(rows) - 1, 1, -1).astype(U.dtype)
    logits = signs * (U[rows] @ center)
    slopes = -signs / (1 + np.exp(logits))
    loss = float(np.logaddexp(np.zeros((), U.dtype), -logits).sum())
    return loss, slopes @ U[rows], (rows, slopes[:, None] * center)
"""


def in_dtype(item: Item, performer: InProcess) -> Item:
    dtypes = performer.particulars.dtypes
    return item if item.dtype in dtypes else item.in_dtype(dtypes[0])


@pytest.mark.parametrize("item", PAIRS, ids=lambda item: item.function)
def test_a_lifted_form_computes_what_a_batched_one_is_to_compute(item: Item) -> None:
    performer = InProcess(load(str(RIGHT), lift=True))
    losses, grad_centers, grad_U = checked_call(performer, case_of(item))()
    assert losses.shape == (64,)
    assert grad_centers.shape == (64, 100)
    assert grad_U.shape == (256, 100)


@pytest.mark.parametrize("item", windows(), ids=lambda item: item.loss)
def test_the_windows_of_an_assignment_are_lifted_too(item: Item) -> None:
    performer = InProcess(load(str(ASSIGNMENT), lift=True))
    assert "skipgram_batch" in performer.implementation.lifted
    checked_call(performer, case_of(in_dtype(item, performer)))


def test_row_sparse_gradients_stay_row_sparse(tmp_path: Path) -> None:
    path = tmp_path / "sparse.py"
    path.write_text(SPARSE, encoding="utf-8")
    performer = InProcess(load(str(path), lift=True))
    _, _, (rows, values) = checked_call(performer, case_of(PAIRS[1]))()
    assert rows.shape == (64 * 6,)
    assert values.shape == (64 * 6, 100)


def test_dense_and_row_sparse_gradients_add_up(tmp_path: Path) -> None:
    """Which of the two a call returns may depend on its inputs."""
    path = tmp_path / "mixed.py"
    sparse = "return loss, slopes @ U[rows], (rows, slopes[:, None] * center)"
    assert sparse in SPARSE
    either = """dense = np.zeros_like(U)
    np.add.at(dense, rows, slopes[:, None] * center)
    return loss, slopes @ U[rows], (rows, slopes[:, None] * center) if outside % 2 else dense"""
    path.write_text(SPARSE.replace(sparse, either), encoding="utf-8")
    checked_call(InProcess(load(str(path), lift=True)), case_of(PAIRS[1]))


def test_tensors_are_lifted_as_arrays_are(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed: pip install 'gradgate[torch]'")
    path = tmp_path / "tensors.py"
    path.write_text(
        "import torch\n"
        "def asarray(x, dtype, device): return torch.tensor(x, dtype=getattr(torch, dtype))\n"
        "def asnumpy(x): return x.numpy()\n"
        "def naive_softmax(center, outside, U):\n"
        "    logs = torch.log_softmax(U @ center, 0)\n"
        "    slopes = logs.exp()\n"
        "    slopes[outside] -= 1\n"
        "    return -logs[outside], slopes @ U, torch.outer(slopes, center)\n",
        encoding="utf-8",
    )
    checked_call(InProcess(load(str(path), lift=True)), case_of(PAIRS[0]))


def test_a_fault_of_the_single_form_is_a_fault_of_the_lifted_one(tmp_path: Path) -> None:
    path = tmp_path / "wrong.py"
    text = RIGHT.read_text(encoding="utf-8")
    path.write_text(text.replace("return loss, U.T @ probs", "return loss, 1.001 * U.T @ probs"), encoding="utf-8")
    with pytest.raises(AssertionError, match="grad_centers"):
        checked_call(InProcess(load(str(path), lift=True)), case_of(PAIRS[0]))


def test_nothing_is_lifted_that_is_there_or_was_not_asked_for() -> None:
    assert load(str(RIGHT)).lifted == {}
    assert set(lifted(load(str(RIGHT)).module)) == {"naive_softmax_batch", "negative_sampling_batch"}
    for name in ("numpy_dense", "numpy_rows", "pure_python"):
        assert load(name, lift=True).lifted == {}


def test_a_lifted_form_changes_no_result_of_the_single_one() -> None:
    first = np.ones((3, 2))
    kept = first.copy()

    class Module:
        @staticmethod
        def naive_softmax(center, outside, U):
            return np.float64(1), center, first

    lifted(Module)["naive_softmax_batch"](np.zeros((4, 2)), np.zeros(4, int), np.zeros((3, 2)))
    assert np.array_equal(first, kept)
