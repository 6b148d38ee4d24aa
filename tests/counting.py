"""Counts as somebody may write them on dense arrays: right, and with one fault each that the gate must refute."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np


def cooccurrence(tokens, window):
    V = int(tokens.max(initial=-1)) + 1
    W = np.zeros((V, V), np.int64)
    for i, word in enumerate(tokens):
        for j in range(max(0, i - window), i):
            W[word, tokens[j]] += 1
            W[tokens[j], word] += 1
    return W


def pmi(W):
    return _information(W, 1.0)


def ppmi(W, smoothing=1.0, shift=0.0):
    return np.maximum(
        _information(W, smoothing) - np.float32(shift) if W.dtype == np.float32 else _information(W, smoothing) - shift,
        0,
    ).astype(_float(W))


def svd(M, k):
    U, S, Vt = np.linalg.svd(M, full_matrices=False)
    return U[:, :k], S[:k], Vt[:k]


def _float(W):
    return W.dtype if W.dtype.kind == "f" else np.dtype(float)


def _information(W, smoothing):
    P = W / W.sum()
    weight = P.sum(axis=0) ** smoothing
    with np.errstate(divide="ignore"):
        return np.log(P / np.outer(P.sum(axis=1), weight / weight.sum())).astype(_float(W))


def module(**changed: Callable[..., Any]) -> SimpleNamespace:
    """The right functions, with some of them replaced."""
    right = {"cooccurrence": cooccurrence, "pmi": pmi, "ppmi": ppmi, "svd": svd}
    return SimpleNamespace(**{**right, **changed})


# ---- co-occurrence ----


def _wraps_around(tokens, window):
    """tokens[i - window : i] with a negative start: the window goes on at the other end of the text."""
    W = np.zeros((int(tokens.max(initial=-1)) + 1,) * 2, np.int64)
    for i, word in enumerate(tokens):
        for distance in range(1, window + 1):
            W[word, tokens[i - distance]] += 1
            W[tokens[i - distance], word] += 1
    return W


def _looks_back_alone(tokens, window):
    W = np.zeros((int(tokens.max(initial=-1)) + 1,) * 2, np.int64)
    for i, word in enumerate(tokens):
        np.add.at(W[word], tokens[max(0, i - window) : i], 1)
    return W


def _pairs_of_one_word_twice(tokens, window):
    """W + W.T with the diagonal counted twice already."""
    W = _looks_back_alone(tokens, window)
    return W + W.T + np.diag(np.diag(W))


def _repeats_once(tokens, window):
    """W[word, window] += 1 with a fancy index: a word twice in a window counts once."""
    W = np.zeros((int(tokens.max(initial=-1)) + 1,) * 2, np.int64)
    for i, word in enumerate(tokens):
        W[word, np.concatenate([tokens[max(0, i - window) : i], tokens[i + 1 : i + 1 + window]])] += 1
    return W


def _itself(tokens, window):
    """The centre word counts as its own context."""
    return cooccurrence(tokens, window) + np.diag(np.bincount(tokens))


def _padding(tokens, window):
    """Word 0 stands for what is filled in, and is left out."""
    W = cooccurrence(tokens, window)
    W[:1], W[:, :1] = 0, 0
    return W


def _weighted(tokens, window):
    """Harmonic weights 1 / distance, as GloVe has them."""
    W = np.zeros((int(tokens.max(initial=-1)) + 1,) * 2)
    for i, word in enumerate(tokens):
        for distance in range(1, min(window, i) + 1):
            W[word, tokens[i - distance]] += 1 / distance
            W[tokens[i - distance], word] += 1 / distance
    return W


# ---- PMI and PPMI ----


def _keeps_minus_infinity(W, smoothing=1.0, shift=0.0):
    found = _information(W, smoothing) - shift
    return np.where(np.isinf(found), found, np.maximum(found, 0)).astype(_float(W))


def _smooths_targets(W, smoothing=1.0, shift=0.0):
    return ppmi(W.T, smoothing, shift).T


def _smooths_counts(W, smoothing=1.0, shift=0.0):
    return ppmi((W**smoothing).astype(_float(W)), 1.0, shift)


def _forgets_to_normalise(W, smoothing=1.0, shift=0.0):
    """p(c)^a is not divided by its sum."""
    P = W / W.sum()
    with np.errstate(divide="ignore"):
        found = np.log(P / np.outer(P.sum(axis=1), P.sum(axis=0) ** smoothing))
    return np.maximum(found - shift, 0).astype(_float(W))


def _row_twice(W):
    """p(t) p(t) for p(t) p(c): the two marginals are equal where W is symmetric."""
    P = W / W.sum()
    with np.errstate(divide="ignore"):
        return np.log(P / np.outer(P.sum(axis=1), P.sum(axis=1))).astype(_float(W))


def _exchanged(W):
    """p(t) by columns, p(c) by rows."""
    P = W / W.sum()
    with np.errstate(divide="ignore"):
        return np.log(P / np.outer(P.sum(axis=0), P.sum(axis=1))).astype(_float(W))


def _conditional(W):
    with np.errstate(divide="ignore"):
        return np.log(W / W.sum(axis=1, keepdims=True)).astype(_float(W))


def _epsilon(W):
    P = W / W.sum()
    return np.log(P / np.outer(P.sum(axis=1), P.sum(axis=0)) + 1e-12).astype(_float(W))


def _by_position(W):
    """Divided by the number of cells and not by the number of pairs."""
    P = W / W.size
    with np.errstate(divide="ignore"):
        return np.log(P / np.outer(P.sum(axis=1), P.sum(axis=0))).astype(_float(W))


# ---- SVD ----


def _scaled_vectors(M, k):
    U, S, Vt = svd(M, k)
    return U * S, S, Vt


def _smallest_first(M, k):
    U, S, Vt = svd(M, k)
    return U[:, ::-1].copy(), S[::-1].copy(), Vt[::-1].copy()


def _eigenvalues(M, k):
    values, vectors = np.linalg.eigh(M.T @ M)
    values, vectors = values[::-1][:k], vectors[:, ::-1][:, :k]
    S = np.sqrt(np.maximum(values, 0))
    with np.errstate(all="ignore"):
        return np.nan_to_num(M @ vectors / S), S, vectors.T


def _negative(M, k):
    U, S, Vt = svd(M, k)
    return U, -S, -Vt


TWINS: dict[str, SimpleNamespace] = {
    "windows go on at the other end": module(cooccurrence=_wraps_around),
    "windows look back alone": module(cooccurrence=_looks_back_alone),
    "pairs of one word count twice": module(cooccurrence=_pairs_of_one_word_twice),
    "every pair counts twice": module(cooccurrence=lambda t, w: 2 * cooccurrence(t, w)),
    "repeats count once": module(cooccurrence=_repeats_once),
    "a word is its own context": module(cooccurrence=_itself),
    "the window is one short": module(cooccurrence=lambda t, w: cooccurrence(t, w - 1)),
    "the window is one long": module(cooccurrence=lambda t, w: cooccurrence(t, w + 1)),
    "word 0 is left out": module(cooccurrence=_padding),
    "pairs are weighted by distance": module(cooccurrence=_weighted),
    "the last word has no row": module(cooccurrence=lambda t, w: cooccurrence(t, w)[:-1, :-1]),
    "logarithms to base 2": module(pmi=lambda W: pmi(W) / np.log(2).astype(_float(W))),
    "logarithms to base 2 of PPMI": module(ppmi=lambda W, a, s: ppmi(W, a, s) / np.log(2).astype(_float(W))),
    "the marginal of the rows twice": module(pmi=_row_twice),
    "the marginals exchanged": module(pmi=_exchanged),
    "conditional probabilities": module(pmi=_conditional),
    "a small number inside the logarithm": module(pmi=_epsilon),
    "divided by the number of cells": module(pmi=_by_position),
    "PMI is 0 at zero counts": module(pmi=lambda W: np.maximum(pmi(W), -1e300).clip(-700) * (W > 0)),
    "PMI is transposed": module(pmi=lambda W: pmi(W).T.copy()),
    "PPMI keeps -inf": module(ppmi=_keeps_minus_infinity),
    "the exponent on the targets": module(ppmi=_smooths_targets),
    "the exponent on the counts": module(ppmi=_smooths_counts),
    "smoothed, not normalised": module(ppmi=_forgets_to_normalise),
    "no smoothing": module(ppmi=lambda W, a, s: ppmi(W, 1.0, s)),
    "the shift added": module(ppmi=lambda W, a, s: ppmi(W, a, -s)),
    "the shift after the maximum": module(ppmi=lambda W, a, s: (ppmi(W, a, 0.0) - s).astype(_float(W))),
    "absolute values": module(ppmi=lambda W, a, s: np.where(W > 0, abs(_information(W, a) - s), 0).astype(_float(W))),
    "k one short": module(svd=lambda M, k: svd(M, k - 1)),
    "k one more": module(svd=lambda M, k: svd(M, k + 1)),
    "U S for U": module(svd=_scaled_vectors),
    "the smallest first": module(svd=_smallest_first),
    "V for its transpose": module(svd=lambda M, k: (svd(M, k)[0], svd(M, k)[1], svd(M, k)[2].T.copy())),
    "U and V exchanged": module(svd=lambda M, k: svd(M.T, k)),
    "squares of singular values": module(svd=lambda M, k: (svd(M, k)[0], svd(M, k)[1] ** 2, svd(M, k)[2])),
    "from the eigenvalues of M^T M": module(svd=_eigenvalues),
    "negative singular values": module(svd=_negative),
    "the first k of the smallest": module(
        svd=lambda M, k: tuple(
            part.copy() for part in (np.linalg.svd(M)[0][:, -k:], np.linalg.svd(M)[1][-k:], np.linalg.svd(M)[2][-k:])
        )
    ),
    "one sign wrong": module(svd=lambda M, k: (-svd(M, k)[0], *svd(M, k)[1:])),
    "M is centred first": module(svd=lambda M, k: svd(M - M.mean(axis=0), k)),
}
