"""Negative sampling as a kernel of our own in Triton, for a GPU. With TRITON_INTERPRET=1 in the environment Triton's
interpreter runs the same kernels on a CPU: thousands of times slower, to be tested without a device.
Unlike torch_rows: one kernel gathers, multiplies and differentiates, and reads each centre once. A row of U that one
place of the batch names gets its gradient there and then; a second kernel adds up the others, each over its places in
their order, so that there are no atomics and every run gives the same bits.
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
    touched, slots, counts, order = _places(rows)
    losses, grad_centers, values = U.new_empty(B), torch.empty_like(centers), U.new_empty(len(touched), d)
    slopes = torch.empty(rows.shape, dtype=torch.float32, device=U.device)
    D = triton.next_power_of_2(d)
    N = max(1, min(triton.next_power_of_2(rows.shape[1]), TILE // D))
    work = centers, rows, slots, U, losses, slopes, grad_centers, values, rows.shape[1], d
    _sample[(B,)](*work, N, D, num_warps=_warps(N * D))
    repeated = (counts > 1).nonzero()[:, 0]
    if len(repeated):
        D = min(D, 128)  # a frequent word has many places: its columns are divided over programs
        ends = counts.cumsum(0)
        work = centers, slopes, order, repeated, ends, counts, values, rows.shape[1], d
        _add_places[(len(repeated), triton.cdiv(d, D))](*work, 16, D, num_warps=_warps(16 * D))
    return losses, grad_centers, (touched, values)


def _places(rows):
    """The touched rows, in their order; for each place of `rows` the number among them of its row, -1 where other
    places name that too; how many places name each row; and the places in the order of their rows."""
    # int32 halves the passes of a radix sort
    named, order = torch.sort(rows.flatten().int(), stable=True)
    touched, numbers, counts = torch.unique_consecutive(named, return_inverse=True, return_counts=True)
    slots = torch.empty_like(order).scatter_(0, order, torch.where(counts[numbers] == 1, numbers, -1))
    return touched.long(), slots, counts, order


def _warps(numbers):
    return min(8, max(1, numbers // 1024))  # 32 numbers a thread


@triton.jit(do_not_specialize=["R"])  # one program for every K
def _sample(centers, rows, slots, U, losses, slopes, grad_centers, values, R, d, N: tl.constexpr, D: tl.constexpr):
    """One pair a program, N of its R rows at a time: its loss, slopes, grad_center, and the rows it alone names."""
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
        slot = tl.load(slots + place, mask=here, other=-1)
        tile = here[:, None] & inside[None, :]
        u = tl.load(U + row[:, None] * d + column[None, :], mask=tile, other=0).to(tl.float32)
        logit = tl.sum(u * center[None, :], axis=1)
        softplus, slope = _softplus(tl.where(n == 0, -logit, logit))  # -log sigmoid(-x) = softplus(x)
        loss += tl.sum(tl.where(here, softplus, 0))
        slope = tl.where(here, tl.where(n == 0, -slope, slope), 0)
        gradient += tl.sum(slope[:, None] * u, axis=0)
        tl.store(slopes + place, slope, mask=here)
        alone = (slot >= 0)[:, None] & inside[None, :]
        tl.store(values + slot[:, None] * d + column[None, :], slope[:, None] * center[None, :], mask=alone)
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


@triton.jit(do_not_specialize=["R"])
def _add_places(centers, slopes, order, repeated, ends, counts, values, R, d, N: tl.constexpr, D: tl.constexpr):
    """D columns of one row of U a program: slope times centre, added over the places that name it, in their order."""
    slot = tl.load(repeated + tl.program_id(0))
    column = tl.program_id(1) * D + tl.arange(0, D)
    inside = column < d
    end = tl.load(ends + slot)
    total = tl.zeros((D,), tl.float32)
    for start in range(end - tl.load(counts + slot), end, N):
        n = start + tl.arange(0, N)
        place = tl.load(order + n, mask=n < end, other=0)
        slope = tl.load(slopes + place, mask=n < end, other=0)
        tile = (n < end)[:, None] & inside[None, :]
        center = tl.load(centers + (place // R)[:, None] * d + column[None, :], mask=tile, other=0).to(tl.float32)
        total += tl.sum(slope[:, None] * center, axis=0)
    tl.store(values + slot * d + column, total, mask=inside)


def _check_rows(rows, size):
    allowed = rows.clamp(0, size - 1)
    if not torch.equal(rows, allowed):
        wrong = int(rows[rows != allowed][0])
        raise IndexError(f"outsides and negatives: got row {wrong}, expected 0 <= row < {size}")
