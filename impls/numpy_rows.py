"""The losses in NumPy by rows: a batch is a few array operations, and only the rows that a batch touches are returned.
Unlike numpy_dense: negative sampling costs O(K d) a pair, whatever V is; naive softmax runs once a window, not once a
word, as the words of a window share their logits. Only the naive softmax's grad_U is dense, by its nature.
Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", eqs. 2 to 4; sign flipped: ours are
losses, in nats.

V vocabulary size, d dimension, K negatives, B pairs or windows, C context words, N = sum of C. A row-sparse gradient is
a pair (rows, values (len(rows), d)), in which rows may repeat and then add up. No input is modified but by step, and
every result has the dtype of the inputs. An index outside [0, V), a negative one too, raises IndexError."""

import numpy as np

DTYPES = ("float64", "float32")
LOSSES = ("naive_softmax", "negative_sampling")
REDUCTIONS = ("sum", "mean")


def sigmoid(x):
    """1 / (1 + exp(-x)), elementwise. Any shape; returns the same shape."""
    # 1 / (1 + e^-x) for x >= 0, e^x / (1 + e^x) below: exp of nothing positive, as exp(710) overflows float64
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))


def softmax(logits):
    """exp(logits) / sum(exp(logits)) along the last axis. Takes and returns (V,) or (B, V)."""
    exps = np.exp(logits - logits.max(axis=-1, keepdims=True))  # softmax ignores a shift; exp(710) overflows
    exps /= exps.sum(axis=-1, keepdims=True)
    return exps


def naive_softmax(center, outside, U):
    """Loss -log p(outside | center), p = softmax(U center), and its gradients.

    center (d,), outside int in [0, V), U (V, d). Returns loss, grad_center (d,), grad_U (V, d).
    """
    _rows("outside", outside, U)
    shifted = U @ center
    shifted -= shifted.max()
    residual = np.exp(shifted)
    total = residual.sum()
    residual /= total
    residual[outside] -= 1
    return np.log(total) - shifted[outside], residual @ U, residual[:, None] * center


def negative_sampling(center, outside, negatives, U):
    """Loss -log sigmoid(u_outside . center) - sum over k of log sigmoid(-u_k . center), and its gradients.

    center (d,), outside int in [0, V), negatives (K,) ints in [0, V), repeats count each time, U (V, d).
    Returns loss, grad_center (d,), grad_U = (rows (K + 1,), values (K + 1, d)).
    """
    rows = np.empty(len(negatives) + 1, np.intp)
    rows[0] = outside
    rows[1:] = negatives
    _rows("outside and negatives", rows, U)
    touched = U.take(rows, axis=0)
    loss, slopes = _losses_and_slopes(touched @ center)
    return loss, slopes @ touched, (rows, slopes[:, None] * center)


def hierarchical_softmax(center, path, signs, U):
    """Loss -log p(word | center) = -sum over i of log sigmoid(signs_i * u_path_i . center), and its gradients.

    center (d,), path (n,) ints in [0, V), the inner nodes from the root to the word, signs (n,) each 1 or -1, U (V, d).
    Returns loss, grad_center (d,), grad_U = (path, values (n, d)); all zero for n = 0.
    Raises ValueError for another sign.
    """
    path = _rows("path", path, U)
    _check_signs(signs)
    touched = U.take(path, axis=0)
    against = -np.asarray(signs, U.dtype)
    logits = against * (touched @ center)
    decay = np.exp(-np.abs(logits))
    loss = (np.maximum(logits, 0) + np.log1p(decay)).sum()
    slopes = against * (np.exp(np.minimum(logits, 0)) / (1 + decay))
    return loss, slopes @ touched, (path, slopes[:, None] * center)


def skipgram(center, outsides, V_c, U, loss, negatives):
    """The sum of the pair losses of one centre word with each word of its window, and its gradients.

    center int in [0, V), outsides (C,) ints, V_c and U (V, d), loss "naive_softmax" or "negative_sampling",
    negatives (C, K) or None. Returns loss, grad_V_c = (rows, values), grad_U, dense for the naive softmax, else
    (rows, values). Raises ValueError for another loss.
    """
    losses, *gradients = skipgram_batch([center], outsides, [0, len(outsides)], V_c, U, loss, negatives)
    return losses[0], *gradients


