"""The losses as a textbook writes them in NumPy: a loop over the targets, and gradients as large as U itself.
Unlike numpy_rows: every call allocates a whole zeros_like(U), so that negative sampling costs O(V d), not O(K d).
Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", eqs. 2 to 4; sign flipped: ours are
losses, in nats.

V vocabulary size, d dimension, K negatives, B pairs or windows, C context words. No input is modified but by step,
and every result has the dtype of the inputs. An index outside [0, V), a negative one too, raises IndexError."""

import numpy as np

DTYPES = ("float64", "float32")
REDUCTIONS = ("sum", "mean")


def sigmoid(x):
    """1 / (1 + exp(-x)), elementwise. Any shape; returns the same shape."""
    decay = np.exp(-np.abs(x))  # exp of nothing positive: exp(710) overflows float64
    return np.where(x >= 0, 1, decay) / (1 + decay)


def softmax(logits):
    """exp(logits) / sum(exp(logits)) along the last axis. Takes and returns (V,) or (B, V)."""
    exps = np.exp(logits - np.max(logits, axis=-1, keepdims=True))  # softmax ignores a shift; exp(710) overflows
    return exps / np.sum(exps, axis=-1, keepdims=True)


def naive_softmax(center, outside, U):
    """Loss -log p(outside | center), p = softmax(U center), and its gradients.

    center (d,), outside int in [0, V), U (V, d). Returns loss, grad_center (d,), grad_U (V, d).
    """
    _check_rows("outside", outside, U)
    logits = U @ center
    shifted = logits - np.max(logits)
    loss = np.log(np.sum(np.exp(shifted))) - shifted[outside]
    residual = softmax(logits)
    residual[outside] -= 1
    return loss, U.T @ residual, np.outer(residual, center)


def negative_sampling(center, outside, negatives, U):
    """Loss -log sigmoid(u_outside . center) - sum over k of log sigmoid(-u_k . center), and its gradients.

    center (d,), outside int in [0, V), negatives (K,) ints in [0, V), repeats count each time, U (V, d).
    Returns loss, grad_center (d,), grad_U (V, d).
    """
    _check_rows("outside", outside, U)
    _check_rows("negatives", negatives, U)
    grad_U = np.zeros_like(U)
    logit = U[outside] @ center
    loss = _softplus(-logit)
    residual = -sigmoid(-logit)  # sigmoid(logit) - 1, without the cancellation
    grad_center = residual * U[outside]
    grad_U[outside] += residual * center
    for k in negatives:
        logit = U[k] @ center
        loss += _softplus(logit)
        residual = sigmoid(logit)
        grad_center += residual * U[k]
        grad_U[k] += residual * center  # += row by row: grad_U[negatives] += ... would count a repeated word once
    return loss, grad_center, grad_U


def hierarchical_softmax(center, path, signs, U):
    """Loss -log p(word | center) = -sum over i of log sigmoid(signs_i * u_path_i . center), and its gradients.

    center (d,), path (n,) ints in [0, V), the inner nodes from the root to the word, signs (n,) each 1 or -1, U (V, d).
    Returns loss, grad_center (d,), grad_U (V, d); all zero for n = 0.
    Raises ValueError for another sign.
    """
    _check_rows("path", path, U)
    _check_signs(signs)
    loss, grad_center, grad_U = U.dtype.type(0), np.zeros_like(center), np.zeros_like(U)
    for node, sign in zip(path, signs, strict=True):
        logit = U[node] @ center
        loss += _softplus(-logit if sign > 0 else logit)
        residual = -sigmoid(-logit) if sign > 0 else sigmoid(logit)
        grad_center += residual * U[node]
        grad_U[node] += residual * center
    return loss, grad_center, grad_U


PAIR_LOSSES = {
    "naive_softmax": lambda center, outside, negatives, U: naive_softmax(center, outside, U),
    "negative_sampling": negative_sampling,
}


def skipgram(center, outsides, V_c, U, loss, negatives):
    """The sum of the pair losses of one centre word with each word of its window, and its gradients.

    center int in [0, V), outsides (C,) ints, V_c and U (V, d), loss "naive_softmax" or "negative_sampling",
    negatives (C, K) or None. Returns loss, grad_V_c (V, d), grad_U (V, d). Raises ValueError for another loss.
    """
    _check_choice("loss", loss, PAIR_LOSSES)
    _check_rows("center", center, V_c)
    total, grad_V_c, grad_U = U.dtype.type(0), np.zeros_like(V_c), np.zeros_like(U)
    for c, outside in enumerate(outsides):
        drawn = None if negatives is None else negatives[c]
        pair_loss, grad_center, pair_grad_U = PAIR_LOSSES[loss](V_c[center], outside, drawn, U)
        total += pair_loss
        grad_V_c[center] += grad_center
        grad_U += pair_grad_U
    return total, grad_V_c, grad_U


