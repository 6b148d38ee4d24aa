"""Naive softmax as kernels of our own in Triton, for a GPU. With TRITON_INTERPRET=1 in the environment Triton's
interpreter runs the same kernels on a CPU: thousands of times slower, to be tested without a device.
Unlike torch_rows: the (B, V) logits are never held. A first kernel multiplies and keeps the normalizer of each pair; a
second multiplies once more and leaves softmax - one-hot for TILE words, which two plain products turn into their share
of both gradients. So there are four products where three would do if there were room for the logits, and beside U and
its gradient it takes O(B d + B TILE) memory.
Products of float32 are exact to float32 (no TF32, unless torch.set_float32_matmul_precision asks for it), those of
bfloat16 are summed in float32. The residuals have the dtype of U; the results are rounded to it once.
Source: Mikolov et al. 2013, eq. 2; the running maximum is that of Milakov and Gimelshein 2018, "Online normalizer
calculation for softmax", the cross-entropy without logits that of Wijmans et al. 2024, "Cut your losses in
large-vocabulary language models".

V vocabulary size, d dimension, B pairs; index arrays are int64 tensors on the device of U. No input is modified. An
index outside [0, V), a negative one too, raises IndexError."""

import os

import numpy as np
import torch
import triton
import triton.language as tl

DTYPES = ("float32", "bfloat16")
INTERPRETED = tl.constexpr(os.environ.get("TRITON_INTERPRET") == "1")
DEVICES = ("cpu",) if INTERPRETED.value else ("cuda",)
ACCUMULATION = {"bfloat16": "float32"}
FLUSHES_SUBNORMALS = True  # exp does on a GPU, and so does the interpreter's bfloat16
TILE = 2048  # words of the vocabulary whose residuals are held at a time, for all pairs
PARTS = 8  # of the vocabulary, normalized side by side
# Pairs, words and columns that a program multiplies at a time; num_warps, num_stages. Where bfloat16 has matrix units,
# float32 has none, and what does not fit in registers is slow.
BLOCKS = {torch.bfloat16: (128, 256, 64, 8, 3), torch.float32: (64, 64, 16, 4, 3)}


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


def naive_softmax(center, outside, U):
    """Loss -log p(outside | center), p = softmax(U center), and its gradients.

    center (d,), outside int in [0, V), U (V, d). Returns loss, grad_center (d,), grad_U (V, d).
    """
    outsides = torch.full((1,), outside, device=U.device)
    losses, grad_centers, grad_U = naive_softmax_batch(center[None], outsides, U)
    return losses[0], grad_centers[0], grad_U


def naive_softmax_batch(centers, outsides, U):
    """naive_softmax for B pairs. centers (B, d), outsides (B,) ints, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    _check_rows(outsides, len(U))
    centers, U = centers.contiguous(), U.contiguous()
    (B, d), V = centers.shape, len(U)
    maxima, totals = _normalizers(centers, U)
    at_outsides = (centers.float() * U[outsides].float()).sum(dim=1)
    losses = torch.log(totals) + (maxima - at_outsides)
    grad_centers, grad_U = centers.new_zeros((B, d), dtype=torch.float32), torch.empty_like(U)
    inverses, room = 1 / totals, U.new_empty(B * min(TILE, V))
    pairs, words, columns, num_warps, num_stages = _blocks(U)
    for first in range(0, V, TILE):
        tile = U[first : first + TILE]
        residuals = room[: B * len(tile)].view(B, len(tile))
        grid = triton.cdiv(B, pairs), triton.cdiv(len(tile), words)
        work = centers, tile, outsides, maxima, inverses, residuals, B, len(tile), first, d
        _residuals[grid](*work, pairs, words, columns, num_warps=num_warps, num_stages=num_stages)
        grad_centers = _add_product(grad_centers, residuals, tile)
        grad_U[first : first + TILE] = _product(residuals.T, centers)
    return losses.to(U.dtype), grad_centers.to(U.dtype), grad_U


def _normalizers(centers, U):
    """The maximum of each pair's logits, and the sum of exp(logit - maximum), both (B,) in float32."""
    (B, d), V = centers.shape, len(U)
    pairs, words, columns, num_warps, num_stages = _blocks(U)
    width = words * max(4, triton.cdiv(V, words * PARTS))
    parts = triton.cdiv(V, width)
    maxima, totals = U.new_empty((2, parts, B), dtype=torch.float32)
    work = centers, U, maxima, totals, B, V, d, width
    grid = triton.cdiv(B, pairs), parts
    _normalize[grid](*work, pairs, words, columns, num_warps=num_warps, num_stages=num_stages)
    maximum = maxima.amax(dim=0)
    return maximum, (totals * torch.exp(maxima - maximum)).sum(dim=0)