def step(V_c, U, center, outsides, loss, negatives, rate):
    """One step of stochastic gradient descent on a window: new = old - rate * gradient of its skipgram loss.

    V_c and U (V, d) are written to; center, outsides, loss and negatives as in skipgram, rate a number. Returns V_c, U.
    Both gradients are taken before either matrix changes (Rong 2014, "word2vec Parameter Learning Explained", eqs. 33
    to 36).
    """
    _, *gradients = skipgram(center, outsides, V_c, U, loss, negatives)
    for matrix, gradient in zip((V_c, U), gradients, strict=True):
        if isinstance(gradient, tuple):
            rows, values = gradient
            np.subtract.at(matrix, rows, rate * values)  # matrix[rows] -= ... would move a repeated row once
        else:
            np.subtract(matrix, rate * gradient, out=matrix)
    return V_c, U


def steps(V_c, U, centers, outsides, offsets, negatives, rate):
    """The steps of B windows of negative sampling, each from where the one before it has led. Returns V_c, U.

    V_c and U (V, d) are written to; centers (B,) ints, outsides (N,) ints, window b is outsides[offsets[b]:offsets[b +
    1]], negatives (B, K) ints: those of row b stand against every word of window b; rate a number.
    """
    for b, center in enumerate(centers):
        words = outsides[offsets[b] : offsets[b + 1]]
        shared = np.broadcast_to(negatives[b], (len(words), len(negatives[b])))
        V_c, U = step(V_c, U, center, words, "negative_sampling", shared, rate)
    return V_c, U


def cbow(context, target, V_c, U, loss, negatives, reduce):
    """The loss of predicting the target from the sum or mean of its context vectors, and its gradients.

    context (C,) ints, repeats count each time, target int in [0, V), V_c and U (V, d), negatives (K,) or None,
    reduce "sum" or "mean". Returns loss, grad_V_c, grad_U as skipgram does; all zero for C = 0.
    Raises ValueError for another loss or reduce.
    """
    drawn = None if negatives is None else np.asarray(negatives)[None, :]
    losses, *gradients = cbow_batch(context, [0, len(context)], [target], V_c, U, loss, drawn, reduce)
    return losses[0], *gradients


