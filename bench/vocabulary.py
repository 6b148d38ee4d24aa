"""Negative sampling of one pair as the vocabulary grows: seconds from V = 10^2 to 10^6, and bytes up to 10^7.

`python bench/vocabulary.py [SPEC...]` (numpy_rows, torch_rows and numba_fused). Prints the exponent of V with its 95 %
interval, from calls of all sizes in turn, in CPU time; then what a call holds, as Python's and torch's counters see it,
and what the process grows by, whoever takes it. `--largest 1000000` for a machine that has no 10 GB to spare."""

import argparse
import os
from itertools import cycle

os.environ.update(NUMBA_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np

from gradgate import load
from gradgate.costs.counters import peak_bytes
from gradgate.costs.fits import exponent
from gradgate.costs.pairing import calls_a_sample, time_calls
from gradgate.costs.resident import resident_growth
from gradgate.costs.units import seconds, size

SIZES, LARGEST = (10**2, 10**3, 10**4, 10**5, 10**6), 10**7
D, K, DRAWS, ROUNDS = 100, 5, 2**15, 60


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("specs", nargs="*", default=["numpy_rows", "torch_rows", "numba_fused"], metavar="SPEC")
    parser.add_argument("--largest", type=int, default=LARGEST, metavar="V", help="for the bytes (10,000,000)")
    options = parser.parse_args()
    for spec in options.specs:
        module = load(spec).module
        show_time(spec, {V: call_of(module, V) for V in SIZES})
        for V in (SIZES[0], options.largest):
            show_bytes(V, call_of(module, V))


def call_of(module, V):
    """A call on a U of normal numbers, a block of them repeated: to draw 10^9 takes longer than all else.

    Each call has other negatives, from all over U: a large one does not fit into the caches.
    """
    rng = np.random.default_rng(V)
    block = rng.standard_normal((min(V, 10**5), D), np.float32) / 10
    U = np.empty((V, D), np.float32)
    for start in range(0, V, len(block)):
        U[start : start + len(block)] = block[: V - start]
    own = getattr(module, "asarray", lambda x, dtype, device: x)
    center, U = (own(x, "float32", "cpu") for x in (block[0].copy(), U))
    draws = cycle([own(negatives, "int64", "cpu") for negatives in rng.integers(0, V, (DRAWS, K))])
    return lambda: module.negative_sampling(center, 1, next(draws), U)


def show_time(spec, calls):
    counts = {V: calls_a_sample(call) for V, call in calls.items()}
    found = {V: [] for V in calls}
    for _ in range(ROUNDS):
        for V, call in calls.items():
            found[V] += time_calls(call, counts[V], 1)
    fit = exponent(found)
    times = ", ".join(f"{seconds(float(np.median(samples)))} at V = {V:,}" for V, samples in found.items())
    print(f"{spec}: time grows as V^{fit.value:z.3f} [{fit.low:z.3f}, {fit.high:z.3f}]: {times}")


def show_bytes(V, call):
    grown = resident_growth(call)
    known = "unknown" if grown is None else size(grown)
    print(f"  V = {V:,}, U of {size(4 * V * D)}: a call holds {peak_bytes(call):,} bytes; the process grows by {known}")


if __name__ == "__main__":
    main()
