"""A right file of the 2019 form: redraws the target, sums every word of the window."""
# ruff: noqa: I001, NPY002, RET504

import numpy as np
import random

from utils.gradcheck import gradcheck_naive
from utils.utils import normalizeRows, softmax


def sigmoid(x):
    s = 1 / (1 + np.exp(-x))
    return s


def naiveSoftmaxLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset):
    y_hat = softmax(np.dot(outsideVectors, centerWordVec))
    loss = -np.log(y_hat[outsideWordIdx])
    delta = y_hat.copy()
    delta[outsideWordIdx] -= 1
    gradCenterVec = np.dot(outsideVectors.T, delta)
    gradOutsideVecs = np.outer(delta, centerWordVec)
    return loss, gradCenterVec, gradOutsideVecs


def getNegativeSamples(outsideWordIdx, dataset, K):
    negSampleWordIndices = [None] * K
    for k in range(K):
        newidx = dataset.sampleTokenIdx()
        while newidx == outsideWordIdx:
            newidx = dataset.sampleTokenIdx()
        negSampleWordIndices[k] = newidx
    return negSampleWordIndices


def negSamplingLossAndGradient(centerWordVec, outsideWordIdx, outsideVectors, dataset, K=10):
    negSampleWordIndices = getNegativeSamples(outsideWordIdx, dataset, K)

    gradOutsideVecs = np.zeros(outsideVectors.shape)
    p = sigmoid(np.dot(outsideVectors[outsideWordIdx], centerWordVec))
    loss = -np.log(p)
    gradCenterVec = (p - 1) * outsideVectors[outsideWordIdx]
    gradOutsideVecs[outsideWordIdx] += (p - 1) * centerWordVec
    for k in negSampleWordIndices:
        q = sigmoid(-np.dot(outsideVectors[k], centerWordVec))
        loss -= np.log(q)
        gradCenterVec += (1 - q) * outsideVectors[k]
        gradOutsideVecs[k] += (1 - q) * centerWordVec
    return loss, gradCenterVec, gradOutsideVecs


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
    c = word2Ind[currentCenterWord]
    for word in outsideWords:
        value, gc, go = word2vecLossAndGradient(
            centerWordVec=centerWordVectors[c],
            outsideWordIdx=word2Ind[word],
            outsideVectors=outsideVectors,
            dataset=dataset,
        )
        loss += value
        gradCenterVecs[c] += gc
        gradOutsideVectors += go
    return loss, gradCenterVecs, gradOutsideVectors


def test_word2vec():
    gradcheck_naive(lambda vec: vec, normalizeRows(np.random.randn(10, 3)))
    random.seed(31415)


if __name__ == "__main__":
    test_word2vec()
