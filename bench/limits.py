"""How far numba_fused is from what the machine allows, and from PyTorch: ratios of calls that alternate in one process.

`python bench/limits.py` runs it in one thread, `python bench/limits.py 2` both sides in two, with the extras compiled
and torch. Ratios are medians of paired repeats, with
quartiles. Memory is what the process holds at most during a call, its results left out, as Linux counts it."""

import os
import sys

os.environ.update(NUMBA_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
if sys.argv[1:]:
    os.environ.update(NUMBA_NUM_THREADS=sys.argv[1], OMP_NUM_THREADS=sys.argv[1], OPENBLAS_NUM_THREADS=sys.argv[1])

import ctypes
import time
from functools import partial
from pathlib import Path

import numpy as np

from gradgate import load
from gradgate.costs.rivals import rivals

V, d, B, K = 10**5, 100, 1024, 5


def main():
    (peer,) = (path for path in rivals() if path.stem == "torch_cross_entropy")
    fused, rows, torch = (load(spec).module for spec in ("numba_fused", "numpy_rows", str(peer)))
    rng = np.random.default_rng(0)
    U, centers = (rng.standard_normal((n, d), np.float32) / 10 for n in (V, B))
    center, outside, negatives, outsides = centers[0], 3, rng.integers(0, V, K), rng.integers(0, V, B)
    pair = center, outside, negatives, U
    batch = partial(fused.naive_softmax_batch, centers, outsides, U)
    dtypes = ("float32", "int64", "float32")
    tensors = map(partial(torch.asarray, device="cpu"), (centers, outsides, U), dtypes)
    autograd = partial(torch.naive_softmax_batch, *tensors)
    show("naive softmax, B = 1, against U.copy()", partial(fused.naive_softmax, center, outside, U), U.copy)
    show("a pair, K = 5, against numpy_rows", *(repeated(one.negative_sampling, *pair) for one in (fused, rows)))
    show("naive softmax, B = 1024, against its three products", batch, products(U, centers), 9)
    show("  its four products in tiles, against those three", tiles(fused, U, centers), products(U, centers), 9)
    show("F.cross_entropy and autograd, against naive softmax", autograd, batch, 9)
    results = 4 * (B + centers.size + U.size)
    ours, theirs = (working_memory(call, results) for call in (batch, autograd))
    print(
        f"working memory: {ours / 2**20:.1f} MiB, F.cross_entropy {theirs / 2**20:,.0f} MiB: {theirs / ours:.0f} times"
    )


def products(U, centers):
    """The logits and both gradients as bare matrix products, with room for the logits."""
    logits = np.empty((B, V), np.float32)

    def call():
        np.matmul(centers, U.T, out=logits)
        return logits @ U, logits.T @ centers

    return call


def tiles(fused, U, centers):
    """The products that the batch takes, the logits twice, and nothing between them."""
    logits = np.empty((B, fused.TILE), np.float32)

    def call():
        grad_centers, grad_U = np.zeros_like(centers), np.empty_like(U)
        for start in range(0, V, fused.TILE):
            tile = U[start : start + fused.TILE]
            block = logits[:, : len(tile)]
            np.matmul(centers, tile.T, out=block)
            np.matmul(centers, tile.T, out=block)
            grad_centers += block @ tile
            np.matmul(block.T, centers, out=grad_U[start : start + fused.TILE])
        return grad_centers, grad_U

    return call


def working_memory(call, results):
    """Bytes that the process holds at most during the call, beside what it held before and its results."""
    status = Path("/proc/self/status")
    call()
    ctypes.CDLL(None).malloc_trim(0)  # what the C library keeps for later is given back
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = kibibytes(status, "VmRSS")
    kept = call()  # noqa: F841  # its results are in the peak
    return 1024 * (kibibytes(status, "VmHWM") - before) - results


def kibibytes(status, name):
    line = next(line for line in status.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1])


def repeated(function, *arguments):
    """A hundred calls: one is too short for the clock."""
    return lambda: [function(*arguments) for _ in range(100)]


def show(name, call, limit, repeats=41):
    found = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        call()
        middle = time.perf_counter()
        limit()
        found.append((middle - start) / (time.perf_counter() - middle))
    low, median, high = np.quantile(found[1:], (0.25, 0.5, 0.75))  # the first one warms up
    print(f"{name:52} {median:5.2f} times [{low:.2f}, {high:.2f}]")


if __name__ == "__main__":
    main()