def naive_softmax_batch(centers, outsides, U):
    """naive_softmax for B pairs. centers (B, d), outsides (B,) ints, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    return _softmax_windows(centers, np.arange(len(centers)), _rows("outsides", outsides, U), U)


def negative_sampling_batch(centers, outsides, negatives, U):
    """negative_sampling for B pairs. centers (B, d), outsides (B,) ints, negatives (B, K), or (K,) shared, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U = (rows, values) summed over the batch.
    """
    outsides, negatives = _rows("outsides", outsides, U), _rows("negatives", negatives, U)
    if negatives.ndim == 1:
        return _shared_negatives(centers, outsides, negatives, U)
    rows = np.concatenate([outsides[:, None], negatives], axis=1)
    touched = U.take(rows, axis=0)  # (B, K + 1, d)
    losses, slopes = _losses_and_slopes((touched @ centers[:, :, None])[:, :, 0])
    values = slopes[:, :, None] * centers[:, None, :]
    return losses, (slopes[:, None, :] @ touched)[:, 0], (rows.ravel(), values.reshape(-1, U.shape[1]))


def skipgram_batch(centers, outsides, offsets, V_c, U, loss, negatives):
    """skipgram for B windows. centers (B,) ints, outsides (N,) ints, V_c and U (V, d), negatives (N, K) or None;
    window b is outsides[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U as skipgram does, summed over the batch.
    """
    _check_choice("loss", loss, LOSSES)
    centers, outsides = _rows("centers", centers, V_c), _rows("outsides", outsides, U)
    full, starts, counts = _full_windows(offsets)
    window = np.repeat(np.arange(len(full)), counts)  # the window of each pair
    centers = centers[full]
    if loss == "naive_softmax":
        pair_losses, grad_centers, grad_U = _softmax_windows(V_c[centers], window, outsides, U)
    else:
        centers = centers[window]
        pair_losses, grad_centers, grad_U = negative_sampling_batch(V_c[centers], outsides, negatives, U)
    losses = np.zeros(len(offsets) - 1, U.dtype)
    losses[full] = np.add.reduceat(pair_losses, starts)
    return losses, (centers, grad_centers), grad_U


def cbow_batch(contexts, offsets, targets, V_c, U, loss, negatives, reduce):
    """cbow for B windows. contexts (N,) ints, targets (B,) ints, V_c and U (V, d), negatives (B, K) or None;
    window b is contexts[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U as skipgram does, summed over the batch.
    """
    _check_choice("loss", loss, LOSSES)
    _check_choice("reduce", reduce, REDUCTIONS)
    contexts, targets = _rows("contexts", contexts, V_c), _rows("targets", targets, U)
    full, starts, counts = _full_windows(offsets)
    divisors = (counts if reduce == "mean" else np.ones_like(counts)).astype(V_c.dtype)[:, None]
    hidden = np.add.reduceat(V_c[contexts], starts, axis=0) / divisors
    losses = np.zeros(len(targets), U.dtype)
    if loss == "naive_softmax":
        losses[full], grad_hidden, grad_U = naive_softmax_batch(hidden, targets[full], U)
    else:
        drawn = _rows("negatives", negatives, U)
        losses[full], grad_hidden, grad_U = negative_sampling_batch(hidden, targets[full], drawn[full], U)
    return losses, (contexts, np.repeat(grad_hidden / divisors, counts, axis=0)), grad_U


def _softmax_windows(hidden, window, outsides, U):
    """Pair n predicts outsides[n] from hidden[window[n]]. Returns the pairs' losses, the gradients of hidden and U."""
    shifted = hidden @ U.T
    shifted -= shifted.max(axis=1, keepdims=True)
    residual = np.exp(shifted)
    totals = residual.sum(axis=1)
    losses = np.log(totals)[window] - shifted[window, outsides]
    residual *= (np.bincount(window, minlength=len(hidden)) / totals).astype(U.dtype)[:, None]
    np.subtract.at(residual, (window, outsides), 1)  # a word that stands twice in a window counts twice
    return losses, residual @ U, residual.T @ hidden


def _shared_negatives(centers, outsides, negatives, U):
    """One set of negatives for the whole batch: two matrix products, and each negative's row once in grad_U."""
    u_outside, u_negative = U[outsides], U[negatives]
    logits = np.concatenate([(u_outside * centers).sum(axis=1, keepdims=True), centers @ u_negative.T], axis=1)
    losses, slopes = _losses_and_slopes(logits)
    grad_centers = slopes[:, :1] * u_outside + slopes[:, 1:] @ u_negative
    values = np.concatenate([slopes[:, :1] * centers, slopes[:, 1:].T @ centers])
    return losses, grad_centers, (np.concatenate([outsides, negatives]), values)


def _losses_and_slopes(logits):
    """The losses and their derivatives by the logits (..., K + 1), the outside word's first. Overwrites logits."""
    logits[..., 0] *= -1  # -log sigmoid(logit) = softplus(-logit) for the outside word, softplus(logit) for the others
    decay = np.exp(-np.abs(logits))
    losses = (np.maximum(logits, 0) + np.log1p(decay)).sum(axis=-1)
    slopes = np.exp(np.minimum(logits, 0)) / (1 + decay)
    slopes[..., 0] *= -1
    return losses, slopes


def _full_windows(offsets):
    """The windows that hold any word, their starts and their sizes: reduceat cannot sum an empty one."""
    counts = np.diff(offsets)
    full = np.flatnonzero(counts)
    return full, np.asarray(offsets)[full], counts[full]


def _rows(name, rows, matrix):
    """The rows as an index array, once they are known to be rows of the matrix."""
    rows = np.asarray(rows, np.intp)
    if rows.size and rows.view(np.uintp).max() >= len(matrix):  # one pass: unsigned, -1 is larger than any V
        raise IndexError(f"{name}: got rows {rows.min()} to {rows.max()}, expected 0 <= row < {len(matrix)}")
    return rows


def _check_signs(signs):
    wrong = np.abs(signs) != 1
    if wrong.any():
        raise ValueError(f"signs: got {np.asarray(signs)[wrong][0]}, expected 1 or -1")


def _check_choice(name, choice, known):
    if choice not in known:
        raise ValueError(f"{name} is {choice!r}, expected one of {', '.join(known)}")
