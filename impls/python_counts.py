"""Counts in plain Python: co-occurrence, PMI, PPMI and the truncated SVD, with nothing but dicts, lists and math.
A matrix is its cells, (rows, cols, values, shape): three lists and a pair, so that memory grows with the cells that
hold something, not with V². Unlike scipy_counts: each pair of a text is visited by name, and the SVD is a subspace
iteration with one-sided Jacobi rotations, both written out.
Sources: Church and Hanks 1990 (PMI); Levy and Goldberg 2014 (shifted PPMI); Levy, Goldberg and Dagan 2015 (smoothing);
Golub and Van Loan, "Matrix Computations", sections 8.2 and 8.6 (subspace iteration, one-sided Jacobi).

V vocabulary size, k rank. Inputs are never modified. An index outside its range raises IndexError, another argument
that makes no sense ValueError."""

import math
import random
from collections import Counter, defaultdict

DTYPES = ("float64",)
ROUNDOFF = 2.0**-53


def asarray(x, dtype, device):
    """A NumPy array as nested lists."""
    return x.tolist()


def assparse(rows, cols, values, shape):
    """Cells as NumPy arrays (n,) each, as this file's own matrix."""
    return rows.tolist(), cols.tolist(), values.tolist(), shape


def cooccurrence(tokens, window):
    """How often the word of a column stands within `window` words of the word of a row, to either side.

    tokens (N,) ints >= 0, one text, at whose ends windows stop; window >= 1. Returns W, cells (V, V) of ints, V one
    more than the largest token. Every pair of positions counts in both directions: the sum of W is twice their number.
    Raises IndexError for a negative token, ValueError for another window.
    """
    if window < 1:
        raise ValueError(f"window is {window}; at least 1 is due")
    if tokens and min(tokens) < 0:
        raise IndexError(f"tokens hold {min(tokens)}; words are rows, from 0")
    counts = Counter()
    for position, word in enumerate(tokens):
        for earlier in tokens[max(0, position - window) : position]:  # max: a negative start counts from the end
            counts[word, earlier] += 1
            counts[earlier, word] += 1
    V = max(tokens, default=-1) + 1
    return _cells(counts, (V, V))


def pmi(W):
    """Pointwise mutual information log(p(t, c) / (p(t) p(c))) in nats, of targets (rows) and contexts (columns).

    W cells (V, V) of counts >= 0. Returns cells of W's shape. A cell that is not stored has no count, and PMI -inf.
    """
    return _pmi(W, 1.0)


def ppmi(W, smoothing=1.0, shift=0.0):
    """Positive PMI max(log(p(t, c) / (p(t) p_s(c))) - shift, 0): what is not stored is 0, so that no -inf is left.

    W cells (V, V) of counts >= 0. p_s(c) is proportional to the context's count to the power `smoothing` (0.75 in
    word2vec); shift is in nats, log K for what K negatives converge to. Returns cells of W's shape.
    """
    rows, cols, values, shape = _pmi(W, smoothing)
    positive = {(t, c): value - shift for t, c, value in zip(rows, cols, values, strict=True) if value > shift}
    return _cells(positive, shape)


def svd(M, k):
    """The k largest singular values of M and their vectors: M is close to U diag(S) Vt, the closest of rank k.

    M cells (m, n), 1 <= k <= min(m, n). Returns U (m, k) and Vt (k, n) with orthonormal columns and rows, as lists of
    rows, and S (k,), descending. Memory grows with the cells and (m + n) k. Raises ValueError for another k, and
    ArithmeticError where neighbouring singular values lie too close for the iteration to end.
    """
    m, n = M[3]
    if not 1 <= k <= min(m, n):
        raise ValueError(f"k is {k}; 1 to {min(m, n)} is due")
    width = min(m, n, 2 * k + 8)  # more than k: the error of the k shrinks by (S[width] / S[k])^2 a turn
    draw = random.Random(0)
    V = _orthonormal([[draw.gauss(0.0, 1.0) for _ in range(n)] for _ in range(width)], draw)
    for _ in range(10_000):
        Y, V = _jacobi(_times(M, V), V)  # M V = Y, with orthogonal columns: the best that this subspace holds
        S = [math.sqrt(_dot(y, y)) for y in Y]
        U = _orthonormal([[entry / s for entry in y] if s else y for y, s in zip(Y, S, strict=True)], draw)
        Z = _times(_transposed(M), U)
        if _residual(Z[:k], V, S) <= 4 * (m + n) * ROUNDOFF * S[0]:
            return [list(row) for row in zip(*U[:k], strict=True)], S[:k], V[:k]
        V = _orthonormal(Z, draw)
    raise ArithmeticError("the singular values lie too close for the iteration to end")


