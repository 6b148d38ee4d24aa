"""The loss of fused.cpp, an extension module made with pybind11. Build it beside this file first:

    c++ -O3 -std=c++17 -fPIC -shared $(python -m pybind11 --includes) fused.cpp -o fused.so

(on macOS with -undefined dynamic_lookup)."""

import fused
import numpy as np

DTYPES = ("float32", "float64")


def negative_sampling(center, outside, negatives, U):
    """center (d,), outside int, negatives (K,) ints, U (V, d). Returns loss, grad_center, grad_U = (rows, values)."""
    losses, grad_centers, grad_U = negative_sampling_batch(center[None], [outside], negatives, U)
    return losses[0], grad_centers[0], grad_U


def negative_sampling_batch(centers, outsides, negatives, U):
    """centers (B, d), outsides (B,), negatives (B, K) or (K,) for all. Returns losses, grad_centers, (rows, values)."""
    rows = np.empty((len(outsides), 1 + negatives.shape[-1]), np.int64)
    rows[:, 0], rows[:, 1:] = outsides, negatives
    wrong = rows[(rows < 0) | (rows >= len(U))]
    if wrong.size:
        raise IndexError(f"outsides and negatives: got row {wrong[0]}, expected 0 <= row < {len(U)}")
    losses, grad_centers, values = fused.negative_sampling(np.ascontiguousarray(centers), rows, np.ascontiguousarray(U))
    return losses, grad_centers, (rows.ravel(), values)