def step(V_c, U, center, outsides, loss, negatives, rate):
    """One step of stochastic gradient descent on a window: new = old - rate * gradient of its skipgram loss.

    V_c and U (V, d) are written to; center, outsides, loss and negatives as in skipgram, rate a number. Returns V_c, U.
    Both gradients are taken before either matrix changes (Rong 2014, "word2vec Parameter Learning Explained", eqs. 33
    to 36).
    """
    _, grad_V_c, grad_U = skipgram(center, outsides, V_c, U, loss, negatives)
    V_c -= rate * grad_V_c
    U -= rate * grad_U
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
    reduce "sum" or "mean". Returns loss, grad_V_c (V, d), grad_U (V, d); all zero for C = 0.
    Raises ValueError for another loss or reduce.
    """
    _check_choice("loss", loss, PAIR_LOSSES)
    _check_choice("reduce", reduce, REDUCTIONS)
    _check_rows("context", context, V_c)
    _check_rows("target", target, U)
    if negatives is not None:
        _check_rows("negatives", negatives, U)
    grad_V_c = np.zeros_like(V_c)
    if len(context) == 0:
        return U.dtype.type(0), grad_V_c, np.zeros_like(U)
    divisor = V_c.dtype.type(len(context) if reduce == "mean" else 1)
    hidden = np.sum(V_c[context], axis=0) / divisor
    total, grad_hidden, grad_U = PAIR_LOSSES[loss](hidden, target, negatives, U)
    for word in context:
        grad_V_c[word] += grad_hidden / divisor
    return total, grad_V_c, grad_U


def naive_softmax_batch(centers, outsides, U):
    """naive_softmax for B pairs. centers (B, d), outsides (B,) ints, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    pairs = (naive_softmax(center, outside, U) for center, outside in zip(centers, outsides, strict=True))
    return _collect_pairs(pairs, centers, U)


def negative_sampling_batch(centers, outsides, negatives, U):
    """negative_sampling for B pairs. centers (B, d), outsides (B,) ints, negatives (B, K), or (K,) shared, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    each = np.broadcast_to(negatives, (len(outsides), np.shape(negatives)[-1]))
    pairs = (negative_sampling(*pair, U) for pair in zip(centers, outsides, each, strict=True))
    return _collect_pairs(pairs, centers, U)


def skipgram_batch(centers, outsides, offsets, V_c, U, loss, negatives):
    """skipgram for B windows. centers (B,) ints, outsides (N,) ints, V_c and U (V, d), negatives (N, K) or None;
    window b is outsides[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U (V, d) summed over the batch.
    """
    _check_choice("loss", loss, PAIR_LOSSES)
    spans = [slice(start, end) for start, end in zip(offsets[:-1], offsets[1:], strict=True)]
    windows = (
        skipgram(center, outsides[span], V_c, U, loss, None if negatives is None else negatives[span])
        for center, span in zip(centers, spans, strict=True)
    )
    return _collect_windows(windows, len(spans), V_c, U)


def cbow_batch(contexts, offsets, targets, V_c, U, loss, negatives, reduce):
    """cbow for B windows. contexts (N,) ints, targets (B,) ints, V_c and U (V, d), negatives (B, K) or None;
    window b is contexts[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U (V, d) summed over the batch.
    """
    _check_choice("loss", loss, PAIR_LOSSES)
    _check_choice("reduce", reduce, REDUCTIONS)
    spans = [slice(start, end) for start, end in zip(offsets[:-1], offsets[1:], strict=True)]
    drawn = [None] * len(spans) if negatives is None else negatives
    windows = (
        cbow(contexts[span], target, V_c, U, loss, k, reduce)
        for span, target, k in zip(spans, targets, drawn, strict=True)
    )
    return _collect_windows(windows, len(spans), V_c, U)


def _softplus(x):
    """log(1 + exp(x)) = -log sigmoid(-x)."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _collect_pairs(pairs, centers, U):
    losses, grad_centers, grad_U = np.zeros(len(centers), U.dtype), np.zeros_like(centers), np.zeros_like(U)
    for b, (loss, grad_center, pair_grad_U) in enumerate(pairs):
        losses[b] = loss
        grad_centers[b] = grad_center
        grad_U += pair_grad_U
    return losses, grad_centers, grad_U


def _collect_windows(windows, B, V_c, U):
    losses, grad_V_c, grad_U = np.zeros(B, U.dtype), np.zeros_like(V_c), np.zeros_like(U)
    for b, (loss, window_grad_V_c, window_grad_U) in enumerate(windows):
        losses[b] = loss
        grad_V_c += window_grad_V_c
        grad_U += window_grad_U
    return losses, grad_V_c, grad_U


def _check_rows(name, rows, matrix):
    V = len(matrix)
    for row in np.ravel(rows):
        if not 0 <= row < V:  # NumPy would take -1 for the last row
            raise IndexError(f"{name}: got row {row}, expected 0 <= row < {V}")


def _check_signs(signs):
    for sign in signs:
        if sign not in (1, -1):
            raise ValueError(f"signs: got {sign}, expected 1 or -1")


def _check_choice(name, choice, known):
    if choice not in known:
        raise ValueError(f"{name} is {choice!r}, expected one of {', '.join(known)}")
