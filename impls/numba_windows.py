"""The losses of windows, compiled by Numba: a batch of windows is one loop over its numbers, on one thread.
Unlike numba_fused: windows, not pairs; what the words of a window share is taken once, and the gradient of their vector
returned once. Nothing is divided over threads: fifty small windows are done before others would have begun.
Source: Mikolov et al. 2013, eqs. 2 and 4, sign flipped: ours are losses, in nats.

V vocabulary size, d dimension, K negatives, B windows, C context words, N = sum of C. Shapes, results and errors are
those of numpy_rows. The gradient of U is row-sparse for negative sampling, dense for naive softmax."""

import math

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

DTYPES = ("float64", "float32")
LOSSES = ("naive_softmax", "negative_sampling")
REDUCTIONS = ("sum", "mean")

_ANY_ORDER = {"reassoc", "contract"}  # sums may be taken in any order and fused; NaN and inf keep their meaning


def _compiled(*arguments):
    """njit for both dtypes when the file is loaded, so that no call waits for the compiler.

    Types are written in NumPy's characters: "i1" and "f2" arrays of ints and of the dtype that are read, "F2" arrays
    that are written.
    """
    signatures = [tuple(_type(name, real) for name in arguments) for real in (types.float64, types.float32)]
    compiled = njit(signatures, fastmath=_ANY_ORDER, cache=True, error_model="numpy")

    def named(function):
        function.__module__ = "numba"  # the cache imports what is named here; this file's own name is its importer's
        return compiled(function)

    return named


def _type(name, real):
    scalar = types.intp if name[0] == "i" else real
    return types.Array(scalar, int(name[1:]), "C", readonly=name[0] != "F")


@intrinsic
def _prefetch(typing, matrix, row):
    """Has the processor fetch a row of a matrix while it goes on: LLVM's prefetch, for which Numba has no name."""

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        first = context.get_constant(types.intp, 0)
        place = cgutils.get_item_pointer(context, builder, signature.args[0], array, [arguments[1], first])
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(prefetch, [builder.bitcast(place, byte), word(0), word(3), word(1)])  # to read, to be kept, data
        return context.get_dummy_value()

    return types.void(matrix, row), generate


@_compiled("F1")
def _loss_and_slopes(logits):
    """The loss of a pair's logits (K + 1,), the outside word's first, which its derivatives by them overwrite.

    The sum of the log(1 + decay) is taken as the logarithm of their product, whose difference from 1 is kept.
    """
    zero, one = logits.dtype.type(0), logits.dtype.type(1)
    loss, product = zero, zero
    logits[0] = -logits[0]  # -log sigmoid(-margin) = softplus(margin): the outside word's margin is -logit
    for n in range(len(logits)):
        margin = logits[n]
        decay = math.exp(-abs(margin))
        loss += max(margin, zero)
        product += decay * (one + product)
        if product > 1000:  # before it overflows
            loss, product = loss + math.log1p(product), zero
        logits[n] = (decay if margin < 0 else one) / (one + decay)
    logits[0] = -logits[0]
    return loss + math.log1p(product)


@_compiled("f2", "i1", "i2", "f2", "F1", "F2", "F3")
def _sample_windows(hidden, offsets, rows, U, losses, grad_hidden, values):
    """Window b predicts the words of rows[offsets[b]:offsets[b + 1]] from hidden[b]; each has its row first, and those
    of its negatives behind it. Adds to the losses and to grad_hidden, fills values."""
    slopes = np.empty(rows.shape[1], U.dtype)
    for b in range(len(hidden)):
        center, grad_center = hidden[b], grad_hidden[b]  # rows by name: a third faster than by two indices
        for m in range(offsets[b], offsets[b + 1]):
            for n in range(len(slopes) if m + 1 < len(rows) else 0):
                _prefetch(U, rows[m + 1, n])  # the next pair's rows lie anywhere in U: a third of the time was waiting
            for n in range(len(slopes)):
                word, logit = U[rows[m, n]], U.dtype.type(0)
                for i in range(len(center)):
                    logit += word[i] * center[i]
                slopes[n] = logit
            losses[b] += _loss_and_slopes(slopes)
            for n in range(len(slopes)):
                slope, word, grad_word = slopes[n], U[rows[m, n]], values[m, n]
                for i in range(len(center)):
                    grad_word[i] = slope * center[i]
                    grad_center[i] += slope * word[i]


@_compiled("F1", "i1")
def _cross_entropy(logits, words):
    """The loss of a window's words under the softmax of its logits (V,), which its derivatives by them overwrite."""
    maximum, total, loss = logits.dtype.type(-np.inf), logits.dtype.type(0), logits.dtype.type(0)
    for v in range(len(logits)):
        maximum = maximum if logits[v] <= maximum else logits[v]  # noqa: FURB136  # a NaN is taken, and stays
    for n in range(len(words)):
        loss += maximum - logits[words[n]]
    for v in range(len(logits)):
        logits[v] = math.exp(logits[v] - maximum)
        total += logits[v]
    for v in range(len(logits)):
        logits[v] *= len(words) / total
    for n in range(len(words)):
        logits[words[n]] -= 1
    return loss + len(words) * math.log(total)