def _blocks(U):
    return (16, 256, 128, 1, 1) if INTERPRETED.value else BLOCKS[U.dtype]


def _product(A, B):
    """A B, in float32."""
    if A.dtype == torch.float32 or INTERPRETED.value:
        return A.float() @ B.float()
    return torch.mm(A, B, out_dtype=torch.float32)


def _add_product(total, A, B):
    """total + A B, in float32; overwrites total."""
    if A.dtype == torch.float32 or INTERPRETED.value:
        return total.addmm_(A.float(), B.float())
    return torch.addmm(total, A, B, out_dtype=torch.float32, out=total)


@triton.jit
def _logits(centers, U, B, V, d, PAIRS: tl.constexpr, WORDS: tl.constexpr, COLUMNS: tl.constexpr):
    """The logits of the first PAIRS of B centres and the first WORDS of V rows of U, in float32."""
    b, v = tl.arange(0, PAIRS)[:, None], tl.arange(0, WORDS)[None, :]
    logits = tl.zeros((PAIRS, WORDS), tl.float32)
    for start in range(0, d, COLUMNS):
        k = start + tl.arange(0, COLUMNS)
        left, right = k[None, :], k[:, None]
        center = tl.load(centers + b * d + left, mask=(b < B) & (left < d), other=0)
        u = tl.load(U + v * d + right, mask=(v < V) & (right < d), other=0)
        if INTERPRETED:  # its products take the bits of bfloat16 for integers
            center, u = center.to(tl.float32), u.to(tl.float32)
        logits = tl.dot(center, u, logits, input_precision="ieee")
    return logits


@triton.jit
def _normalize(
    centers, U, maxima, totals, B, V, d, width, PAIRS: tl.constexpr, WORDS: tl.constexpr, COLUMNS: tl.constexpr
):
    """The running maximum of PAIRS pairs' logits over `width` words, and the sum of exp(logit - maximum) beside it."""
    first = tl.program_id(0) * PAIRS
    begin = tl.program_id(1) * width
    maximum = tl.full((PAIRS,), float("-inf"), tl.float32)
    total = tl.zeros((PAIRS,), tl.float32)
    centers += first.to(tl.int64) * d  # places in U need 64 bits, and those within a block 32
    U += begin.to(tl.int64) * d
    for start in range(begin, tl.minimum(begin + width, V), WORDS):
        logits = _logits(centers, U, B - first, V - start, d, PAIRS, WORDS, COLUMNS)
        U += WORDS * d
        logits = tl.where(start + tl.arange(0, WORDS)[None, :] < V, logits, float("-inf"))
        before = maximum
        maximum = tl.maximum(maximum, tl.max(logits, axis=1))
        total = total * tl.exp(before - maximum) + tl.sum(tl.exp(logits - maximum[:, None]), axis=1)
    b = first + tl.arange(0, PAIRS)
    place = tl.program_id(1).to(tl.int64) * B + b
    tl.store(maxima + place, maximum, mask=b < B)
    tl.store(totals + place, total, mask=b < B)


@triton.jit
def _residuals(
    centers,
    U,
    outsides,
    maxima,
    inverses,
    residuals,
    B,
    V,
    first,
    d,
    PAIRS: tl.constexpr,
    WORDS: tl.constexpr,
    COLUMNS: tl.constexpr,
):
    """softmax(logits) - one-hot for PAIRS pairs and WORDS of the V words of a tile, the first of which is `first`."""
    pair, word = tl.program_id(0) * PAIRS, tl.program_id(1) * WORDS
    at = centers + pair.to(tl.int64) * d
    logits = _logits(at, U + word.to(tl.int64) * d, B - pair, V - word, d, PAIRS, WORDS, COLUMNS)
    b, v = pair + tl.arange(0, PAIRS), word + tl.arange(0, WORDS)
    maximum = tl.load(maxima + b, mask=b < B, other=0)
    inverse = tl.load(inverses + b, mask=b < B, other=0)
    outside = tl.load(outsides + b, mask=b < B, other=-1) - first
    residual = tl.exp(logits - maximum[:, None]) * inverse[:, None]
    residual = tl.where(v[None, :] == outside[:, None], residual - 1, residual)
    place = residuals + b.to(tl.int64)[:, None] * V + v[None, :]
    tl.store(place, residual, mask=(b < B)[:, None] & (v < V)[None, :])


def _check_rows(outsides, size):
    allowed = outsides.clamp(0, size - 1)
    if not torch.equal(outsides, allowed):
        wrong = int(outsides[outsides != allowed][0])
        raise IndexError(f"outsides: got row {wrong}, expected 0 <= row < {size}")
