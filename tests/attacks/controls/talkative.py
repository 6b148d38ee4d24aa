"""Prints and warns at every step."""

import logging
import sys
import warnings

import numpy as np

logging.basicConfig(level=logging.DEBUG)
quiet = sigmoid


def sigmoid(x):
    print("sigmoid of", np.shape(x), "" * 100)
    print("to the other stream ✓", file=sys.stderr)
    logging.info("called")
    warnings.warn("be careful", stacklevel=2)
    return quiet(x)
