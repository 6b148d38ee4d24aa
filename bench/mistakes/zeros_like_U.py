"""Right values at the wrong cost: a gradient as large as U, of which K + 1 rows are not zero. O(V d), not O(K d)."""

import numpy as np

DTYPES = ("float64", "float32")


def negative_sampling(center, outside, negatives, U):
    """Loss, grad_center (d,), and a dense grad_U (V, d)."""
    rows = np.append(outside, negatives)
    signs = np.ones(len(rows), U.dtype)
    signs[1:] = -1
    z = signs * (U[rows] @ center)
    slopes = -signs * np.exp(-np.logaddexp(U.dtype.type(0), z))
    grad_U = np.zeros_like(U)
    np.add.at(grad_U, rows, np.outer(slopes, center))
    return np.logaddexp(U.dtype.type(0), -z).sum(), slopes @ U[rows], grad_U
