"""The losses in JAX: a few lines of jax.numpy each, differentiated by jax.grad and compiled by jax.jit.
Unlike torch_autograd: negative sampling is differentiated by the rows that it gathers, not by U, and so costs O(K d) a
pair, whatever V is; and arrays are held with their sizes rounded up, zeros in what was added. For JAX compiles a
program for every shape that it meets, 0.2 s each: a new length of a window would cost more than a thousand windows.
Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", eqs. 2 to 4; sign flipped: ours are
losses, in nats.

V vocabulary size, d dimension, K negatives, B pairs or windows, C context words, N = sum of C. Index arrays are
NumPy's: JAX takes an index outside [0, V) without a word, so that each is looked at first; a wrong one, a negative one
too, raises IndexError. float64 is switched on around each program and not for the process. No array is ever modified,
and every result has the dtype of the inputs."""

import jax
import numpy as np
from jax import numpy as jnp

DTYPES = ("float64", "float32")
DEVICES = ("cpu", "cuda")
LOSSES = ("naive_softmax", "negative_sampling")
REDUCTIONS = ("sum", "mean")
FLUSHES_SUBNORMALS = True  # XLA reads and writes them as zero, on a CPU too
NOWHERE = np.iinfo(np.int32).max  # an index beyond every end: programs read zeros there, and drop what they add


class Padded:
    """An array of JAX of which only values[counts] counts, and has that shape: its low end, if nothing else is said."""

    def __init__(self, values, shape, counts=None):
        low_end = (0,) * (values.ndim - len(shape)) + tuple(map(slice, shape))
        self.values, self.shape, self.counts = values, shape, low_end if counts is None else counts
        self.dtype = values.dtype


def asarray(x, dtype, device):
    """Numbers as a Padded array, with zeros beyond them and a vector as one row; indices as a NumPy array."""
    own = np.array(x, dtype)
    if own.dtype.kind == "i":
        return own
    room = _filled(own, 0, [_room(n, 64) for n in own.shape])
    with jax.enable_x64(True):
        return Padded(jax.device_put(np.atleast_2d(room), jax.devices(device)[0]), own.shape)


def asnumpy(x):
    """What counts of a Padded array, as a NumPy array."""
    return np.asarray(np.asarray(x.values)[x.counts] if isinstance(x, Padded) else x)


def synchronize():
    """Nothing is left to wait for: each program is waited for."""


def sigmoid(x):
    """1 / (1 + exp(-x)), elementwise. Any shape; returns the same shape."""
    return Padded(_sigmoid(x.values), x.shape)


def softmax(logits):
    """exp(logits) / sum(exp(logits)) along the last axis. Takes and returns (V,) or (B, V)."""
    return Padded(_softmax(logits.values, logits.shape[-1]), logits.shape)


def naive_softmax(center, outside, U):
    """Loss -log p(outside | center), p = softmax(U center), and its gradients.

    center (d,), outside int in [0, V), U (V, d). Returns loss, grad_center (d,), grad_U (V, d).
    """
    outsides = np.array([outside])
    _check_rows(U, outside=outsides)
    return _predict(center, np.arange(2), outsides, None, U)


def negative_sampling(center, outside, negatives, U):
    """Loss -log sigmoid(u_outside . center) - sum over k of log sigmoid(-u_k . center), and its gradients.

    center (d,), outside int in [0, V), negatives (K,) ints in [0, V), repeats count each time, U (V, d).
    Returns loss, grad_center (d,), grad_U = (rows (K + 1,), values (K + 1, d)).
    """
    outsides = np.array([outside])
    _check_rows(U, outside=outsides, negatives=negatives)
    return _predict(center, np.arange(2), outsides, negatives[None], U)


def hierarchical_softmax(center, path, signs, U):
    """Loss -log p(word | center) = -sum over i of log sigmoid(signs_i * u_path_i . center), and its gradients.

    center (d,), path (n,) ints in [0, V), the inner nodes from the root to the word, signs (n,) each 1 or -1, U (V, d).
    Returns loss, grad_center (d,), grad_U = (path, values (n, d)); all zero for n = 0.
    Raises ValueError for another sign.
    """
    _check_rows(U, path=path)
    _check_signs(signs)
    return _sample(center, np.array([0, len(path)]), path, signs, U)


def skipgram(center, outsides, V_c, U, loss, negatives):
    """The sum of the pair losses of one centre word with each word of its window, and its gradients.

    center int in [0, V), outsides (C,) ints, V_c and U (V, d), loss "naive_softmax" or "negative_sampling",
    negatives (C, K) or None. Returns loss, grad_V_c = (rows, values), grad_U, dense for the naive softmax, else
    (rows, values). Raises ValueError for another loss.
    """
    offsets = np.array([0, len(outsides)])
    losses, *gradients = skipgram_batch(np.array([center]), outsides, offsets, V_c, U, loss, negatives)
    return Padded(losses.values, ()), *gradients


