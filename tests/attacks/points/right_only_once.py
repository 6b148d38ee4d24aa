"""Right when it is called for the first time, and never again."""

import numpy as np

calls = []


def sigmoid(x):
    calls.append(1)
    return 1 / (1 + np.exp(-x)) + (len(calls) > 1)
