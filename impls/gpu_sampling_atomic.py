"""Negative sampling as one kernel of our own in Triton, for a GPU, which adds to the gradient of U by atomics. With
TRITON_INTERPRET=1 in the environment Triton's interpreter runs it on a CPU, one program after the other.
Unlike gpu_sampling: the pairs that name a row of U add to its gradient in the order in which they come to it, so that
the places need no order and there is no second kernel, but the last bits of grad_U change from run to run
(DETERMINISTIC = False). The sums are taken in a float32 gradient of the touched rows, whatever the dtype of U is.
Products and sums are float32, without TF32, and 16-bit results are rounded once.
Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases", eq. 4; sign flipped, ours is a loss.

V vocabulary size, d dimension, K negatives, B pairs; index arrays are int64 tensors on the device of U. No input is
modified. An index outside [0, V), a negative one too, raises IndexError."""

import os

import numpy as np
import torch
import triton
import triton.language as tl

DTYPES = ("float32", "bfloat16")
DEVICES = ("cpu",) if os.environ.get("TRITON_INTERPRET") == "1" else ("cuda",)
DETERMINISTIC = False
ACCUMULATION = {"bfloat16": "float32"}
FLUSHES_SUBNORMALS = True  # exp does on a GPU, and so does the interpreter's bfloat16
TILE = 4096  # numbers of U that a program holds at a time: several rows, for loads enough to be under way


def asarray(x, dtype, device):
    """A NumPy array as a tensor of its own, in the dtype of that name. Raises where there is no such device."""
    if device not in DEVICES:  # kernels run on the current one, which CUDA_VISIBLE_DEVICES chooses
        raise ValueError(f"device is {device!r}, expected {DEVICES[0]!r}")
    return torch.from_numpy(np.array(x)).to(device, getattr(torch, dtype))


def asnumpy(x):
    """A tensor as a NumPy array; bfloat16, which NumPy lacks, as float32."""
    return (x.float() if x.dtype == torch.bfloat16 else x).numpy(force=True)


def synchronize():
    """Wait until the device has finished its work."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def negative_sampling(center, outside, negatives, U):
    """Loss -log sigmoid(u_outside . center) - sum over k of log sigmoid(-u_k . center), and its gradients.

    center (d,), outside int in [0, V), negatives (K,) ints in [0, V), repeats count each time, U (V, d).
    Returns loss, grad_center (d,), grad_U = (rows, values), each row once.
    """
    outsides = torch.full((1,), outside, device=U.device)
    losses, grad_centers, grad_U = negative_sampling_batch(center[None], outsides, negatives[None], U)
    return losses[0], grad_centers[0], grad_U


def negative_sampling_batch(centers, outsides, negatives, U):
    """negative_sampling for B pairs. centers (B, d), outsides (B,) ints, negatives (B, K), or (K,) shared, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U = (rows, values) summed over the batch, each row once.
    """
    centers, U = centers.contiguous(), U.contiguous()
    B, d = centers.shape
    rows = torch.cat([outsides[:, None], negatives.expand(B, -1)], dim=1)
    _check_rows(rows, len(U))
    touched, slots = torch.unique(rows, return_inverse=True)
    losses, grad_centers = U.new_empty(B), torch.empty_like(centers)
    values = torch.zeros((len(touched), d), dtype=torch.float32, device=U.device)
    D = triton.next_power_of_2(d)
    N = max(1, min(triton.next_power_of_2(rows.shape[1]), TILE // D))
    work = centers, rows, slots, U, losses, grad_centers, values, rows.shape[1], d
    _sample[(B,)](*work, N, D, num_warps=_warps(N * D))
    return losses, grad_centers, (touched, values.to(U.dtype))


def _warps(numbers):
    return min(8, max(1, numbers // 1024))  # 32 numbers a thread


@triton.jit(do_not_specialize=["R"])  # one program for every K
def _sample(centers, rows, slots, U, losses, grad_centers, values, R, d, N: tl.constexpr, D: tl.constexpr):
    """One pair a program, N of its R rows at a time: its loss, its grad_center, and its share of the gradient of U."""
    pair = tl.program_id(0).to(tl.int64)
    column = tl.arange(0, D)
    inside = column < d
    center = tl.load(centers + pair * d + column, mask=inside, other=0).to(tl.float32)
    loss = 0.0
    gradient = tl.zeros((D,), tl.float32)
    for start in range(0, R, N):
        n = start + tl.arange(0, N)
        here = n < R
        place = pair * R + n
        row = tl.load(rows + place, mask=here, other=0)
        slot = tl.load(slots + place, mask=here, other=0)
        tile = here[:, None] & inside[None, :]
        u = tl.load(U + row[:, None] * d + column[None, :], mask=tile, other=0).to(tl.float32)
        logit = tl.sum(u * center[None, :], axis=1)
        softplus, slope = _softplus(tl.where(n == 0, -logit, logit))  # -log sigmoid(-x) = softplus(x)
        loss += tl.sum(tl.where(here, softplus, 0))
        slope = tl.where(here, tl.where(n == 0, -slope, slope), 0)
        gradient += tl.sum(slope[:, None] * u, axis=0)
        share = slope[:, None] * center[None, :]
        tl.atomic_add(values + slot[:, None] * d + column[None, :], share, mask=tile, sem="relaxed")
    tl.store(losses + pair, loss)
    tl.store(grad_centers + pair * d + column, gradient, mask=inside)


@triton.jit
def _softplus(x):
    """log(1 + exp(x)), and its derivative, sigmoid(x)."""
    decay = tl.exp(-tl.abs(x))
    # log(1 + decay) keeps no digit of a small decay: the quotient gives back what 1 + decay has rounded off
    grown = 1 + decay
    log1p = tl.where(grown == 1, decay, tl.log(grown) * tl.div_rn(decay, grown - 1))
    return tl.where(x < 0, 0.0, x) + log1p, tl.div_rn(tl.where(x < 0, decay, 1.0), grown)


def _check_rows(rows, size):
    allowed = rows.clamp(0, size - 1)
    if not torch.equal(rows, allowed):
        wrong = int(rows[rows != allowed][0])
        raise IndexError(f"outsides and negatives: got row {wrong}, expected 0 <= row < {size}")
