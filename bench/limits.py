"""How far numba_fused is from what the machine allows: ratios of calls that alternate in one thread of one process.

`python bench/limits.py` runs it, with the extra compiled. Ratios are medians of paired repeats, with quartiles."""

import os

os.environ.update(NUMBA_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import time
from functools import partial

import numpy as np

from gradgate import load

V, d, B, K = 10**5, 100, 1024, 5


def main():
    fused, rows = (load(name).module for name in ("numba_fused", "numpy_rows"))
    rng = np.random.default_rng(0)
    U, centers = (rng.standard_normal((n, d), np.float32) / 10 for n in (V, B))
    center, outside, negatives = centers[0], 3, rng.integers(0, V, K)
    batch = centers, rng.integers(0, V, B), U
    show("naive softmax, B = 1, against U.copy()", partial(fused.naive_softmax, center, outside, U), U.copy)
    pair = center, outside, negatives, U
    show("a pair, K = 5, against numpy_rows", *(repeated(one.negative_sampling, *pair) for one in (fused, rows)))
    show(
        "naive softmax, B = 1024, against its three products",
        partial(fused.naive_softmax_batch, *batch),
        products(U, centers),
        5,
    )


def products(U, centers):
    """The logits and both gradients as bare matrix products, with room for the logits."""
    logits = np.empty((B, V), np.float32)

    def call():
        np.matmul(centers, U.T, out=logits)
        return logits @ U, logits.T @ centers

    return call


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
