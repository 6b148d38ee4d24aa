"""A right file of the 2017 form that needs its centre as a column (d, 1) and returns the gradient as one."""

import numpy as np


def softmaxCostAndGradient(predicted, target, outputVectors, dataset):
    D, one = predicted.shape
    scores = np.dot(outputVectors, predicted)
    probs = np.exp(scores - scores.max())
    probs /= probs.sum()
    cost = -np.log(probs[target, 0])
    probs[target, 0] -= 1
    assert probs.shape == (len(outputVectors), one)
    return cost, np.dot(outputVectors.T, probs), np.dot(probs, predicted.T)


def negSamplingCostAndGradient(predicted, target, outputVectors, dataset, K=10):
    D, one = predicted.shape
    indices = [target]
    for _ in range(K):
        newidx = dataset.sampleTokenIdx()
        while newidx == target:
            newidx = dataset.sampleTokenIdx()
        indices.append(newidx)
    labels = np.ones((K + 1, one))
    labels[1:] = -1
    z = 1 / (1 + np.exp(-labels * np.dot(outputVectors[indices], predicted)))
    delta = labels * (z - 1)
    grad = np.zeros(outputVectors.shape)
    for i, row in enumerate(indices):
        grad[row] += delta[i] * predicted[:, 0]
    return -np.sum(np.log(z)), np.dot(outputVectors[indices].T, delta), grad


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
    predicted = inputVectors[idx].reshape(-1, 1)
    for w in contextWords:
        c, gin, gout = word2vecCostAndGradient(predicted, tokens[w], outputVectors, dataset)
        cost += c
        gradIn[idx] += gin[:, 0]
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
    predicted = np.sum(inputVectors[rows], axis=0).reshape(-1, 1)
    cost, gin, gradOut = word2vecCostAndGradient(predicted, tokens[currentWord], outputVectors, dataset)
    for row in rows:
        gradIn[row] += gin.flatten()
    return cost, gradIn, gradOut
