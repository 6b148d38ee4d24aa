"""Right values at the wrong cost: the scores of all words are computed, and K + 1 of them used. O(V d), not O(K d)."""

import numpy as np

DTYPES = ("float64", "float32")


def negative_sampling(center, outside, negatives, U):
    """Loss, grad_center (d,), and grad_U as (rows, values)."""
    scores = U @ center
    rows = np.append(outside, negatives)
    signs = np.ones(len(rows), U.dtype)
    signs[1:] = -1
    z = signs * scores[rows]
    slopes = -signs * np.exp(-np.logaddexp(U.dtype.type(0), z))
    return np.logaddexp(U.dtype.type(0), -z).sum(), slopes @ U[rows], (rows, np.outer(slopes, center))
