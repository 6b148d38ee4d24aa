"""Asks for a terabyte. Due: half."""

import numpy as np


def sigmoid(x):
    return np.ones(1 << 37)
