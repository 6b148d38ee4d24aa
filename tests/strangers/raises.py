"""Wrong: raises on every call."""
# ruff: noqa: F401

import numpy as np


def naiveSoftmaxLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset):
    raise NotImplementedError("to be done")


def negSamplingLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset, K=10):
    raise NotImplementedError("to be done")
