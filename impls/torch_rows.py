"""The losses in PyTorch by rows, with the gradients derived by hand.
Unlike torch_autograd: no graph is recorded, and negative sampling returns only the rows it touches, so that it costs
O(K d) a pair, whatever V is; naive softmax runs once a window. Only the naive softmax's grad_U is dense, by its nature.
Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", eqs. 2 to 4; sign flipped: ours are
losses, in nats.

V vocabulary size, d dimension, K negatives, B pairs or windows, C context words, N = sum of C. Index arrays are int64
tensors on the device of U. A row-sparse gradient is a pair (rows, values (len(rows), d)), in which rows may repeat and
then add up. No input is modified but by step, and every result has the dtype of the inputs; 16-bit inputs are computed
in float32 and rounded once, at the end. An index outside [0, V), a negative one too, raises IndexError."""

import numpy as np
import torch
from torch.nn.functional import embedding

DTYPES = ("float64", "float32", "bfloat16", "float16")
DEVICES = ("cpu", "cuda")
ACCUMULATION = {"bfloat16": "float32", "float16": "float32"}
LOSSES = ("naive_softmax", "negative_sampling")
REDUCTIONS = ("sum", "mean")


def asarray(x, dtype, device):
    """A NumPy array as a tensor of its own, in the dtype of that name."""
    own = torch.from_numpy(np.array(x))  # a copy: x may be read-only, which from_numpy warns of
    return own.to(device, getattr(torch, dtype))


def asnumpy(x):
    """A tensor as a NumPy array; bfloat16, which NumPy lacks, as float32."""
    return (x.float() if x.dtype == torch.bfloat16 else x).numpy(force=True)


def synchronize():
    """Wait until the device has finished its work."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def sigmoid(x):
    """1 / (1 + exp(-x)), elementwise. Any shape; returns the same shape."""
    wide = _widen(x)
    # 1 / (1 + e^-x) for x >= 0, e^x / (1 + e^x) below: exp of nothing positive, as exp(89) overflows float32
    return (torch.exp(wide.clamp(max=0)) / (1 + torch.exp(-wide.abs()))).to(x.dtype)


def softmax(logits):
    """exp(logits) / sum(exp(logits)) along the last axis. Takes and returns (V,) or (B, V)."""
    wide = _widen(logits)
    exps = torch.exp(wide - wide.amax(dim=-1, keepdim=True))  # softmax ignores a shift; exp(89) overflows float32
    return (exps / exps.sum(dim=-1, keepdim=True)).to(logits.dtype)


def naive_softmax(center, outside, U):
    """Loss -log p(outside | center), p = softmax(U center), and its gradients.

    center (d,), outside int in [0, V), U (V, d). Returns loss, grad_center (d,), grad_U (V, d).
    """
    losses, grad_centers, grad_U = naive_softmax_batch(center[None], _row(outside, U), U)
    return losses[0], grad_centers[0], grad_U


def negative_sampling(center, outside, negatives, U):
    """Loss -log sigmoid(u_outside . center) - sum over k of log sigmoid(-u_k . center), and its gradients.

    center (d,), outside int in [0, V), negatives (K,) ints in [0, V), repeats count each time, U (V, d).
    Returns loss, grad_center (d,), grad_U = (rows (K + 1,), values (K + 1, d)).
    """
    rows = torch.cat([_row(outside, U), negatives])
    _check_rows(U, outside_and_negatives=rows)
    touched, wide = _widen(embedding(rows, U)), _widen(center)
    loss, slopes = _losses_and_slopes(touched @ wide)
    return loss.to(U.dtype), (slopes @ touched).to(U.dtype), _row_sparse(rows, slopes[:, None] * wide, U.dtype)


def hierarchical_softmax(center, path, signs, U):
    """Loss -log p(word | center) = -sum over i of log sigmoid(signs_i * u_path_i . center), and its gradients.

    center (d,), path (n,) ints in [0, V), the inner nodes from the root to the word, signs (n,) each 1 or -1, U (V, d).
    Returns loss, grad_center (d,), grad_U = (path, values (n, d)); all zero for n = 0.
    Raises ValueError for another sign.
    """
    _check_rows(U, path=path)
    _check_signs(signs)
    touched, wide = _widen(embedding(path, U)), _widen(center)
    logits = -signs * (touched @ wide)
    decay = torch.exp(-logits.abs())
    loss = (logits.clamp(min=0) + torch.log1p(decay)).sum()
    slopes = -signs * (torch.exp(logits.clamp(max=0)) / (1 + decay))
    return loss.to(U.dtype), (slopes @ touched).to(U.dtype), _row_sparse(path, slopes[:, None] * wide, U.dtype)


def skipgram(center, outsides, V_c, U, loss, negatives):
    """The sum of the pair losses of one centre word with each word of its window, and its gradients.

    center int in [0, V), outsides (C,) ints, V_c and U (V, d), loss "naive_softmax" or "negative_sampling",
    negatives (C, K) or None. Returns loss, grad_V_c = (rows, values), grad_U, dense for the naive softmax, else
    (rows, values). Raises ValueError for another loss.
    """
    offsets = torch.arange(2, device=U.device) * len(outsides)
    losses, *gradients = skipgram_batch(_row(center, U), outsides, offsets, V_c, U, loss, negatives)
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
            matrix.index_put_((rows,), -rate * values, accumulate=True)  # a repeated row moves each time
        else:
            matrix.sub_(gradient, alpha=rate)
    return V_c, U


def cbow(context, target, V_c, U, loss, negatives, reduce):
    """The loss of predicting the target from the sum or mean of its context vectors, and its gradients.

    context (C,) ints, repeats count each time, target int in [0, V), V_c and U (V, d), negatives (K,) or None,
    reduce "sum" or "mean". Returns loss, grad_V_c, grad_U as skipgram does; all zero for C = 0.
    Raises ValueError for another loss or reduce.
    """
    offsets = torch.arange(2, device=U.device) * len(context)
    drawn = None if negatives is None else negatives[None]
    losses, *gradients = cbow_batch(context, offsets, _row(target, U), V_c, U, loss, drawn, reduce)
    return losses[0], *gradients


def naive_softmax_batch(centers, outsides, U):
    """naive_softmax for B pairs. centers (B, d), outsides (B,) ints, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    _check_rows(U, outsides=outsides)
    pairs = torch.arange(len(outsides), device=U.device)
    losses, grad_centers, grad_U = _softmax_windows(_widen(centers), pairs, outsides, U)
    return losses.to(U.dtype), grad_centers.to(U.dtype), grad_U


