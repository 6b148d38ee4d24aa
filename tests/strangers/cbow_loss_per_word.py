"""Wrong window: CBOW makes one loss per context word."""

import numpy as np


def softmaxCostAndGradient(predicted, target, outputVectors, dataset):
    z = outputVectors.dot(predicted)
    probs = np.exp(z - z.max()) / np.sum(np.exp(z - z.max()))
    cost = -np.log(probs[target])
    probs[target] -= 1
    return cost, outputVectors.T.dot(probs), np.outer(probs, predicted)


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
    cost = 0
    gradIn = np.zeros(inputVectors.shape)
    gradOut = np.zeros(outputVectors.shape)
    for w in contextWords:
        row = tokens[w]
        c, gin, gout = word2vecCostAndGradient(inputVectors[row], tokens[currentWord], outputVectors, dataset)
        cost += c
        gradIn[row] += gin
        gradOut += gout
    return cost, gradIn, gradOut