@_compiled("f2", "i1", "i1", "f2", "F1", "F2", "F2")
def _softmax_windows(hidden, offsets, outsides, U, losses, grad_hidden, grad_U):
    """Window b predicts outsides[offsets[b]:offsets[b + 1]] from hidden[b]. Fills losses, adds to the gradients."""
    slopes = np.empty(len(U), U.dtype)
    for b in range(len(hidden)):
        center, grad_center, words = hidden[b], grad_hidden[b], outsides[offsets[b] : offsets[b + 1]]
        if len(words) == 0:
            continue
        for v in range(len(U)):
            word, logit = U[v], U.dtype.type(0)
            for i in range(len(center)):
                logit += word[i] * center[i]
            slopes[v] = logit
        losses[b] = _cross_entropy(slopes, words)
        for v in range(len(U)):
            slope, word, grad_word = slopes[v], U[v], grad_U[v]
            for i in range(len(center)):
                grad_word[i] += slope * center[i]
                grad_center[i] += slope * word[i]


def skipgram(center, outsides, V_c, U, loss, negatives):
    """The sum of the pair losses of one centre word with each word of its window, and its gradients.

    center int in [0, V), outsides (C,) ints, V_c and U (V, d), loss "naive_softmax" or "negative_sampling",
    negatives (C, K) or None. Returns loss, grad_V_c = (rows, values), grad_U, dense for the naive softmax, else
    (rows, values). Raises ValueError for another loss.
    """
    losses, *gradients = skipgram_batch([center], outsides, [0, len(outsides)], V_c, U, loss, negatives)
    return losses[0], *gradients


def cbow(context, target, V_c, U, loss, negatives, reduce):
    """The loss of predicting the target from the sum or mean of its context vectors, and its gradients.

    context (C,) ints, repeats count each time, target int in [0, V), V_c and U (V, d), negatives (K,) or None,
    reduce "sum" or "mean". Returns loss, grad_V_c, grad_U as skipgram does; all zero for C = 0.
    Raises ValueError for another loss or reduce.
    """
    drawn = None if negatives is None else np.asarray(negatives)[None, :]
    losses, *gradients = cbow_batch(context, [0, len(context)], [target], V_c, U, loss, drawn, reduce)
    return losses[0], *gradients


def skipgram_batch(centers, outsides, offsets, V_c, U, loss, negatives):
    """skipgram for B windows. centers (B,) ints, outsides (N,) ints, V_c and U (V, d), negatives (N, K) or None;
    window b is outsides[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U as skipgram does, summed over the batch.
    """
    centers = _rows("centers", centers, V_c)
    losses, grad_hidden, grad_U = _predict(V_c.take(centers, axis=0), offsets, outsides, U, loss, negatives)
    return losses, (centers, grad_hidden), grad_U


def cbow_batch(contexts, offsets, targets, V_c, U, loss, negatives, reduce):
    """cbow for B windows. contexts (N,) ints, targets (B,) ints, V_c and U (V, d), negatives (B, K) or None;
    window b is contexts[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U as skipgram does, summed over the batch.
    """
    _check_choice("reduce", reduce, REDUCTIONS)
    contexts, targets, counts = _rows("contexts", contexts, V_c), _rows("targets", targets, U), np.diff(offsets)
    full = np.flatnonzero(counts)  # an empty window predicts nothing, and reduceat cannot sum it
    counts = counts[full]
    divisors = (counts if reduce == "mean" else np.ones_like(counts)).astype(V_c.dtype)[:, None]
    hidden = np.add.reduceat(V_c.take(contexts, axis=0), np.asarray(offsets)[full], axis=0) / divisors
    drawn = None if negatives is None else _rows("negatives", negatives, U)[full]
    losses = np.zeros(len(targets), U.dtype)
    losses[full], grad_hidden, grad_U = _predict(hidden, np.arange(len(full) + 1), targets[full], U, loss, drawn)
    return losses, (contexts, np.repeat(grad_hidden / divisors, counts, axis=0)), grad_U


def _predict(hidden, offsets, words, U, loss, negatives):
    """Window b predicts words[offsets[b]:offsets[b + 1]] from hidden[b]. Returns losses and the gradients of both."""
    _check_choice("loss", loss, LOSSES)
    offsets, U = np.ascontiguousarray(offsets, np.intp), np.ascontiguousarray(U)
    losses, grad_hidden = np.zeros(len(hidden), U.dtype), np.zeros_like(hidden)
    if loss == "naive_softmax":
        words, grad_U = _rows("outsides", words, U), np.zeros_like(U)
        _softmax_windows(hidden, offsets, words, U, losses, grad_hidden, grad_U)
        return losses, grad_hidden, grad_U
    rows = _rows("outsides and negatives", np.concatenate([np.asarray(words)[:, None], negatives], axis=1), U)
    values = np.empty((*rows.shape, U.shape[1]), U.dtype)
    _sample_windows(hidden, offsets, rows, U, losses, grad_hidden, values)
    return losses, grad_hidden, (rows.ravel(), values.reshape(-1, U.shape[1]))


def _rows(name, rows, matrix):
    """The rows as an index array, once they are known to be rows of the matrix."""
    rows = np.ascontiguousarray(rows, np.intp)
    if rows.size and rows.view(np.uintp).max() >= len(matrix):  # one pass: unsigned, -1 is larger than any V
        raise IndexError(f"{name}: got rows {rows.min()} to {rows.max()}, expected 0 <= row < {len(matrix)}")
    return rows


def _check_choice(name, choice, known):
    if choice not in known:
        raise ValueError(f"{name} is {choice!r}, expected one of {', '.join(known)}")
