"""The losses in the array API standard alone: the same text runs on NumPy, PyTorch, JAX and CuPy.
Unlike numpy_rows: no fancy assignment and no ufunc methods, which the standard lacks; the words of a window are added
up by a product with a matrix of zeros and ones. Negative sampling returns the rows it touches.
ARRAY_NAMESPACE names the library: numpy (the default), torch, jax.numpy, cupy, array_api_strict. JAX has no float64
without JAX_ENABLE_X64=1, and compiles each operation for each shape: the gate's cases would take it an hour.
Source: Mikolov et al. 2013, eqs. 2 and 4, sign flipped; the standard: Python array API standard, 2023.12.

Shapes, results and errors are those of numpy_rows."""

import importlib
import os
import warnings

import numpy as np
from array_api_compat import array_namespace, device, is_cupy_array, is_torch_array, to_device

XP = array_namespace(importlib.import_module(os.environ.get("ARRAY_NAMESPACE", "numpy")).asarray(0.0))
DTYPES = tuple(name for name in ("float64", "float32") if name in XP.__array_namespace_info__().dtypes())
with warnings.catch_warnings(action="ignore"):  # torch tries each kind of device that it knows of
    HERE = XP.__array_namespace_info__().devices()
DEVICES = {name: each for each in reversed(HERE) for name in ("cpu", "cuda") if name in repr(each).lower()}
FLUSHES_SUBNORMALS = float(XP.asarray(2.0**-126, dtype=XP.float32) / 2) == 0  # as JAX does
LOSSES = ("naive_softmax", "negative_sampling")
REDUCTIONS = ("sum", "mean")


def asarray(x, dtype, device):
    """A NumPy array as an array of the library, in the dtype and on the device of that name."""
    return XP.asarray(np.array(x), dtype=getattr(XP, dtype), device=DEVICES[device])


def asnumpy(x):
    """An array of the library as a NumPy array."""
    return np.asarray(to_device(x, "cpu") if is_torch_array(x) or is_cupy_array(x) else x)


def sigmoid(x):
    """1 / (1 + exp(-x)), elementwise. Any shape; returns the same shape."""
    xp = array_namespace(x)
    zero = xp.zeros_like(x)
    # 1 / (1 + e^-x) for x >= 0, e^x / (1 + e^x) below: exp of nothing positive, as exp(710) overflows float64
    return xp.exp(xp.minimum(x, zero)) / (1 + xp.exp(-xp.abs(x)))


def softmax(logits):
    """exp(logits) / sum(exp(logits)) along the last axis. Takes and returns (V,) or (B, V)."""
    xp = array_namespace(logits)
    exps = xp.exp(logits - xp.max(logits, axis=-1, keepdims=True))  # softmax ignores a shift; exp(710) overflows
    return exps / xp.sum(exps, axis=-1, keepdims=True)


def naive_softmax(center, outside, U):
    """Loss -log p(outside | center), p = softmax(U center), and its gradients.

    center (d,), outside int in [0, V), U (V, d). Returns loss, grad_center (d,), grad_U (V, d).
    """
    losses, grad_centers, grad_U = naive_softmax_batch(center[None, :], _vector([outside], U), U)
    return losses[0], grad_centers[0, :], grad_U


def negative_sampling(center, outside, negatives, U):
    """Loss -log sigmoid(u_outside . center) - sum over k of log sigmoid(-u_k . center), and its gradients.

    center (d,), outside int in [0, V), negatives (K,) ints in [0, V), repeats count each time, U (V, d).
    Returns loss, grad_center (d,), grad_U = (rows (K + 1,), values (K + 1, d)).
    """
    outsides = _vector([outside], U)
    losses, grad_centers, grad_U = negative_sampling_batch(center[None, :], outsides, negatives[None, :], U)
    return losses[0], grad_centers[0, :], grad_U


def skipgram(center, outsides, V_c, U, loss, negatives):
    """The sum of the pair losses of one centre word with each word of its window, and its gradients.

    center int in [0, V), outsides (C,) ints, V_c and U (V, d), loss "naive_softmax" or "negative_sampling",
    negatives (C, K) or None. Returns loss, grad_V_c = (rows, values), grad_U. Raises ValueError for another loss.
    """
    offsets = _vector([0, outsides.shape[0]], U)
    losses, *gradients = skipgram_batch(_vector([center], U), outsides, offsets, V_c, U, loss, negatives)
    return losses[0], *gradients


def cbow(context, target, V_c, U, loss, negatives, reduce):
    """The loss of predicting the target from the sum or mean of its context vectors, and its gradients.

    context (C,) ints, repeats count each time, target int in [0, V), V_c and U (V, d), negatives (K,) or None,
    reduce "sum" or "mean". Returns loss, grad_V_c, grad_U as skipgram does; all zero for C = 0.
    Raises ValueError for another loss or reduce.
    """
    offsets = _vector([0, context.shape[0]], U)
    drawn = None if negatives is None else negatives[None, :]
    losses, *gradients = cbow_batch(context, offsets, _vector([target], U), V_c, U, loss, drawn, reduce)
    return losses[0], *gradients


