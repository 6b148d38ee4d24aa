"""Right functions in plain source: they take the place of a submission's own wrong ones, in its process.

Each is whole in itself, and none holds more than what it stands for: it is run beside a submission."""

# each carries its import, as it is sent alone

from __future__ import annotations

import inspect

from gradgate.grading.spelling import their_function


def sigmoid(x):
    import numpy as np

    decay = np.exp(-np.abs(x))
    return np.where(np.asarray(x) >= 0, 1 / (1 + decay), decay / (1 + decay))[()]


def softmax(logits):
    import numpy as np

    shifted = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def naive_softmax(center, outside, U):
    import numpy as np

    logits = U @ center
    logits = logits - logits.max()
    weights = np.exp(logits)
    slopes = weights / weights.sum()
    slopes[outside] -= 1
    return np.log(weights.sum()) - logits[outside], U.T @ slopes, np.outer(slopes, center)


def negative_sampling(center, outside, negatives, U):
    import numpy as np

    rows = np.array([outside, *negatives])
    signs = np.where(np.arange(len(rows)) == 0, -1.0, 1.0)
    logits = signs * (U[rows] @ center)
    decay = np.exp(-np.abs(logits))
    slopes = signs * np.where(logits >= 0, 1 / (1 + decay), decay / (1 + decay))
    grad_U = np.zeros_like(U)
    np.add.at(grad_U, rows, np.outer(slopes, center))
    return (np.maximum(logits, 0) + np.log1p(decay)).sum(), slopes @ U[rows], grad_U


SOURCES = {f.__name__: inspect.getsource(f) for f in (sigmoid, softmax, naive_softmax, negative_sampling)}
"""The text of each, by the function's name."""

# in the form of the assignments, where the samples come from the dataset
_ASSIGNED = {
    "naive_softmax": """
def {name}(center, outside, U, dataset):
    return naive_softmax(center, outside, U)
""",
    "negative_sampling": """
def {name}(center, outside, U, dataset, K=10):
    return negative_sampling(center, outside, [dataset.sampleTokenIdx() for _ in range(K)], U)
""",
}


def right_source(form: str, function: str) -> tuple[str, str]:
    """The name that files of the form call the function by, and the source of a right one of that name."""
    name, text = their_function(form, function), SOURCES[function]
    return name, text if name == function else text + _ASSIGNED[function].format(name=name)