def step(V_c, U, center, outsides, loss, negatives, rate):
    """One step of stochastic gradient descent on a window: new = old - rate * gradient of its skipgram loss.

    V_c and U (V, d); center, outsides, loss and negatives as in skipgram, rate a number. Returns new V_c and U.
    Both gradients are taken before either matrix changes (Rong 2014, "word2vec Parameter Learning Explained", eqs. 33
    to 36).
    """
    _, *gradients = skipgram(center, outsides, V_c, U, loss, negatives)
    return tuple(_moved(matrix, gradient, rate) for matrix, gradient in zip((V_c, U), gradients, strict=True))


def cbow(context, target, V_c, U, loss, negatives, reduce):
    """The loss of predicting the target from the sum or mean of its context vectors, and its gradients.

    context (C,) ints, repeats count each time, target int in [0, V), V_c and U (V, d), negatives (K,) or None,
    reduce "sum" or "mean". Returns loss, grad_V_c, grad_U as skipgram does; all zero for C = 0.
    Raises ValueError for another loss or reduce.
    """
    offsets, drawn = np.array([0, len(context)]), None if negatives is None else negatives[None]
    losses, *gradients = cbow_batch(context, offsets, np.array([target]), V_c, U, loss, drawn, reduce)
    return Padded(losses.values, ()), *gradients


