"""Right values at the wrong cost: a loop over all words asks of each whether it takes part. O(V), not O(K d)."""

import numpy as np

DTYPES = ("float64", "float32")


def negative_sampling(center, outside, negatives, U):
    """Loss, grad_center (d,), and grad_U as (rows, values)."""
    counts = {}
    for word in negatives.tolist():
        counts[word] = counts.get(word, 0) + 1
    loss, grad_center = np.zeros((), U.dtype), np.zeros_like(center)
    rows, values = [], []
    for word in range(len(U)):
        for sign, count in ((1, int(word == outside)), (-1, counts.get(word, 0))):
            if count:
                z = U.dtype.type(sign) * (U[word] @ center)
                slope = -sign * count * np.exp(-np.logaddexp(U.dtype.type(0), z))
                loss += count * np.logaddexp(U.dtype.type(0), -z)
                grad_center += slope * U[word]
                rows.append(word)
                values.append(slope * center)
    return loss, grad_center, (np.array(rows), np.array(values))
