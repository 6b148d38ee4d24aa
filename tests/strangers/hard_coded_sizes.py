"""Wrong: has V=5, d=3 and K=10 written into its code."""

import numpy as np


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


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


def naiveSoftmaxLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset):
    y_hat = softmax(outsideVectors @ centerWordVec)
    loss = -np.log(y_hat[outsideWordIdx])
    y_hat[outsideWordIdx] -= 1
    return loss, outsideVectors.T @ y_hat, y_hat.reshape(5, 1) * centerWordVec.reshape(1, 3)


def negSamplingLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset, K=10):
    go = np.zeros((5, 3))
    p = sigmoid(outsideVectors[outsideWordIdx] @ centerWordVec)
    loss = -np.log(p)
    gc = (p - 1) * outsideVectors[outsideWordIdx]
    go[outsideWordIdx] += (p - 1) * centerWordVec
    for k in getNegativeSamples(outsideWordIdx, dataset, 10):
        q = sigmoid(outsideVectors[k] @ centerWordVec)
        loss -= np.log(1 - q)
        gc += q * outsideVectors[k]
        go[k] += q * centerWordVec
    return loss, gc, go
