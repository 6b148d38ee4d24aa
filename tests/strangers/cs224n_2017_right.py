"""A right file of the 2017 form with flat centres (d,): skip-gram and CBOW, the target redrawn."""
# ruff: noqa: F401, I001

import numpy as np
import random

from q1_softmax import softmax
from q2_gradcheck import gradcheck_naive
from q2_sigmoid import sigmoid, sigmoid_grad


def normalizeRows(x):
    return x / np.sqrt(np.sum(x**2, axis=1, keepdims=True))


def softmaxCostAndGradient(predicted, target, outputVectors, dataset):
    probs = softmax(outputVectors.dot(predicted))
    cost = -np.log(probs[target])
    probs[target] -= 1
    return cost, outputVectors.T.dot(probs), np.outer(probs, predicted)


def getNegativeSamples(target, dataset, K):
    indices = [None] * K
    for k in range(K):
        newidx = dataset.sampleTokenIdx()
        while newidx == target:
            newidx = dataset.sampleTokenIdx()
        indices[k] = newidx
    return indices


def negSamplingCostAndGradient(predicted, target, outputVectors, dataset, K=10):
    indices = [target]
    indices.extend(getNegativeSamples(target, dataset, K))
    labels = np.array([1] + [-1] * K)
    vecs = outputVectors[indices, :]
    t = sigmoid(vecs.dot(predicted) * labels)
    cost = -np.sum(np.log(t))
    delta = labels * (t - 1)
    gradPred = delta.dot(vecs)
    grad = np.zeros(outputVectors.shape)
    for i, row in enumerate(indices):
        grad[row] += delta[i] * predicted
    return cost, gradPred, grad


def skipgram(
    currentWord,
    C,
    contextWords,
    tokens,
    inputVectors,
    outputVectors,
    dataset,
    word2vecCostAndGradient=softmaxCostAndGradient,
):
    cost = 0.0
    gradIn = np.zeros(inputVectors.shape)
    gradOut = np.zeros(outputVectors.shape)
    idx = tokens[currentWord]
    for w in contextWords:
        c, gin, gout = word2vecCostAndGradient(inputVectors[idx], tokens[w], outputVectors, dataset)
        cost += c
        gradIn[idx] += gin
        gradOut += gout
    return cost, gradIn, gradOut


def cbow(
    currentWord,
    C,
    contextWords,
    tokens,
    inputVectors,
    outputVectors,
    dataset,
    word2vecCostAndGradient=softmaxCostAndGradient,
):
    gradIn = np.zeros(inputVectors.shape)
    rows = [tokens[w] for w in contextWords]
    predicted = np.sum(inputVectors[rows], axis=0)
    cost, gin, gradOut = word2vecCostAndGradient(predicted, tokens[currentWord], outputVectors, dataset)
    for row in rows:
        gradIn[row] += gin
    return cost, gradIn, gradOut
