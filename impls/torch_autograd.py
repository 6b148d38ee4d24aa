"""The losses in PyTorch, written once for a batch; the gradients are torch.autograd's.
Unlike torch_rows: nothing is derived by hand, and every gradient is dense, as autograd fills a whole zeros_like(U).
Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", eqs. 2 to 4; sign flipped: ours are
losses, in nats.

V vocabulary size, d dimension, K negatives, B pairs or windows, C context words, N = sum of C. Index arrays are int64
tensors on the device of U. No input is modified but by step, and every result has the dtype of the inputs; 16-bit
inputs are computed in float32 and rounded once, at the end. An index outside [0, V), a negative one too, raises
IndexError."""

import numpy as np
import torch
from torch.nn import functional

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
    # 1 / (1 + e^-x) for x >= 0, e^x / (1 + e^x) below: torch.sigmoid flushes to zero where exp(-x) overflows
    return (torch.exp(wide.clamp(max=0)) / (1 + torch.exp(-wide.abs()))).to(x.dtype)


def softmax(logits):
    """exp(logits) / sum(exp(logits)) along the last axis. Takes and returns (V,) or (B, V)."""
    return torch.softmax(_widen(logits), dim=-1).to(logits.dtype)


def naive_softmax(center, outside, U):
    """Loss -log p(outside | center), p = softmax(U center), and its gradients.

    center (d,), outside int in [0, V), U (V, d). Returns loss, grad_center (d,), grad_U (V, d).
    """
    losses, grad_centers, grad_U = naive_softmax_batch(center[None], _row(outside, U), U)
    return losses[0], grad_centers[0], grad_U


def negative_sampling(center, outside, negatives, U):
    """Loss -log sigmoid(u_outside . center) - sum over k of log sigmoid(-u_k . center), and its gradients.

    center (d,), outside int in [0, V), negatives (K,) ints in [0, V), repeats count each time, U (V, d).
    Returns loss, grad_center (d,), grad_U (V, d).
    """
    losses, grad_centers, grad_U = negative_sampling_batch(center[None], _row(outside, U), negatives, U)
    return losses[0], grad_centers[0], grad_U


def hierarchical_softmax(center, path, signs, U):
    """Loss -log p(word | center) = -sum over i of log sigmoid(signs_i * u_path_i . center), and its gradients.

    center (d,), path (n,) ints in [0, V), the inner nodes from the root to the word, signs (n,) each 1 or -1, U (V, d).
    Returns loss, grad_center (d,), grad_U (V, d); all zero for n = 0.
    Raises ValueError for another sign.
    """
    _check_rows(U, path=path)
    _check_signs(signs)

    def loss(h, W):
        return -functional.logsigmoid(signs * (functional.embedding(path, W) * h).sum(dim=-1)).sum()

    return _differentiate(loss, center, U)


def skipgram(center, outsides, V_c, U, loss, negatives):
    """The sum of the pair losses of one centre word with each word of its window, and its gradients.

    center int in [0, V), outsides (C,) ints, V_c and U (V, d), loss "naive_softmax" or "negative_sampling",
    negatives (C, K) or None. Returns loss, grad_V_c (V, d), grad_U (V, d). Raises ValueError for another loss.
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
    _, grad_V_c, grad_U = skipgram(center, outsides, V_c, U, loss, negatives)
    V_c.sub_(grad_V_c, alpha=rate)
    U.sub_(grad_U, alpha=rate)
    return V_c, U


def cbow(context, target, V_c, U, loss, negatives, reduce):
    """The loss of predicting the target from the sum or mean of its context vectors, and its gradients.

    context (C,) ints, repeats count each time, target int in [0, V), V_c and U (V, d), negatives (K,) or None,
    reduce "sum" or "mean". Returns loss, grad_V_c (V, d), grad_U (V, d); all zero for C = 0.
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
    return _differentiate(lambda h, W: _pair_losses(h, outsides, None, W, "naive_softmax"), centers, U)


def negative_sampling_batch(centers, outsides, negatives, U):
    """negative_sampling for B pairs. centers (B, d), outsides (B,) ints, negatives (B, K), or (K,) shared, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    _check_rows(U, outsides=outsides, negatives=negatives)
    return _differentiate(lambda h, W: _pair_losses(h, outsides, negatives, W, "negative_sampling"), centers, U)


def skipgram_batch(centers, outsides, offsets, V_c, U, loss, negatives):
    """skipgram for B windows. centers (B,) ints, outsides (N,) ints, V_c and U (V, d), negatives (N, K) or None;
    window b is outsides[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U (V, d) summed over the batch.
    """
    _check_choice("loss", loss, LOSSES)
    _check_rows(U, centers=centers, outsides=outsides, negatives=negatives)
    rows = centers.repeat_interleave(offsets.diff(), output_size=len(outsides))  # the centre word of each pair

    def window_losses(V_c, U):
        losses = _pair_losses(functional.embedding(rows, V_c), outsides, negatives, U, loss)
        return torch.segment_reduce(losses, "sum", offsets=offsets, initial=0, unsafe=True)

    return _differentiate(window_losses, V_c, U)


def cbow_batch(contexts, offsets, targets, V_c, U, loss, negatives, reduce):
    """cbow for B windows. contexts (N,) ints, targets (B,) ints, V_c and U (V, d), negatives (B, K) or None;
    window b is contexts[offsets[b]:offsets[b + 1]].

    Returns losses (B,), and grad_V_c and grad_U (V, d) summed over the batch.
    """
    _check_choice("loss", loss, LOSSES)
    _check_choice("reduce", reduce, REDUCTIONS)
    _check_rows(U, contexts=contexts, targets=targets, negatives=negatives)
    empty = offsets.diff() == 0

    def window_losses(V_c, U):
        hidden = functional.embedding_bag(contexts, V_c, offsets, mode=reduce, include_last_offset=True)
        # an empty window predicts nothing; masked_fill also stops the gradient
        return _pair_losses(hidden, targets, negatives, U, loss).masked_fill(empty, 0)

    return _differentiate(window_losses, V_c, U)


def _pair_losses(hidden, outsides, negatives, U, loss):
    """The losses (B,) of predicting outsides (B,) from hidden (B, d)."""
    if loss == "naive_softmax":
        return functional.cross_entropy(hidden @ U.T, outsides, reduction="none")
    rows = torch.cat([outsides[:, None], negatives.expand(len(outsides), -1)], dim=1)
    logits = (functional.embedding(rows, U) * hidden[:, None, :]).sum(dim=-1)
    return -functional.logsigmoid(torch.cat([logits[:, :1], -logits[:, 1:]], dim=1)).sum(dim=1)


def _differentiate(losses_of, *leaves):
    """The losses, and the gradients of their sum by each leaf."""
    with torch.enable_grad():
        leaves = [leaf.detach().requires_grad_() for leaf in leaves]
        losses = losses_of(*map(_widen, leaves))
        gradients = torch.autograd.grad(losses.sum(), leaves)
    return losses.detach().to(leaves[0].dtype), *gradients


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
