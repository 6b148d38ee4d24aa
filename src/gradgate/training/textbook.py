"""The textbook's loop: pair after pair, negative after negative, a dense gradient for each pair. What training is timed
against; the draws are PlainDraws, one number at a time.

Source: CS224n, assignment 2: `negSamplingLossAndGradient`, `skipgram`, `word2vec_sgd_wrapper` and `sgd`, in the form in
which students write them."""

from __future__ import annotations

import numpy as np

from gradgate.training.plain import PlainDraws, Window


def textbook_step(V_c: np.ndarray, U: np.ndarray, draws: PlainDraws, B: int, rate: float) -> tuple[float, list[Window]]:
    """One step of SGD on B windows, in place. Returns the mean loss of the windows, in nats, and the windows."""
    loss, grad_V_c, grad_U = 0.0, np.zeros(V_c.shape), np.zeros(U.shape)
    windows = []
    for _ in range(B):
        windows.append(draws.draw())
        window_loss, window_V_c, window_U = _skipgram(windows[-1], V_c, U)
        loss += window_loss / B
        grad_V_c += window_V_c / B
        grad_U += window_U / B
    V_c -= rate * grad_V_c
    U -= rate * grad_U
    return loss, windows


def _skipgram(window: Window, V_c: np.ndarray, U: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    center, outsides, negatives = window
    loss, grad_V_c, grad_U = 0.0, np.zeros(V_c.shape), np.zeros(U.shape)
    for outside, drawn in zip(outsides, negatives, strict=True):
        pair_loss, grad_center, pair_U = _negative_sampling(V_c[center], outside, drawn, U)
        loss += pair_loss
        grad_V_c[center] += grad_center
        grad_U += pair_U
    return loss, grad_V_c, grad_U


def _negative_sampling(
    center: np.ndarray, outside: int, negatives: list[int], U: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    grad_U = np.zeros(U.shape)
    p = _sigmoid(U[outside] @ center)
    loss = -np.log(p)
    grad_center = (p - 1) * U[outside]
    grad_U[outside] += (p - 1) * center
    for row in negatives:
        p = _sigmoid(-(U[row] @ center))
        loss -= np.log(p)
        grad_center += (1 - p) * U[row]
        grad_U[row] += (1 - p) * center
    return loss, grad_center, grad_U


def _sigmoid(x: float) -> float:
    return 1 / (1 + np.exp(-x))
