"""Returns far more numbers than are due. Due: half."""

import numpy as np


def sigmoid(x):
    return np.zeros((3000, 3000))
