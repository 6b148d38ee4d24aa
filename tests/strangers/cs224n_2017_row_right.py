"""A right file of the 2017 form that needs its centre as a row (1, d) and returns (1, d) and a cost of shape (1, 1)."""
# ruff: noqa: I001

import numpy as np

from q1_softmax import softmax
from q2_sigmoid import sigmoid


def softmaxCostAndGradient(predicted, target, outputVectors, dataset):
    V, D = outputVectors.shape
    n, D2 = predicted.shape
    probs = softmax(predicted.dot(outputVectors.T))
    cost = -np.log(probs[:, [target]])
    probs[0, target] -= 1
    return cost, probs.dot(outputVectors), probs.T.dot(predicted)


def negSamplingCostAndGradient(predicted, target, outputVectors, dataset, K=10):
    rows = [dataset.sampleTokenIdx() for _ in range(K)]
    grad = np.zeros_like(outputVectors)
    z = sigmoid(np.dot(predicted, outputVectors[[target]].T))
    cost = -np.log(z)
    gradPred = (z - 1) * outputVectors[[target]]
    grad[[target]] += (z - 1) * predicted
    for k in rows:
        z = sigmoid(-np.dot(predicted, outputVectors[[k]].T))
        cost -= np.log(z)
        gradPred += (1 - z) * outputVectors[[k]]
        grad[[k]] += (1 - z) * predicted
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
        c, gin, gout = word2vecCostAndGradient(inputVectors[[idx]], tokens[w], outputVectors, dataset)
        cost += c[0, 0]
        gradIn[idx] += gin[0]
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
    predicted = np.sum(inputVectors[rows], axis=0, keepdims=True)
    cost, gin, gradOut = word2vecCostAndGradient(predicted, tokens[currentWord], outputVectors, dataset)
    np.add.at(gradIn, rows, gin[0])
    return cost, gradIn, gradOut