def naive_softmax_batch(centers, outsides, U):
    """naive_softmax for B pairs. centers (B, d), outsides (B,) ints, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    _check_rows(U, outsides=outsides)
    pairs = np.arange(len(outsides) + 1)
    return _predict(_rows_of(centers, pairs[:-1]), pairs, outsides, None, U)


def negative_sampling_batch(centers, outsides, negatives, U):
    """negative_sampling for B pairs. centers (B, d), outsides (B,) ints, negatives (B, K), or (K,) shared, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U = (rows, values) summed over the batch.
    """
    _check_rows(U, outsides=outsides, negatives=negatives)
    pairs = np.arange(len(outsides) + 1)
    each = np.broadcast_to(negatives, (len(outsides), negatives.shape[-1]))
    return _predict(_rows_of(centers, pairs[:-1]), pairs, outsides, each, U)


def skipgram_batch(centers, outsides, offsets, V_c, U, loss, negatives):
    """skipgram for B windows. centers (B,) ints, outsides (N,) ints, V_c and U (V, d), negatives (N, K) or None;
    window b is outsides[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U as skipgram does, summed over the batch.
    """
    _check_choice("loss", loss, LOSSES)
    _check_rows(U, centers=centers, outsides=outsides, negatives=negatives)
    losses, grad_centers, grad_U = _predict(_rows_of(V_c, centers), offsets, outsides, negatives, U)
    return losses, (centers, grad_centers), grad_U


def cbow_batch(contexts, offsets, targets, V_c, U, loss, negatives, reduce):
    """cbow for B windows. contexts (N,) ints, targets (B,) ints, V_c and U (V, d), negatives (B, K) or None;
    window b is contexts[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U as skipgram does, summed over the batch.
    """
    _check_choice("loss", loss, LOSSES)
    _check_choice("reduce", reduce, REDUCTIONS)
    _check_rows(U, contexts=contexts, targets=targets, negatives=negatives)
    counts, rows = np.diff(offsets), _indices(_windows(contexts, offsets))
    words = _take(V_c.values, rows)
    divisors = _indices(counts.clip(min=1) if reduce == "mean" else np.ones_like(counts), 1)
    hidden = Padded(_pool(words, divisors), (len(counts), V_c.shape[1]))
    full = counts > 0  # an empty window predicts nothing
    drawn = None if negatives is None else negatives[full]
    losses, grad_hidden, grad_U = _predict(hidden, np.append(0, np.cumsum(full)), targets[full], drawn, U)
    grad_words = _pool_backwards(words, divisors, grad_hidden.values)
    return losses, (contexts, _of_rows(grad_words, rows, V_c)), grad_U


def _predict(hidden, offsets, outsides, negatives, U):
    """hidden[b] predicts each of outsides[offsets[b]:offsets[b + 1]], by negative sampling unless negatives is None.

    Returns the losses, and the gradients of hidden and U.
    """
    if negatives is not None:
        rows = np.concatenate([outsides[:, None], negatives], axis=1)
        signs = np.broadcast_to(np.where(np.arange(rows.shape[1]) == 0, 1, -1), rows.shape)
        return _sample(hidden, offsets * rows.shape[1], rows.ravel(), signs.ravel(), U)
    words = _indices(_windows(outsides, offsets))
    (grad_hidden, grad_U), losses = _softmax_losses(hidden.values, U.values, U.shape[0], words)
    return Padded(losses, hidden.shape[:-1]), Padded(grad_hidden, hidden.shape), Padded(grad_U, U.shape)


def _sample(hidden, offsets, rows, signs, U):
    """hidden[b] is told that signs[n] is 1, or -1, of the rows[n] of U from offsets[b] to offsets[b + 1]."""
    words, its_signs = _indices(_windows(rows, offsets)), _indices(_windows(signs, offsets, 0), 0)
    touched = _take(U.values, words)
    (grad_hidden, grad_touched), losses = _sampling_losses(hidden.values, touched, its_signs)
    grad_U = rows, _of_rows(grad_touched, words, U)
    return Padded(losses, hidden.shape[:-1]), Padded(grad_hidden, hidden.shape), grad_U


def _rows_of(matrix, rows):
    return Padded(_take(matrix.values, _indices(rows)), (len(rows), matrix.shape[-1]))


def _of_rows(values, rows, matrix):
    """Values (..., d) of the rows (...) of a matrix, one after the other, without those of NOWHERE."""
    there = rows != NOWHERE
    return Padded(values, (np.count_nonzero(there), matrix.shape[1]), (there, slice(matrix.shape[1])))


def _moved(matrix, gradient, rate):
    if isinstance(gradient, Padded):
        return Padded(_descend(matrix.values, gradient.values, rate), matrix.shape)
    rows, values = gradient
    room = np.full(values.values.shape[:-1], NOWHERE)
    room[values.counts[0]] = rows
    return Padded(_descend_by_rows(matrix.values, room, values.values, rate), matrix.shape)


def _windows(flat, offsets, fill=NOWHERE):
    """Window b, flat[offsets[b]:offsets[b + 1]], as row b; short ones are filled."""
    counts = np.diff(offsets)
    there = np.arange(counts.max(initial=0)) < counts[:, None]
    rows = np.full(there.shape, fill)
    rows[there] = flat
    return rows


def _indices(own, fill=NOWHERE):
    """Windows, or windows by words. One window alone is a common case, and stays one."""
    B, *words = own.shape
    return _filled(own, fill, [B if B == 1 else _room(B, 16), *(_room(n, 16) for n in words)])


def _filled(own, fill, sizes):
    room = np.full(sizes, fill, own.dtype)
    room[tuple(map(slice, own.shape))] = own
    return room


def _room(n, least):
    """The power of two, from `least` on, that n is rounded up to; a size over 4096 is worth a program of its own."""
    return n if n > 4096 else max(least, 1 << (n - 1).bit_length())


def _program(function):
    """jax.jit, in the precision of what it is given, and waited for."""
    compiled = jax.jit(function)

    def run(*given):
        with jax.enable_x64(True):
            return jax.block_until_ready(compiled(*given))

    return run


def _with_gradients(losses_of):
    """The program of the gradients of the losses' sum by the first two arguments, and of the losses."""

    def total(hidden, matrix, *given):
        losses = losses_of(hidden, matrix, *given)
        return losses.sum(), losses

    return _program(jax.grad(total, argnums=(0, 1), has_aux=True))


@_with_gradients
def _softmax_losses(hidden, U, V, outsides):
    """hidden (B, d), U (V or more, d), outsides (B, C)."""
    logits = jnp.matmul(hidden, U.T, precision="highest")  # float32 stays so on a GPU: no TF32
    logs = jax.nn.log_softmax(jnp.where(jnp.arange(len(U)) < V, logits, -jnp.inf), axis=1)
    return -jnp.take_along_axis(logs, outsides, axis=1, mode="fill", fill_value=0).sum(axis=1)


@_with_gradients
def _sampling_losses(hidden, touched, signs):
    """hidden (B, d), touched (B, n, d), signs (B, n), 0 where there is no word."""
    margins = signs * (touched * hidden[:, None, :]).sum(axis=-1)
    return jnp.where(signs != 0, jax.nn.softplus(-margins), 0).sum(axis=1)  # softplus(-x) = -log sigmoid(x)


@_program
def _sigmoid(x):
    # 1 / (1 + e^-x) for x >= 0, e^x / (1 + e^x) below: exp of nothing positive, as exp(710) overflows float64
    return jnp.exp(jnp.minimum(x, 0)) / (1 + jnp.exp(-jnp.abs(x)))


@_program
def _softmax(logits, V):
    return jax.nn.softmax(jnp.where(jnp.arange(logits.shape[-1]) < V, logits, -jnp.inf), axis=-1)


@_program
def _take(matrix, rows):
    return matrix.at[rows].get(mode="fill", fill_value=0)


def _mean(words, divisors):
    return words.sum(axis=1) / divisors[:, None]


_pool = _program(_mean)


@_program
def _pool_backwards(words, divisors, grad_hidden):
    return jax.vjp(lambda words: _mean(words, divisors), words)[1](grad_hidden)[0]


@_program
def _descend(matrix, gradient, rate):
    return matrix - rate * gradient


@_program
def _descend_by_rows(matrix, rows, values, rate):
    return matrix.at[rows].add(-rate * values, mode="drop")


def _check_rows(matrix, **indices):
    V = matrix.shape[0]
    for name, rows in indices.items():
        if rows is not None and rows.size and not 0 <= rows.min() <= rows.max() < V:
            raise IndexError(f"{name}: got rows {rows.min()} to {rows.max()}, expected 0 <= row < {V}")


def _check_signs(signs):
    wrong = np.abs(signs) != 1
    if wrong.any():
        raise ValueError(f"signs: got {signs[wrong][0]}, expected 1 or -1")


def _check_choice(name, choice, known):
    if choice not in known:
        raise ValueError(f"{name} is {choice!r}, expected one of {', '.join(known)}")
