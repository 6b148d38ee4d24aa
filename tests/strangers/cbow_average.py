"""Wrong window: CBOW averages the context vectors where the assignment adds them."""

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
    gradIn = np.zeros(inputVectors.shape)
    rows = [tokens[w] for w in contextWords]
    predicted = np.mean(inputVectors[rows], axis=0)
    cost, gin, gradOut = word2vecCostAndGradient(predicted, tokens[currentWord], outputVectors, dataset)
    for row in rows:
        gradIn[row] += gin / len(rows)
    return cost, gradIn, gradOut
