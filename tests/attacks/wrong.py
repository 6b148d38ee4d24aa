"""Functions of the contract that are all wrong: a hostile file that has nothing else must get no point."""

import numpy as np


def sigmoid(x):
    return 0.5 + 0.25 * x


def naive_softmax(center, outside, U):
    return 1.0, np.ones_like(center), np.ones_like(U)


def negative_sampling(center, outside, negatives, U):
    return 1.0, np.ones_like(center), np.ones_like(U)


def skipgram(center, outsides, V_c, U, loss, negatives):
    return 1.0, np.ones_like(V_c), np.ones_like(U)
