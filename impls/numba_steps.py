"""Steps of negative sampling, compiled by Numba: trains on windows one after the other, as word2vec.c does.
Unlike numba_fused: no gradient is ever stored; a window reads the rows that it touches, and writes them once. Its words
share their negatives, so that C words cost C + K rows in place of C (K + 1). Windows of one word are word2vec.c's own
steps, with negatives for each pair. Several threads may call it at once on the same matrices, since it lets go of the
interpreter's lock: their steps then race, as in Niu et al. 2011, "Hogwild!".
Source: Mikolov et al. 2013, eq. 4, sign flipped; shared negatives: Ji et al. 2016, "Parallelizing Word2Vec in Shared
and Distributed Memory".

V vocabulary size, d dimension, K negatives, B windows, C words of a window, N = sum of C."""

import math

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

DTYPES = ("float64", "float32")

CACHE_LINE = 64  # bytes
_ANY_ORDER = {"reassoc", "contract"}  # sums may be taken in any order and fused; NaN and inf keep their meaning


def steps(V_c, U, centers, outsides, offsets, negatives, rate):
    """Steps of gradient descent on B windows, each from where the one before it has led: new = old - rate * gradient.

    V_c and U (V, d) are written to; centers (B,) ints, outsides (N,) ints, window b is outsides[offsets[b]:offsets[b +
    1]], negatives (B, K) ints, shared by the words of a window, rate a number. The loss of a window is the sum over its
    words of -log sigmoid(u_word . v) - sum over k of log sigmoid(-u_k . v); both gradients are taken before either
    matrix changes. Returns V_c, U. Raises IndexError for an index outside [0, V), before anything is written.
    """
    centers = _rows("centers", centers, V_c)
    outsides, negatives = _rows("outsides", outsides, U), _rows("negatives", negatives, U)
    offsets = np.ascontiguousarray(offsets, np.intp)
    if offsets[0] != 0 or offsets[-1] != len(outsides) or np.diff(offsets).min(initial=0) < 0:
        raise IndexError(f"offsets: expected to rise from 0 to {len(outsides)}, the number of outsides")
    V_c, U = np.ascontiguousarray(V_c), np.ascontiguousarray(U)
    _descend(V_c, U, centers, outsides, offsets, negatives, U.dtype.type(rate))
    return V_c, U


def _compiled(*arguments):
    """njit for both dtypes when the file is loaded, so that no call waits for the compiler.

    Types are written in NumPy's characters: "f" a scalar of the dtype, "i" an int, "f1" and "i2" arrays that are read,
    "F1" and "I1" arrays that are written.
    """
    signatures = [tuple(_type(name, real) for name in arguments) for real in (types.float64, types.float32)]
    compiled = njit(signatures, fastmath=_ANY_ORDER, cache=True, error_model="numpy", nogil=True)

    def named(function):
        function.__module__ = "numba"  # the cache imports what is named here; this file's own name is its importer's
        return compiled(function)

    return named


def _type(name, real):
    scalar = types.intp if name[0] in "iI" else real
    return scalar if name[1:] == "" else types.Array(scalar, int(name[1:]), "C", readonly=name[0].islower())


@intrinsic
def _prefetch(typing, matrix, row, column):
    """Has the processor fetch what lies at an element, to write to it, while it goes on: LLVM's prefetch."""

    def generate(context, builder, signature, arguments):
        matrix, *place = arguments
        array = context.make_array(signature.args[0])(context, builder, matrix)
        element = cgutils.get_item_pointer(context, builder, signature.args[0], array, place)
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(prefetch, [builder.bitcast(element, byte), word(1), word(3), word(1)])  # to write, to keep, data
        return context.get_dummy_value()

    return types.void(matrix, row, column), generate


@_compiled("F2", "I1", "i", "F1", "F1")
def _dot(U, rows, count, center, logits):
    """logits[n] = U[rows[n]] . center, four rows at a time: their sums do not wait for each other."""
    for n in range(0, count, 4):
        r0, r1, r2, r3 = rows[n], rows[n + 1], rows[n + 2], rows[n + 3]
        s0 = s1 = s2 = s3 = center.dtype.type(0)
        for i in range(len(center)):
            s0 += U[r0, i] * center[i]
            s1 += U[r1, i] * center[i]
            s2 += U[r2, i] * center[i]
            s3 += U[r3, i] * center[i]
        logits[n], logits[n + 1], logits[n + 2], logits[n + 3] = s0, s1, s2, s3


