"""Right by its convention: a negative equal to the target is used (keep)."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def negSamplingLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset, K=10):
    go = np.zeros(outsideVectors.shape)
    p = sigmoid(outsideVectors[outsideWordIdx] @ centerWordVec)
    loss = -np.log(p)
    gc = (p - 1) * outsideVectors[outsideWordIdx]
    go[outsideWordIdx] += (p - 1) * centerWordVec
    for k in [dataset.sampleTokenIdx() for _ in range(K)]:
        q = sigmoid(outsideVectors[k] @ centerWordVec)
        loss -= np.log(1 - q)
        gc += q * outsideVectors[k]
        go[k] += q * centerWordVec
    return loss, gc, go
