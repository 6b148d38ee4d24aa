"""Returns what was due for the call before."""

import numpy as np

kept = [np.zeros(())]


def sigmoid(x):
    kept.append(1 / (1 + np.exp(-x)))
    return kept[-2]