def naive_softmax_batch(centers, outsides, U):
    """naive_softmax for B pairs. centers (B, d), outsides (B,) ints, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    xp = array_namespace(U)
    _check_rows(U, outsides=outsides)
    shifted = centers @ U.T
    shifted = shifted - xp.max(shifted, axis=1, keepdims=True)
    exps = xp.exp(shifted)
    totals = xp.sum(exps, axis=1, keepdims=True)
    y = xp.arange(U.shape[0], device=device(U))[None, :] == outsides[:, None]
    residual = exps / totals - xp.astype(y, U.dtype)
    losses = xp.log(totals[:, 0]) - xp.sum(xp.where(y, shifted, xp.zeros_like(shifted)), axis=1)
    return losses, residual @ U, residual.T @ centers


def negative_sampling_batch(centers, outsides, negatives, U):
    """negative_sampling for B pairs. centers (B, d), outsides (B,) ints, negatives (B, K), or (K,) shared, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U = (rows, values) summed over the batch.
    """
    xp = array_namespace(U)
    _check_rows(U, outsides=outsides, negatives=negatives)
    (B, d), K = centers.shape, negatives.shape[-1]
    rows = xp.concat([outsides[:, None], xp.broadcast_to(negatives, (B, K))], axis=1)  # the outside word's first
    rows = xp.reshape(rows, (B * (K + 1),))
    touched = xp.reshape(xp.take(U, rows, axis=0), (B, K + 1, d))
    logits = (touched @ centers[:, :, None])[:, :, 0]
    first = xp.arange(K + 1, device=device(U)) == 0
    signs = xp.ones_like(logits) - 2 * xp.astype(first, U.dtype)  # -1, 1, 1, ...
    margins = logits * signs
    losses = xp.maximum(margins, xp.zeros_like(margins)) + xp.log1p(xp.exp(-xp.abs(margins)))
    slopes = signs * sigmoid(margins)
    values = xp.reshape(slopes[:, :, None] * centers[:, None, :], (B * (K + 1), d))
    return xp.sum(losses, axis=1), (slopes[:, None, :] @ touched)[:, 0, :], (rows, values)


def skipgram_batch(centers, outsides, offsets, V_c, U, loss, negatives):
    """skipgram for B windows. centers (B,) ints, outsides (N,) ints, V_c and U (V, d), negatives (N, K) or None;
    window b is outsides[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U as skipgram does, summed over the batch.
    """
    xp = array_namespace(U)
    _check_choice("loss", loss, LOSSES)
    _check_rows(V_c, centers=centers)
    member, window = _windows(offsets, outsides.shape[0])
    rows = xp.take(centers, window, axis=0)  # each pair's own copy of its centre
    hidden = xp.take(V_c, rows, axis=0)
    if loss == "naive_softmax":
        losses, grad_hidden, grad_U = naive_softmax_batch(hidden, outsides, U)
    else:
        losses, grad_hidden, grad_U = negative_sampling_batch(hidden, outsides, negatives, U)
    spread = xp.where(member, losses[None, :], xp.zeros_like(losses)[None, :])  # where, as 0 inf would be NaN
    return xp.sum(spread, axis=1), (rows, grad_hidden), grad_U


def cbow_batch(contexts, offsets, targets, V_c, U, loss, negatives, reduce):
    """cbow for B windows. contexts (N,) ints, targets (B,) ints, V_c and U (V, d), negatives (B, K) or None;
    window b is contexts[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U as skipgram does, summed over the batch.
    """
    xp = array_namespace(U)
    _check_choice("loss", loss, LOSSES)
    _check_choice("reduce", reduce, REDUCTIONS)
    _check_rows(V_c, contexts=contexts)
    _check_rows(U, targets=targets)
    member, window = _windows(offsets, contexts.shape[0])
    ones = xp.astype(member, U.dtype)
    counts = xp.sum(ones, axis=1)
    divisors = xp.maximum(counts, xp.ones_like(counts)) if reduce == "mean" else xp.ones_like(counts)
    hidden = ones @ xp.take(V_c, contexts, axis=0) / divisors[:, None]
    if loss == "naive_softmax":
        losses, grad_hidden, grad_U = naive_softmax_batch(hidden, targets, U)
    else:
        losses, grad_hidden, grad_U = negative_sampling_batch(hidden, targets, negatives, U)
    losses = xp.where(counts > 0, losses, xp.zeros_like(losses))  # an empty window has none
    return losses, (contexts, xp.take(grad_hidden / divisors[:, None], window, axis=0)), grad_U


def _windows(offsets, N):
    """Whether window b holds word n, (B, N), and the window of each word, (N,)."""
    xp = array_namespace(offsets)
    words = xp.arange(N, device=device(offsets))[None, :]
    member = (words >= offsets[:-1, None]) & (words < offsets[1:, None])
    numbers = xp.arange(member.shape[0], device=device(offsets))[:, None]
    return member, xp.sum(xp.where(member, numbers, xp.zeros_like(numbers)), axis=0)


def _vector(ints, like):
    """Ints as an index vector of the namespace that `like` belongs to."""
    xp = array_namespace(like)
    return xp.asarray([int(n) for n in ints], dtype=xp.int64, device=device(like))


def _check_rows(matrix, **indices):
    V = matrix.shape[0]
    for name, rows in indices.items():
        xp = array_namespace(rows)
        if 0 in rows.shape or (int(xp.min(rows)) >= 0 and int(xp.max(rows)) < V):
            continue
        raise IndexError(f"{name}: got rows {int(xp.min(rows))} to {int(xp.max(rows))}, expected 0 <= row < {V}")


def _check_choice(name, choice, known):
    if choice not in known:
        raise ValueError(f"{name} is {choice!r}, expected one of {', '.join(known)}")
