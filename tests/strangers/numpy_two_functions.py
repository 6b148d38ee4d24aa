"""A right plain plug-in: two functions of the contract, no assignment."""

import numpy as np


def naive_softmax(center, outside, U):
    logits = U @ center
    logits = logits - logits.max()
    probs = np.exp(logits) / np.exp(logits).sum()
    loss = np.log(np.exp(logits).sum()) - logits[outside]
    probs[outside] -= 1
    return loss, U.T @ probs, np.outer(probs, center)


def negative_sampling(center, outside, negatives, U):
    rows = np.concatenate([[outside], negatives]).astype(int)
    signs = np.ones(len(rows), dtype=U.dtype)
    signs[0] = -1
    logits = signs * (U[rows] @ center)
    slopes = signs * np.where(logits >= 0, 1, np.exp(-np.abs(logits))) / (1 + np.exp(-np.abs(logits)))
    grad_U = np.zeros_like(U)
    np.add.at(grad_U, rows, slopes[:, None] * center)
    return (np.maximum(logits, 0) + np.log1p(np.exp(-np.abs(logits)))).sum(), slopes @ U[rows], grad_U
