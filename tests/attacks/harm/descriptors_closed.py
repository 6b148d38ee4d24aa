"""Closes every descriptor. Due: half."""

import os


def sigmoid(x):
    os.closerange(0, 100)
    return 0 * x
