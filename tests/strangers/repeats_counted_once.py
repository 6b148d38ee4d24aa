"""Wrong: repeated negatives are counted once, by a fancy index with +=."""

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
    neg = getNegativeSamples(outsideWordIdx, dataset, K)
    p = sigmoid(outsideVectors[outsideWordIdx] @ centerWordVec)
    q = sigmoid(-outsideVectors[neg] @ centerWordVec)
    loss = -np.log(p) - np.sum(np.log(q))
    gradCenterVec = (p - 1) * outsideVectors[outsideWordIdx] + (1 - q) @ outsideVectors[neg]
    gradOutsideVecs = np.zeros(outsideVectors.shape)
    gradOutsideVecs[outsideWordIdx] = (p - 1) * centerWordVec
    gradOutsideVecs[neg] += np.outer(1 - q, centerWordVec)
    return loss, gradCenterVec, gradOutsideVecs
