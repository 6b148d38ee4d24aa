"""Negative sampling fused in Triton, one pair a program, for a GPU; TRITON_INTERPRET=1 in the environment runs it on a
CPU. Two programs may add to one row of grad_U at the same time: with atomics, in an order that nobody knows."""

import os

import numpy as np
import torch
import triton
import triton.language as tl

DTYPES = ("float32", "bfloat16")
DEVICES = ("cpu",) if os.environ.get("TRITON_INTERPRET") == "1" else ("cuda",)
ACCUMULATION = {"bfloat16": "float32"}  # the kernel computes in float32 and rounds once, at the end
DETERMINISTIC = False  # atomics
FLUSHES_SUBNORMALS = True  # exp does, on a GPU


def asarray(x, dtype, device):
    """A NumPy array as a tensor on the device."""
    return torch.from_numpy(np.array(x)).to(device, getattr(torch, dtype))


def asnumpy(x):
    """A tensor as a NumPy array, which has no bfloat16."""
    return (x.float() if x.dtype == torch.bfloat16 else x).numpy(force=True)


def synchronize():
    """Wait until the kernels have finished."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


@triton.jit
def _pair(centers, rows, slots, U, losses, grad_centers, values, n, d, D: tl.constexpr):
    b = tl.program_id(0)
    column = tl.arange(0, D)  # D is a power of two, d is not
    inside = column < d
    center = tl.load(centers + b * d + column, mask=inside, other=0).to(tl.float32)
    grad_center = tl.zeros((D,), tl.float32)
    loss = 0.0
    for k in range(n):
        u = tl.load(U + tl.load(rows + b * n + k) * d + column, mask=inside, other=0).to(tl.float32)
        logit = tl.sum(u * center)
        against = tl.where(k == 0, -logit, logit)
        decay = tl.exp(-tl.abs(against))  # exp(89) overflows float32
        grown = 1 + decay
        # Triton has no log1p: the quotient gives back the digits of a small decay that 1 + decay has rounded off
        loss += tl.maximum(against, 0) + tl.where(grown == 1, decay, tl.log(grown) * (decay / (grown - 1)))
        slope = tl.where(against > 0, 1, decay) / grown
        slope = tl.where(k == 0, -slope, slope)
        grad_center += slope * u
        tl.atomic_add(values + tl.load(slots + b * n + k) * d + column, slope * center, mask=inside)
    tl.store(losses + b, loss)
    tl.store(grad_centers + b * d + column, grad_center, mask=inside)


def negative_sampling(center, outside, negatives, U):
    """center (d,), outside int, negatives (K,) ints, U (V, d). Returns loss, grad_center, grad_U = (rows, values)."""
    outsides = torch.full((1,), outside, device=U.device)
    losses, grad_centers, grad_U = negative_sampling_batch(center[None], outsides, negatives, U)
    return losses[0], grad_centers[0], grad_U


def negative_sampling_batch(centers, outsides, negatives, U):
    """centers (B, d), outsides (B,), negatives (B, K) or (K,) for all. Returns losses, grad_centers, (rows, values)."""
    rows = torch.cat([outsides[:, None], negatives.expand(len(outsides), -1)], dim=1).contiguous()
    wrong = rows[(rows < 0) | (rows >= len(U))]
    if len(wrong):
        raise IndexError(f"outsides and negatives: got row {int(wrong[0])}, expected 0 <= row < {len(U)}")
    centers, U = centers.contiguous(), U.contiguous()
    (B, n), d = rows.shape, U.shape[1]
    touched, slots = torch.unique(rows, return_inverse=True)
    values = torch.zeros(len(touched), d, device=U.device)  # float32: what is added up is rounded once
    losses, grad_centers = U.new_empty(B), torch.empty_like(centers)
    _pair[(B,)](centers, rows, slots, U, losses, grad_centers, values, n, d, triton.next_power_of_2(d))
    return losses, grad_centers, (touched, values.to(U.dtype))
