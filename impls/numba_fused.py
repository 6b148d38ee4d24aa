"""The losses compiled by Numba: one pass over the numbers where NumPy takes several, divided over the threads.
Unlike numpy_rows: a pair of negative sampling is one loop without intermediate arrays; naive softmax reads U once and
writes its gradient once, the traffic of copying U; a batch of it goes through the vocabulary in tiles, so that beside
the gradients it holds B TILE logits and not B V. Windows are not here: they are sums of these.
Threads: NUMBA_NUM_THREADS, and those of NumPy's BLAS in batches.
Source: Mikolov et al. 2013, eqs. 2 and 4, sign flipped; the running maximum is that of Milakov and Gimelshein 2018,
"Online normalizer calculation for softmax".

Shapes, results and errors are those of numpy_rows. The gradient of U is row-sparse for negative sampling, dense for
naive softmax."""

import math

import numpy as np
from numba import get_num_threads, njit, prange, types

DTYPES = ("float64", "float32")
BLOCK = 256  # rows of U that a thread takes between two looks at its maximum
TILE = 384  # words of the vocabulary in one tile of a batch's logits

_ANY_ORDER = {"reassoc", "contract"}  # sums may be taken in any order and fused; NaN and inf keep their meaning


def _compiled(*arguments, **options):
    """njit for both dtypes when the file is loaded, so that no call waits for the compiler.

    Types are written in NumPy's characters: "f" a scalar of the dtype, "i" an int, "f1" and "i2" arrays that are read,
    "F1" arrays that are written.
    """
    signatures = [tuple(_type(name, real) for name in arguments) for real in (types.float64, types.float32)]
    compiled = njit(signatures, fastmath=_ANY_ORDER, cache=True, error_model="numpy", **options)

    def named(function):
        function.__module__ = "numba"  # the cache imports what is named here; this file's own name is its importer's
        return compiled(function)

    return named


def _type(name, real):
    scalar = types.intp if name[0] == "i" else real
    return scalar if name[1:] == "" else types.Array(scalar, int(name[1:]), "C", readonly=name[0] != "F")


@_compiled("f1", "i1", "f2", "F1", "F2")
def _sample(center, rows, U, grad_center, values):
    """One pair of negative sampling; rows (K + 1,), the outside word's first. Fills the gradients, returns the loss."""
    zero, one = center.dtype.type(0), center.dtype.type(1)
    loss = zero
    for n in range(len(rows)):
        logit = zero
        for i in range(len(center)):
            logit += U[rows[n], i] * center[i]
        margin = -logit if n == 0 else logit  # -log sigmoid(-margin) = softplus(margin)
        decay = math.exp(-abs(margin))
        loss += max(margin, zero) + math.log1p(decay)
        slope = (decay if margin < 0 else one) / (one + decay)
        slope = -slope if n == 0 else slope
        for i in range(len(center)):
            values[n, i] = slope * center[i]
            grad_center[i] += slope * U[rows[n], i]
    return loss


@_compiled("f1", "i", "i1", "f2")
def _sample_pair(center, outside, negatives, U):
    rows = np.empty(len(negatives) + 1, np.intp)
    rows[0], rows[1:] = outside, negatives
    if rows.min() < 0 or rows.max() >= len(U):
        raise IndexError  # worded by the caller: a compiled function knows only constant messages
    grad_center, values = np.zeros_like(center), np.empty((len(rows), len(center)), center.dtype)
    return _sample(center, rows, U, grad_center, values), grad_center, (rows, values)


@_compiled("f2", "i2", "f2", "F1", "F2", "F3", parallel=True)
def _sample_batch(centers, rows, U, losses, grad_centers, values):
    for b in prange(len(centers)):
        losses[b] = _sample(centers[b], rows[b], U, grad_centers[b], values[b])


