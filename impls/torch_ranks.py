"""The losses over several processes, none of which holds all of U: torch.distributed, gloo on a CPU and NCCL on GPUs.
Unlike torch_rows: U is divided by rows. Naive softmax is parallel over the vocabulary: each rank has the logits of its
own words, and the ranks share one maximum, one normalizer, one loss and one (B, d) gradient a batch; negative sampling
exchanges the (B, K + 1) logits and one (B, d) sum. Neither U nor the logits of the vocabulary are ever gathered.
WORLD_SIZE says how many ranks there are; they find each other as those of torchrun do. One alone (the default) is no
group and exchanges nothing.
Source: Mikolov et al. 2013, eqs. 2 and 4, sign flipped; the vocabulary-parallel cross-entropy is that of Shoeybi et al.
2019, "Megatron-LM".

Shapes, results and errors are those of torch_rows, but the gradient of U is a rank's own rows. Index arrays are whole
on every rank, matrices (U, and a batch's centers) are shards."""

import os

import numpy as np
import torch
from torch import distributed

DTYPES = ("float64", "float32")
DEVICES = ("cpu", "cuda")
RANKS = int(os.environ.get("WORLD_SIZE", "1"))
RANK = int(os.environ.get("RANK", "0"))

if RANKS > 1 and "RANK" in os.environ:
    if own_devices := torch.cuda.device_count() >= RANKS:
        torch.cuda.set_device(RANK)
    distributed.init_process_group("cpu:gloo,cuda:nccl" if own_devices else "gloo")


def shard(n):
    """The rows from start to stop of a matrix of n rows that this rank holds."""
    return n * RANK // RANKS, n * (RANK + 1) // RANKS


class Shard:
    """This rank's rows of a matrix (n, d). rows (stop - start, d) is all that it holds of it."""

    def __init__(self, matrix, device, dtype):
        self.n = len(matrix)
        self.start, self.stop = shard(self.n)
        self.rows = torch.from_numpy(np.array(matrix[self.start : self.stop])).to(device, dtype)

    def own(self, indices):
        """The rows at the indices, zeros where they are another rank's, and whether they are this one's."""
        local, here = self.locate(indices)
        rows = self.rows[local] if len(self.rows) else self.rows.new_zeros((*local.shape, self.rows.shape[1]))
        return torch.where(here[..., None], rows, torch.zeros_like(rows)), here

    def locate(self, indices):
        """The indices as rows of this shard, 0 where they are another's, and whether they are this one's."""
        here = (indices >= self.start) & (indices < self.stop)
        return torch.where(here, indices - self.start, torch.zeros_like(indices)), here


def asarray(x, dtype, device):
    """A vector or an index array whole; of a matrix of floats this rank's share."""
    if x.ndim == 2 and x.dtype.kind == "f":
        return Shard(x, device, getattr(torch, dtype))
    return torch.from_numpy(np.array(x)).to(device, getattr(torch, dtype))


def asnumpy(x):
    """A tensor, or the rows of a shard, as a NumPy array."""
    return (x.rows if isinstance(x, Shard) else x).numpy(force=True)


def synchronize():
    """Wait until the device has finished its work."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def naive_softmax(center, outside, U):
    """Loss -log p(outside | center), p = softmax(U center), and its gradients.

    center (d,), outside int in [0, V), U a shard of (V, d). Returns loss, grad_center (d,), and its rows of grad_U.
    """
    losses, grad_centers, grad_U = _softmax(center[None], torch.full((1,), outside, device=center.device), U)
    return losses[0], grad_centers[0], grad_U


def naive_softmax_batch(centers, outsides, U):
    """naive_softmax for B pairs. centers a shard of (B, d), outsides (B,) ints, U a shard of (V, d).

    Returns losses (B,), grad_centers (B, d), and this rank's rows of grad_U, summed over the batch.
    """
    return _softmax(_whole(centers), outsides, U)


def negative_sampling(center, outside, negatives, U):
    """Loss -log sigmoid(u_outside . center) - sum over k of log sigmoid(-u_k . center), and its gradients.

    center (d,), outside int in [0, V), negatives (K,) ints in [0, V), repeats count each time, U a shard of (V, d).
    Returns loss, grad_center (d,), grad_U = (rows, values), those of this rank.
    """
    rows = torch.cat([negatives.new_tensor([outside]), negatives])[None]
    losses, grad_centers, grad_U = _sampling(center[None], rows, U)
    return losses[0], grad_centers[0], grad_U


def negative_sampling_batch(centers, outsides, negatives, U):
    """negative_sampling for B pairs. centers a shard of (B, d), outsides (B,) ints, negatives (B, K), or (K,) shared.

    Returns losses (B,), grad_centers (B, d), and grad_U = (rows, values), those of this rank.
    """
    rows = torch.cat([outsides[:, None], negatives.expand(len(outsides), -1)], dim=1)
    return _sampling(_whole(centers), rows, U)


def _softmax(hidden, outsides, U):
    """hidden (B, d) whole. Each rank has the logits (B, its words); maxima, sums and gradients of hidden are shared."""
    _check_rows(U, outsides=outsides)
    logits = hidden @ U.rows.T
    local, here = U.locate(outsides)
    pairs = torch.arange(len(hidden), device=hidden.device)[here]
    least = hidden.new_full((len(hidden), 1), -torch.inf)  # what a rank without words says of its maximum
    shifted = logits - _highest(torch.cat([logits, least], dim=1).amax(dim=1))[:, None]
    residual = torch.exp(shifted)
    totals = _total(residual.sum(dim=1))
    at_outside = torch.zeros_like(totals)
    at_outside[pairs] = shifted[pairs, local[here]]
    losses = torch.log(totals) - _total(at_outside)
    residual /= totals[:, None]
    residual[pairs, local[here]] -= 1
    return losses, _total(residual @ U.rows), residual.T @ hidden


def _sampling(hidden, rows, U):
    """hidden (B, d) whole, rows (B, K + 1), the outside words' first. A rank computes the logits of its own rows."""
    _check_rows(U, outside_and_negatives=rows)
    touched, here = U.own(rows)
    logits = _total((touched @ hidden[:, :, None])[:, :, 0])
    logits[:, 0] *= -1  # -log sigmoid(logit) = softplus(-logit) for the outside word, softplus(logit) for the others
    decay = torch.exp(-logits.abs())
    losses = (logits.clamp(min=0) + torch.log1p(decay)).sum(dim=1)
    slopes = torch.exp(logits.clamp(max=0)) / (1 + decay)
    slopes[:, 0] *= -1
    values = slopes[:, :, None] * hidden[:, None, :]
    return losses, _total((slopes[:, None, :] @ touched)[:, 0]), (rows[here], values[here])


def _whole(centers):
    """A batch's centres (B, d) on every rank: B d numbers are exchanged, whatever V is."""
    return _total(centers.own(torch.arange(centers.n, device=centers.rows.device))[0])


def _total(share, reduce=distributed.ReduceOp.SUM):
    if RANKS > 1:
        distributed.all_reduce(share, reduce)
    return share


def _highest(share):
    return _total(share, distributed.ReduceOp.MAX)


def _check_rows(matrix, **rows):
    for name, given in rows.items():
        wrong = given[(given < 0) | (given >= matrix.n)]
        if len(wrong):
            raise IndexError(f"{name}: got row {int(wrong[0])}, expected 0 <= row < {matrix.n}")
