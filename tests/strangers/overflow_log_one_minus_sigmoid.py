"""Right but fragile: log(1 - sigmoid(x)) overflows from about 37 on."""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def getNegativeSamples(outsideWordIdx, dataset, K):
    negSampleWordIndices = [None] * K
    for k in range(K):
        newidx = dataset.sampleTokenIdx()
        while newidx == outsideWordIdx:
            newidx = dataset.sampleTokenIdx()
        negSampleWordIndices[k] = newidx
    return negSampleWordIndices


def negSamplingLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset, K=10):
    go = np.zeros(outsideVectors.shape)
    p = sigmoid(outsideVectors[outsideWordIdx] @ centerWordVec)
    loss = -np.log(p)
    gc = (p - 1) * outsideVectors[outsideWordIdx]
    go[outsideWordIdx] += (p - 1) * centerWordVec
    for k in getNegativeSamples(outsideWordIdx, dataset, K):
        q = sigmoid(outsideVectors[k] @ centerWordVec)
        loss -= np.log(1 - q)
        gc += q * outsideVectors[k]
        go[k] += q * centerWordVec
    return loss, gc, go