def negative_sampling_batch(centers, outsides, negatives, U):
    """negative_sampling for B pairs. centers (B, d), outsides (B,) ints, negatives (B, K), or (K,) shared, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U = (rows, values) summed over the batch.
    """
    _check_rows(U, outsides=outsides, negatives=negatives)
    losses, grad_centers, grad_U = _sampling_pairs(_widen(centers), outsides, negatives, U)
    return losses.to(U.dtype), grad_centers.to(U.dtype), grad_U


def skipgram_batch(centers, outsides, offsets, V_c, U, loss, negatives):
    """skipgram for B windows. centers (B,) ints, outsides (N,) ints, V_c and U (V, d), negatives (N, K) or None;
    window b is outsides[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U as skipgram does, summed over the batch.
    """
    _check_choice("loss", loss, LOSSES)
    _check_rows(U, centers=centers, outsides=outsides, negatives=negatives)
    windows = torch.arange(len(centers), device=U.device)
    window = windows.repeat_interleave(offsets.diff(), output_size=len(outsides))  # the window of each pair
    if loss == "naive_softmax":
        pair_losses, grad_centers, grad_U = _softmax_windows(_widen(embedding(centers, V_c)), window, outsides, U)
    else:
        centers = centers[window]
        pair_losses, grad_centers, grad_U = _sampling_pairs(_widen(embedding(centers, V_c)), outsides, negatives, U)
    losses = torch.segment_reduce(pair_losses, "sum", offsets=offsets, initial=0, unsafe=True)
    return losses.to(U.dtype), _row_sparse(centers, grad_centers, U.dtype), grad_U


