"""The two pair losses, right and without overflow: what an assignment's window is given to add up.

A window is judged apart from the file's own pair losses, so a fault in those must not count against it."""

from __future__ import annotations

import numpy as np

Pair = tuple[np.floating, np.ndarray, np.ndarray]


def naive_softmax(center: np.ndarray, outside: int, U: np.ndarray) -> Pair:
    """Loss -log p(outside | center) and its gradients for center (d,) and U (V, d)."""
    logits = U @ center
    logits = logits - logits.max()  # exp(710) overflows float64
    exponentials = np.exp(logits)
    total = exponentials.sum()
    slopes = exponentials / total
    slopes[outside] -= 1
    return np.log(total) - logits[outside], U.T @ slopes, np.outer(slopes, center)


def negative_sampling(center: np.ndarray, outside: int, negatives: np.ndarray, U: np.ndarray) -> Pair:
    """Loss -log σ(u_o·v) - Σ_k log σ(-u_k·v) and its gradients; negatives (K,), repeats add up."""
    rows = np.concatenate([[outside], np.asarray(negatives, np.int64)]).astype(np.int64)
    signs = np.ones(len(rows), U.dtype)
    signs[0] = -1
    logits = signs * (U[rows] @ center)
    decay = np.exp(-np.abs(logits))
    loss = (np.maximum(logits, 0) + np.log1p(decay)).sum()  # log(1 + exp(z)) of each signed logit z
    slopes = signs * np.where(logits >= 0, 1, decay) / (1 + decay)
    grad_U = np.zeros_like(U)
    np.add.at(grad_U, rows, np.outer(slopes, center))
    return loss, slopes @ U[rows], grad_U
