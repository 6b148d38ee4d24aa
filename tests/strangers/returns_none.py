"""Wrong: unfinished, returns nothing."""
# ruff: noqa: F401, RET504

import numpy as np


def naiveSoftmaxLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset):
    loss = None
    ### YOUR CODE HERE
    return loss
