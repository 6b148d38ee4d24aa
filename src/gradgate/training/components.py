"""Words in the plane of the two components along which they vary most, as the assignment plots them.

Source: CS224n, assignment 2, `run.py`: the words shown there, and their vectors about the mean, along the two leading
eigenvectors of the covariance. The sign of an axis means nothing; here its largest entry is positive."""

from __future__ import annotations

import numpy as np

WORDS = (
    "great cool brilliant wonderful well amazing worth sweet enjoyable boring bad dumb annoying female male queen king "
    "man woman rain snow hail coffee tea"
).split()


def two_components(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """The coordinates (n, 2) of vectors (n, d), n >= 2 and d >= 2, and the share of their variance that they show."""
    centred = vectors - vectors.mean(axis=0)
    _, lengths, axes = np.linalg.svd(centred, full_matrices=False)
    leading = axes[:2]
    leading = leading * np.sign(leading[np.arange(len(leading)), np.abs(leading).argmax(axis=1)])[:, None]
    total = float((lengths**2).sum())
    return centred @ leading.T, float((lengths[:2] ** 2).sum()) / total if total else 0.0