@_compiled("F1", "i", "i", "f")
def _slopes(logits, C, K, rate):
    """In place of the logits, how far each row moves: rate times the derivative of the window's loss by its logit."""
    one = logits.dtype.type(1)
    of_negative = rate * logits.dtype.type(C)  # each negative stands against every word of the window
    for n in range(C + K):
        decay = math.exp(-abs(logits[n]))
        towards, away = (one if logits[n] > 0 else decay), (decay if logits[n] > 0 else one)
        logits[n] = (-rate * away if n < C else of_negative * towards) / (one + decay)
    for n in range(C + K, C + K + 3):
        logits[n] = 0


@_compiled("F2", "I1", "i", "F1", "F1")
def _add(U, rows, count, slopes, total):
    """total += the sum of slopes[n] U[rows[n]]."""
    for n in range(0, count, 4):
        r0, r1, r2, r3 = rows[n], rows[n + 1], rows[n + 2], rows[n + 3]
        s0, s1, s2, s3 = slopes[n], slopes[n + 1], slopes[n + 2], slopes[n + 3]
        for i in range(len(total)):
            total[i] += s0 * U[r0, i] + s1 * U[r1, i] + s2 * U[r2, i] + s3 * U[r3, i]


@_compiled("F2", "F2", "i1", "i1", "i1", "i2", "i")
def _fetch(V_c, U, centers, outsides, offsets, negatives, b):
    """Asks for the rows of window b, which lie anywhere in the matrices."""
    line = CACHE_LINE // U.itemsize
    for i in range(0, U.shape[1], line):
        _prefetch(V_c, centers[b], i)
        for n in range(offsets[b], offsets[b + 1]):
            _prefetch(U, outsides[n], i)
        for k in range(negatives.shape[1]):
            _prefetch(U, negatives[b, k], i)


@_compiled("F2", "F2", "i1", "i1", "i1", "i2", "f")
def _descend(V_c, U, centers, outsides, offsets, negatives, rate):
    d, K = U.shape[1], negatives.shape[1]
    most = np.diff(offsets).max() + K + 3 if len(centers) else 0
    rows, slopes = np.empty(most, np.intp), np.empty(most, U.dtype)
    center, grad_center = np.empty(d, U.dtype), np.empty(d, U.dtype)
    for b in range(len(centers)):
        if b + 1 < len(centers):
            _fetch(V_c, U, centers, outsides, offsets, negatives, b + 1)
        word, start = centers[b], offsets[b]  # read here: an array that may be written to is read again in each turn
        C = offsets[b + 1] - start
        if C == 0:
            continue
        for c in range(C):
            rows[c] = outsides[start + c]
        for k in range(K):
            rows[C + k] = negatives[b, k]
        for n in range(C + K, C + K + 3):
            rows[n] = rows[0]  # four rows are read at a time: the last ones may be nobody's
        for i in range(d):
            center[i], grad_center[i] = V_c[word, i], 0
        _dot(U, rows, C + K, center, slopes)
        _slopes(slopes, C, K, rate)
        _add(U, rows, C + K, slopes, grad_center)
        for n in range(C + K):
            row, slope = rows[n], slopes[n]
            for i in range(d):
                U[row, i] -= slope * center[i]
        for i in range(d):
            V_c[word, i] = center[i] - grad_center[i]


def _rows(name, rows, matrix):
    """The rows as an index array, once they are known to be rows of the matrix."""
    rows = np.ascontiguousarray(rows, np.intp)
    if rows.size and rows.view(np.uintp).max() >= len(matrix):  # one pass: unsigned, -1 is larger than any V
        raise IndexError(f"{name}: got rows {rows.min()} to {rows.max()}, expected 0 <= row < {len(matrix)}")
    return rows
