"""Counts with SciPy's sparse matrices: co-occurrence, PMI, PPMI and the truncated SVD.
Unlike python_counts: a text is counted by whole arrays, one distance between two words at a time, and the SVD is
ARPACK's implicitly restarted Lanczos iteration. Memory grows with the pairs of the text and the cells that hold
something, never with V².
Sources: Church and Hanks 1990 (PMI); Levy and Goldberg 2014 (shifted PPMI); Levy, Goldberg and Dagan 2015 (smoothing).

V vocabulary size, k rank. Inputs are never modified. An index outside its range raises IndexError, another argument
that makes no sense ValueError."""

import numpy as np
import scipy.sparse
from scipy.sparse.linalg import svds

DETERMINISTIC = False  # where M has fewer than k directions, ARPACK goes on from what it finds in its memory


def assparse(rows, cols, values, shape):
    """Cells as NumPy arrays (n,) each, as a sparse array in coordinates."""
    return scipy.sparse.coo_array((values, (rows, cols)), shape)


def cooccurrence(tokens, window):
    """How often the word of a column stands within `window` words of the word of a row, to either side.

    tokens (N,) ints >= 0, one text, at whose ends windows stop; window >= 1. Returns W, a sparse array (V, V) of int64,
    V one more than the largest token. Every pair of positions counts in both directions: the sum of W is twice their
    number.
    Raises IndexError for a negative token, ValueError for another window.
    """
    tokens = np.asarray(tokens)
    if window < 1:
        raise ValueError(f"window is {window}; at least 1 is due")
    if tokens.min(initial=0) < 0:
        raise IndexError(f"tokens hold {tokens.min()}; words are rows, from 0")
    V = int(tokens.max(initial=-1)) + 1
    before = scipy.sparse.csr_array((V, V), dtype=np.int64)
    for distance in range(1, min(window, len(tokens) - 1) + 1):
        pairs = (tokens[:-distance], tokens[distance:])
        before += scipy.sparse.csr_array((np.ones(len(pairs[0]), np.int64), pairs), (V, V))
    return before + before.T


def pmi(W):
    """Pointwise mutual information log(p(t, c) / (p(t) p(c))) in nats, of targets (rows) and contexts (columns).

    W a sparse array (V, V) of counts >= 0. Returns one like it, in W's dtype, or float64 for ints. A cell that is not
    stored has no count, and PMI -inf; one that is stored may hold 0.
    """
    return _pmi(W, 1.0)


def ppmi(W, smoothing=1.0, shift=0.0):
    """Positive PMI max(log(p(t, c) / (p(t) p_s(c))) - shift, 0): what is not stored is 0, so that no -inf is left.

    W a sparse array (V, V) of counts >= 0. p_s(c) is proportional to the context's count to the power `smoothing` (0.75
    in word2vec); shift is in nats, log K for what K negatives converge to. Returns a sparse array like W.
    """
    M = _pmi(W, smoothing)
    M.data = np.maximum(M.data - M.dtype.type(shift), 0)
    M.eliminate_zeros()
    return M


def svd(M, k):
    """The k largest singular values of M and their vectors: M is close to U diag(S) Vt, the closest of rank k.

    M a sparse array (m, n), 1 <= k <= min(m, n). Returns U (m, k) and Vt (k, n) with orthonormal columns and rows, and
    S (k,), descending. Raises ValueError for another k.
    """
    if not 1 <= k <= min(M.shape):
        raise ValueError(f"k is {k}; 1 to {min(M.shape)} is due")
    if k == min(M.shape):  # Lanczos wants room, and there is nothing to truncate
        U, S, Vt = np.linalg.svd(M.toarray(), full_matrices=False)
        return U, S, Vt
    U, S, Vt = svds(M.tocsr(), k, rng=0)  # the same start, and the same one again where the iteration breaks down
    order = np.argsort(S)[::-1]  # ARPACK gives the smallest first
    return np.ascontiguousarray(U[:, order]), S[order], np.ascontiguousarray(Vt[order])


def _pmi(W, smoothing):
    counts = W.tocoo(copy=True)
    counts.sum_duplicates()
    if counts.data.min(initial=0) < 0:
        raise ValueError("W holds a negative number; counts are not negative")
    counts.eliminate_zeros()
    dtype = counts.dtype if counts.dtype.kind == "f" else np.dtype(np.float64)
    of_row = counts.sum(axis=1, dtype=np.float64)
    weight = counts.sum(axis=0, dtype=np.float64) ** smoothing
    rows, cols = counts.coords
    counts.data = np.log(counts.data / of_row[rows] * (weight.sum() / weight[cols])).astype(dtype)
    return counts
