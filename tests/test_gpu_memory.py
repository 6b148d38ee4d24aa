"""What gpu_softmax allocates at a size that needs a device, counted on tensors without numbers (torch's meta)."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import pytest

from gradgate import load

pytest.importorskip("triton", reason="not run: the kernels need triton: pip install 'gradgate[gpu]'")
torch = pytest.importorskip("torch", reason="torch is an optional backend")
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402  # after the skip
from torch.utils._pytree import tree_leaves  # noqa: E402

V, d, B = 131_072, 1024, 8192


class Counting(TorchDispatchMode):
    """The bytes of the storages that live, and the most there ever were."""

    def __init__(self, *held: Any) -> None:
        super().__init__()
        self.live = self.peak = 0
        self._known: set[int] = {tensor.untyped_storage()._cdata for tensor in held}

    def __torch_dispatch__(self, function: Callable, types: Any, arguments: Any = (), options: Any = None) -> Any:
        found = function(*arguments, **(options or {}))
        for tensor in tree_leaves(found):
            if isinstance(tensor, torch.Tensor):
                self._note(tensor.untyped_storage())
        return found

    def _note(self, storage: Any) -> None:
        if storage._cdata not in self._known:
            self._known.add(storage._cdata)
            self.live += storage.nbytes()
            self.peak = max(self.peak, self.live)
            weakref.finalize(storage, self._forget, storage._cdata, storage.nbytes())

    def _forget(self, key: int, size: int) -> None:
        self._known.discard(key)
        self.live -= size


class NoKernel:
    """In the place of a kernel, which allocates nothing and, without numbers, has nothing to do."""

    def __getitem__(self, grid: Any) -> Callable[..., None]:
        return lambda *_, **__: None


def share(module: Any, dtype: str) -> float:
    """The most that is allocated at a time, inputs included, over inputs and results."""
    kind = getattr(torch, dtype)
    U, centers = (torch.empty(n, d, dtype=kind, device="meta") for n in (V, B))
    outsides = torch.empty(B, dtype=torch.int64, device="meta")
    with Counting(U, centers, outsides) as counted:
        results = module.naive_softmax_batch(centers, outsides, U)
    given, returned = (sum(x.nbytes for x in group) for group in ((U, centers, outsides), results))
    assert counted.live >= returned
    return (given + counted.peak) / (given + returned)


@pytest.fixture
def softmax(monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    module = load("gpu_softmax").module
    for kernel in ("_normalize", "_residuals"):
        monkeypatch.setattr(module, kernel, NoKernel())
    monkeypatch.setattr(module, "_check_rows", lambda *_: None)
    return module


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_naive_softmax_takes_less_than_a_fifth_beside_inputs_and_gradients(softmax, dtype):
    assert share(softmax, dtype) <= 1.2


def test_residuals_for_more_words_at_a_time_take_more(softmax, monkeypatch):
    monkeypatch.setattr(softmax, "TILE", 8192)
    assert share(softmax, "bfloat16") > 1.2