@_compiled("f1", "f2", "F1", "F1", "F1", "F1", "F2", parallel=True)
def _read_once(center, U, weights, block_maxima, maxima, totals, sums):
    """Reads each row of U once; the blocks of rows are divided over the threads.

    Writes weights (V,) = exp(logit - block_maxima[block]), where a block's maximum is that of all logits of its thread
    so far, and for each thread its maximum, its total of exp(logit - maximum), and sums (threads, d) of that times the
    row.
    """
    V, blocks, threads = len(U), len(block_maxima), len(maxima)
    for t in prange(threads):
        maximum, total = center.dtype.type(-np.inf), center.dtype.type(0)
        for block in range(blocks * t // threads, blocks * (t + 1) // threads):
            start, stop = block * BLOCK, min((block + 1) * BLOCK, V)
            before = maximum
            for v in range(start, stop):
                logit = center.dtype.type(0)
                for i in range(len(center)):
                    logit += U[v, i] * center[i]
                weights[v] = logit
                maximum = maximum if logit <= maximum else logit  # noqa: FURB136  # a NaN is taken, and stays
            shrink = math.exp(before - maximum)  # the sums so far were relative to a smaller maximum
            total *= shrink
            for i in range(len(center)):
                sums[t, i] *= shrink
            for v in range(start, stop):
                weights[v] = math.exp(weights[v] - maximum)
                total += weights[v]
                for i in range(len(center)):
                    sums[t, i] += weights[v] * U[v, i]
            block_maxima[block] = maximum
        maxima[t], totals[t] = maximum, total


@_compiled("f1", "f1", "f1", "i", "F2", parallel=True)
def _write_once(center, weights, scales, outside, grad_U):
    """grad_U = (p - one-hot) center^T, where p = weights times the scale of their block."""
    for block in prange(len(scales)):
        for v in range(block * BLOCK, min((block + 1) * BLOCK, len(weights))):
            slope = weights[v] * scales[block]
            slope = slope - 1 if v == outside else slope
            for i in range(len(center)):
                grad_U[v, i] = slope * center[i]


def naive_softmax(center, outside, U):
    """Loss -log p(outside | center), p = softmax(U center), and its gradients.

    center (d,), outside int in [0, V), U (V, d). Returns loss, grad_center (d,), grad_U (V, d).
    """
    _rows("outside", outside, U)
    center, U = np.ascontiguousarray(center), np.ascontiguousarray(U)
    threads, grad_U = get_num_threads(), np.empty_like(U)
    weights, block_maxima = np.empty(len(U), U.dtype), np.empty(-(-len(U) // BLOCK), U.dtype)
    maxima, totals = np.empty(threads, U.dtype), np.empty(threads, U.dtype)
    sums = np.zeros((threads, len(center)), U.dtype)
    _read_once(center, U, weights, block_maxima, maxima, totals, sums)
    maximum = maxima.max()
    shares = np.exp(maxima - maximum)
    total = shares @ totals
    _write_once(center, weights, np.exp(block_maxima - maximum) / total, outside, grad_U)
    loss = np.log(total) + (maximum - U[outside] @ center)
    return loss, (shares / total) @ sums - U[outside], grad_U


def negative_sampling(center, outside, negatives, U):
    """Loss -log sigmoid(u_outside . center) - sum over k of log sigmoid(-u_k . center), and its gradients.

    center (d,), outside int in [0, V), negatives (K,) ints in [0, V), repeats count each time, U (V, d).
    Returns loss, grad_center (d,), grad_U = (rows (K + 1,), values (K + 1, d)).
    """
    drawn = np.ascontiguousarray(negatives, np.intp)
    try:
        loss, *gradients = _sample_pair(np.ascontiguousarray(center), outside, drawn, np.ascontiguousarray(U))
    except IndexError:
        _rows("outside and negatives", [outside, *drawn], U)
        raise
    return U.dtype.type(loss), *gradients


def naive_softmax_batch(centers, outsides, U):
    """naive_softmax for B pairs. centers (B, d), outsides (B,) ints, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    outsides = _rows("outsides", outsides, U)
    maxima, totals = _normalizers(centers, U)
    losses, grad_centers, grad_U = np.empty(len(centers), U.dtype), np.zeros_like(centers), np.empty_like(U)
    shares = centers / totals[:, None]  # divided here and not in the tiles, which are larger
    for logits, tile in _tiles(centers, U):
        pairs = np.flatnonzero((outsides >= tile.start) & (outsides < tile.stop))
        places = pairs, outsides[pairs] - tile.start
        losses[pairs] = np.log(totals[pairs]) + (maxima[pairs] - logits[places])
        residual = _weights(logits, maxima)
        residual[places] -= totals[pairs]
        grad_centers += residual @ U[tile]
        np.matmul(residual.T, shares, out=grad_U[tile])
    grad_centers /= totals[:, None]
    return losses, grad_centers, grad_U


def negative_sampling_batch(centers, outsides, negatives, U):
    """negative_sampling for B pairs. centers (B, d), outsides (B,) ints, negatives (B, K), or (K,) shared, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U = (rows, values) summed over the batch.
    """
    outsides, negatives = _rows("outsides", outsides, U), _rows("negatives", negatives, U)
    rows = np.empty((len(outsides), negatives.shape[-1] + 1), np.intp)
    rows[:, 0], rows[:, 1:] = outsides, negatives
    centers, U = np.ascontiguousarray(centers), np.ascontiguousarray(U)
    losses, grad_centers = np.empty(len(rows), U.dtype), np.zeros_like(centers)
    values = np.empty((*rows.shape, U.shape[1]), U.dtype)
    _sample_batch(centers, rows, U, losses, grad_centers, values)
    return losses, grad_centers, (rows.ravel(), values.reshape(-1, U.shape[1]))


def _normalizers(centers, U):
    """The maximum of each pair's logits, and the sum of exp(logit - maximum), both (B,)."""
    maxima, totals = np.full(len(centers), -np.inf, U.dtype), np.zeros(len(centers), U.dtype)
    for logits, _ in _tiles(centers, U):
        before, maxima = maxima, np.maximum(maxima, logits.max(axis=1))
        totals *= np.exp(before - maxima)
        totals += _weights(logits, maxima).sum(axis=1)
    return maxima, totals


def _weights(logits, maxima):
    """exp(logit - maximum), in the room of the logits (B, TILE)."""
    np.subtract(logits, maxima[:, None], out=logits)
    return np.exp(logits, out=logits)


def _tiles(centers, U):
    """The logits (B, TILE) of each tile of the vocabulary, in one buffer, and the tile's slice."""
    buffer = np.empty(len(centers) * TILE, U.dtype)
    for start in range(0, len(U), TILE):
        tile = slice(start, min(start + TILE, len(U)))
        size = tile.stop - start
        yield np.matmul(centers, U[tile].T, out=buffer[: len(centers) * size].reshape(len(centers), size)), tile


def _rows(name, rows, matrix):
    """The rows as an index array, once they are known to be rows of the matrix."""
    rows = np.asarray(rows, np.intp)
    if rows.size and rows.view(np.uintp).max() >= len(matrix):  # one pass: unsigned, -1 is larger than any V
        raise IndexError(f"{name}: got rows {rows.min()} to {rows.max()}, expected 0 <= row < {len(matrix)}")
    return rows
