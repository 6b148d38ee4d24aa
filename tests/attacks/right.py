"""Right functions of the contract, which a hostile file brings along: what it then does must not cost them more than
the parts that it spoils."""

import numpy as np


def sigmoid(x):
    decay = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, decay) / (1 + decay)


def naive_softmax(center, outside, U):
    logits = U @ center
    logits = logits - logits.max()
    total = np.exp(logits).sum()
    slopes = np.exp(logits) / total
    slopes[outside] -= 1
    return np.log(total) - logits[outside], U.T @ slopes, np.outer(slopes, center)


def negative_sampling(center, outside, negatives, U):
    rows = np.append(outside, negatives).astype(int)
    signs = np.append(-1.0, np.ones(len(negatives)))
    logits = signs * (U[rows] @ center)
    decay = np.exp(-np.abs(logits))
    slopes = signs * np.where(logits >= 0, 1, decay) / (1 + decay)
    grad_U = np.zeros_like(U)
    np.add.at(grad_U, rows, np.outer(slopes, center))
    return np.logaddexp(0, logits).sum(), slopes @ U[rows], grad_U


def skipgram(center, outsides, V_c, U, loss, negatives):
    total, grad_V_c, grad_U = 0.0, np.zeros_like(V_c), np.zeros_like(U)
    for position, outside in enumerate(outsides):
        if loss == "naive_softmax":
            found = naive_softmax(V_c[center], outside, U)
        else:
            found = negative_sampling(V_c[center], outside, negatives[position], U)
        total += found[0]
        grad_V_c[center] += found[1]
        grad_U += found[2]
    return total, grad_V_c, grad_U