def cbow_batch(contexts, offsets, targets, V_c, U, loss, negatives, reduce):
    """cbow for B windows. contexts (N,) ints, targets (B,) ints, V_c and U (V, d), negatives (B, K) or None;
    window b is contexts[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U as skipgram does, summed over the batch.
    """
    _check_choice("loss", loss, LOSSES)
    _check_choice("reduce", reduce, REDUCTIONS)
    _check_rows(U, contexts=contexts, targets=targets, negatives=negatives)
    counts = offsets.diff()
    full = counts.nonzero()[:, 0]  # an empty window predicts nothing
    counts, targets = counts[full], targets[full]
    hidden = torch.segment_reduce(_widen(embedding(contexts, V_c)), "sum", lengths=counts, unsafe=True)
    divisors = counts.to(hidden.dtype)[:, None] if reduce == "mean" else 1
    hidden = hidden / divisors
    if loss == "naive_softmax":
        pairs = torch.arange(len(full), device=U.device)
        full_losses, grad_hidden, grad_U = _softmax_windows(hidden, pairs, targets, U)
    else:
        full_losses, grad_hidden, grad_U = _sampling_pairs(hidden, targets, negatives[full], U)
    losses = U.new_zeros(len(offsets) - 1).index_copy(0, full, full_losses.to(U.dtype))
    grad_words = (grad_hidden / divisors).repeat_interleave(counts, dim=0, output_size=len(contexts))
    return losses, _row_sparse(contexts, grad_words, U.dtype), grad_U


def _softmax_windows(hidden, window, outsides, U):
    """Pair n predicts outsides[n] from hidden[window[n]]. Returns the pairs' losses, the gradients of hidden and U."""
    wide = _widen(U)
    logits = hidden @ wide.T
    shifted = logits - logits.amax(dim=1, keepdim=True)
    residual = torch.exp(shifted)
    totals = residual.sum(dim=1)
    losses = torch.log(totals)[window] - shifted[window, outsides]
    counts = torch.bincount(window, minlength=len(hidden))
    residual *= (counts / totals)[:, None]
    # a word that stands twice in a window counts twice
    residual.index_put_((window, outsides), residual.new_tensor(-1), accumulate=True)
    return losses, residual @ wide, (residual.T @ hidden).to(U.dtype)


def _sampling_pairs(hidden, outsides, negatives, U):
    """Pair n predicts outsides[n] from hidden[n]. Returns the pairs' losses, the gradients of hidden and U."""
    rows = torch.cat([outsides[:, None], negatives.expand(len(outsides), -1)], dim=1)
    touched = _widen(embedding(rows, U))  # (B, K + 1, d)
    losses, slopes = _losses_and_slopes((touched * hidden[:, None, :]).sum(dim=-1))
    values = slopes[:, :, None] * hidden[:, None, :]
    grad_U = _row_sparse(rows.reshape(-1), values.reshape(-1, U.shape[1]), U.dtype)
    return losses, (slopes[:, None, :] @ touched)[:, 0], grad_U


def _losses_and_slopes(logits):
    """The losses and their derivatives by the logits (..., K + 1), the outside word's first. Overwrites logits."""
    logits[..., 0] *= -1  # -log sigmoid(logit) = softplus(-logit) for the outside word, softplus(logit) for the others
    decay = torch.exp(-logits.abs())
    losses = (logits.clamp(min=0) + torch.log1p(decay)).sum(dim=-1)
    slopes = torch.exp(logits.clamp(max=0)) / (1 + decay)
    slopes[..., 0] *= -1
    return losses, slopes


def _row_sparse(rows, values, dtype):
    """(rows, values) in the dtype; for 16 bits repeated rows are added first, so that their sum is rounded once."""
    if values.dtype == dtype:
        return rows, values
    rows, order = torch.sort(rows, stable=True)
    rows, counts = torch.unique_consecutive(rows, return_counts=True)
    return rows, torch.segment_reduce(values[order], "sum", lengths=counts, unsafe=True).to(dtype)


def _widen(x):
    """float32 for 16-bit numbers: a sum of 1000 ones in bfloat16 stops at 256."""
    return x.float() if x.element_size() == 2 else x


def _row(row, matrix):
    return torch.full((1,), row, device=matrix.device)


def _check_rows(matrix, **rows):
    names = [name for name in rows if rows[name] is not None]
    flat = torch.cat([rows[name].reshape(-1) for name in names])
    allowed = flat.clamp(0, len(matrix) - 1)
    if not torch.equal(flat, allowed):  # the only synchronisation with the device
        wrong = int(flat[flat != allowed][0])
        raise IndexError(f"{', '.join(names)}: got row {wrong}, expected 0 <= row < {len(matrix)}")


def _check_signs(signs):
    wrong = signs.abs() != 1
    if wrong.any():
        raise ValueError(f"signs: got {int(signs[wrong][0])}, expected 1 or -1")


def _check_choice(name, choice, known):
    if choice not in known:
        raise ValueError(f"{name} is {choice!r}, expected one of {', '.join(known)}")
