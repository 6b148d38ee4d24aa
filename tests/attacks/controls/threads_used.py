"""Computes in a pool of threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

pool = ThreadPoolExecutor(4)
alone = sigmoid


def sigmoid(x):
    halves = np.array_split(np.ravel(x), 2)
    return np.concatenate(list(pool.map(alone, halves))).reshape(np.shape(x))
