"""Right values at the wrong cost: each call sets up `choice(p=)` over the whole vocabulary, as if it drew the negatives
itself. O(V), not O(K d)."""

import numpy as np

DTYPES = ("float64", "float32")


def negative_sampling(center, outside, negatives, U):
    """Loss, grad_center (d,), and grad_U as (rows, values)."""
    noise = np.full(len(U), 1 / len(U))
    np.random.default_rng(0).choice(len(U), len(negatives), p=noise)
    rows = np.append(outside, negatives)
    signs = np.ones(len(rows), U.dtype)
    signs[1:] = -1
    z = signs * (U[rows] @ center)
    slopes = -signs * np.exp(-np.logaddexp(U.dtype.type(0), z))
    return np.logaddexp(U.dtype.type(0), -z).sum(), slopes @ U[rows], (rows, np.outer(slopes, center))
