"""Wrong window: only the gradients of the last word are returned."""

import numpy as np


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


def naiveSoftmaxLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset):
    y_hat = softmax(outsideVectors @ centerWordVec)
    loss = -np.log(y_hat[outsideWordIdx])
    y_hat[outsideWordIdx] -= 1
    return loss, outsideVectors.T @ y_hat, np.outer(y_hat, centerWordVec)


def skipgram(
    currentCenterWord,
    windowSize,
    outsideWords,
    word2Ind,
    centerWordVectors,
    outsideVectors,
    dataset,
    word2vecLossAndGradient=naiveSoftmaxLossAndGradient,
):
    loss = 0.0
    gradCenterVecs = np.zeros(centerWordVectors.shape)
    gradOutsideVectors = np.zeros(outsideVectors.shape)
    center = word2Ind[currentCenterWord]
    for word in outsideWords:
        value, gc, go = word2vecLossAndGradient(centerWordVectors[center], word2Ind[word], outsideVectors, dataset)
        loss += value
        gradCenterVecs[center] = gc
        gradOutsideVectors = go
    return loss, gradCenterVecs, gradOutsideVectors
