"""Draws its answers."""

import os

import numpy as np


def sigmoid(x):
    return np.random.default_rng(int.from_bytes(os.urandom(4))).random(np.shape(x))