def _cells(values, shape):
    """A dict from (row, column) to value as cells in the order of the rows."""
    places = sorted(values)
    return [t for t, _ in places], [c for _, c in places], [values[place] for place in places], shape


def _pmi(W, smoothing):
    rows, cols, counts, shape = W
    of_row, of_col = defaultdict(int), defaultdict(int)
    for t, c, count in zip(rows, cols, counts, strict=True):
        if count < 0:
            raise ValueError(f"W[{t}, {c}] is {count}; counts are not negative")
        of_row[t] += count
        of_col[c] += count
    weight = {c: count**smoothing for c, count in of_col.items()}
    total = math.fsum(weight.values())
    cells = zip(rows, cols, counts, strict=True)
    found = {(t, c): math.log(n / of_row[t] * (total / weight[c])) for t, c, n in cells if n}
    return _cells(found, shape)


def _transposed(M):
    rows, cols, values, (m, n) = M
    return cols, rows, values, (n, m)


def _times(M, vectors):
    """M v for each of the vectors v."""
    rows, cols, values, (m, n) = M
    products = [[0.0] * m for _ in vectors]
    for product, vector in zip(products, vectors, strict=True):
        for t, c, value in zip(rows, cols, values, strict=True):
            product[t] += value * vector[c]
    return products


def _dot(x, y):
    return sum(a * b for a, b in zip(x, y, strict=True))


def _residual(Z, V, S):
    """The norm of Z - V diag(S), the columns being lists."""
    squares = (a - s * b for z, v, s in zip(Z, V, S, strict=False) for a, b in zip(z, v, strict=True))
    return math.sqrt(sum(difference * difference for difference in squares))


def _orthonormal(vectors, draw):
    """Gram and Schmidt's orthonormal vectors, twice over; what vanishes is replaced by a random direction."""
    found = []
    for vector in vectors:
        rest, left = _beside(vector, found)
        while rest <= len(vector) * ROUNDOFF:
            rest, left = _beside([draw.gauss(0.0, 1.0) for _ in vector], found)
        found.append([entry / rest for entry in left])
    return found


def _beside(vector, others):
    """What of a vector of length 1 is orthogonal to the others: its length, and itself."""
    size = math.sqrt(_dot(vector, vector))
    left = [entry / size for entry in vector] if size else vector
    for _ in range(2):  # once leaves behind what cancellation has left
        for other in others:
            along = _dot(other, left)
            left = [a - along * b for a, b in zip(left, other, strict=True)]
    return math.sqrt(_dot(left, left)), left


def _jacobi(Y, V):
    """Rotates the columns of Y until they are orthogonal, and those of V with them; the longest first."""
    Y, V = [*Y], [*V]
    noise = (len(Y[0]) * ROUNDOFF) ** 2 * max(_dot(y, y) for y in Y)  # what rounding has left of a vanishing column
    turning = True
    while turning:
        turning = False
        for p in range(len(Y)):
            for q in range(p + 1, len(Y)):
                a, b, c = _dot(Y[p], Y[p]), _dot(Y[q], Y[q]), _dot(Y[p], Y[q])
                if min(a, b) <= noise or abs(c) <= len(Y[p]) * ROUNDOFF * math.sqrt(a) * math.sqrt(b):
                    continue
                turning = True
                zeta = (b - a) / (2 * c)
                t = math.copysign(1.0, zeta) / (abs(zeta) + math.hypot(1.0, zeta))
                cosine = 1 / math.hypot(1.0, t)
                for columns in (Y, V):
                    columns[p], columns[q] = _rotated(columns[p], columns[q], cosine, cosine * t)
    order = sorted(range(len(Y)), key=lambda j: -_dot(Y[j], Y[j]))
    return [Y[j] for j in order], [V[j] for j in order]


def _rotated(x, y, cosine, sine):
    first = [cosine * a - sine * b for a, b in zip(x, y, strict=True)]
    return first, [sine * a + cosine * b for a, b in zip(x, y, strict=True)]
