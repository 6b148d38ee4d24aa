"""The losses as kernels of our own in Triton, for a GPU. With TRITON_INTERPRET=1 in the environment its interpreter
runs the same kernels on a CPU: thousands of times slower, to be tested without a device.
Unlike torch_rows: negative sampling gathers, multiplies and differentiates in one kernel, and a second one adds the
pairs of each row in a fixed order, without atomics; naive softmax never holds the (B, V) logits: beside the gradients
it takes O(B d + B TILE) memory. Products are exact in float32 (no TF32), sums are float32, 16-bit results are rounded
once.
Source: Mikolov et al. 2013, eqs. 2 and 4, sign flipped; the running maximum is that of Milakov and Gimelshein 2018, the
cross-entropy without logits that of Wijmans et al. 2024, "Cut your losses in large-vocabulary language models".

Shapes, results and errors are those of torch_rows; index arrays are int64 tensors on the device of U."""

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
TILE = 4096  # words of the vocabulary whose residuals are held at a time, for all pairs
SPLITS = 8  # parts of the vocabulary that are normalized side by side


def asarray(x, dtype, device):
    """A NumPy array as a tensor of its own, in the dtype of that name. Raises where there is no such device."""
    if device not in DEVICES:
        raise ValueError(f"device is {device!r}, expected {DEVICES[0]!r}")
    return torch.from_numpy(np.array(x)).to(device, getattr(torch, dtype))


def asnumpy(x):
    """A tensor as a NumPy array; bfloat16, which NumPy lacks, as float32."""
    return (x.float() if x.dtype == torch.bfloat16 else x).numpy(force=True)


def synchronize():
    """Wait until the device has finished its work."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


@triton.jit
def _sample(centers, rows, U, losses, slopes, grad_centers, rows_a_pair, d, D: tl.constexpr):
    """One pair a program: its loss, the slope of each of its logits, and its centre's gradient."""
    pair = tl.program_id(0)
    column = tl.arange(0, D)
    inside = column < d
    center = tl.load(centers + pair * d + column, mask=inside, other=0).to(tl.float32)
    loss = 0.0
    gradient = tl.zeros((D,), tl.float32)
    for n in range(rows_a_pair):
        row = tl.load(rows + pair * rows_a_pair + n)
        u = tl.load(U + row * d + column, mask=inside, other=0).to(tl.float32)
        logit = tl.sum(u * center)
        margin = tl.where(n == 0, -logit, logit)  # -log sigmoid(-margin) = softplus(margin)
        decay = tl.exp(-tl.abs(margin))
        # log(1 + decay) keeps no digit of a small decay: the quotient gives back what 1 + decay has rounded off
        grown = 1 + decay
        log1p = tl.where(grown == 1, decay, tl.log(grown) * (decay / (grown - 1)))
        loss += tl.where(margin < 0, 0.0, margin) + log1p
        slope = tl.where(margin < 0, decay, 1.0) / grown
        slope = tl.where(n == 0, -slope, slope)
        gradient += slope * u
        tl.store(slopes + pair * rows_a_pair + n, slope)
    tl.store(losses + pair, loss)
    tl.store(grad_centers + pair * d + column, gradient, mask=inside)


@triton.jit
def _gather(centers, slopes, order, starts, values, rows_a_pair, d, D: tl.constexpr):
    """One touched row a program: slope times centre, added over the places that name it, in their order."""
    row = tl.program_id(0)
    column = tl.arange(0, D)
    inside = column < d
    total = tl.zeros((D,), tl.float32)
    for n in range(tl.load(starts + row), tl.load(starts + row + 1)):
        place = tl.load(order + n)
        center = tl.load(centers + (place // rows_a_pair) * d + column, mask=inside, other=0).to(tl.float32)
        total += tl.load(slopes + place) * center
    tl.store(values + row * d + column, total, mask=inside)


@triton.jit
def _product(A, left, inner_left, B, inner_right, right, b, v, rows, columns, depth, STEP: tl.constexpr):
    """A tile of A B, in float32: rows b of A and columns v of B; the strides come with each matrix."""
    tile = tl.zeros((b.shape[0], v.shape[0]), tl.float32)
    for start in range(0, depth, STEP):
        k = start + tl.arange(0, STEP)
        factor = (b[:, None] < rows) & (k[None, :] < depth)
        a = tl.load(A + b[:, None] * left + k[None, :] * inner_left, mask=factor, other=0)
        factor = (k[:, None] < depth) & (v[None, :] < columns)
        c = tl.load(B + k[:, None] * inner_right + v[None, :] * right, mask=factor, other=0)
        if INTERPRETED:  # its products take the bits of bfloat16 for integers
            a, c = a.to(tl.float32), c.to(tl.float32)
        tile += tl.dot(a, c, input_precision="ieee")
    return tile


@triton.jit
def _normalize(centers, U, maxima, totals, B, V, d, width, SIDE: tl.constexpr, STEP: tl.constexpr):
    """The running maximum of a block of pairs' logits over one part of the vocabulary, and the sum of exp beside it."""
    b = tl.program_id(0) * SIDE + tl.arange(0, SIDE)
    part = tl.program_id(1)
    stop = tl.minimum((part + 1) * width, V)
    maximum = tl.full((SIDE,), float("-inf"), tl.float32)
    total = tl.zeros((SIDE,), tl.float32)
    for start in range(part * width, stop, SIDE):
        v = start + tl.arange(0, SIDE)
        logits = _product(centers, d, 1, U, 1, d, b, v, B, stop, d, STEP)
        logits = tl.where(v[None, :] < stop, logits, float("-inf"))
        before = maximum
        maximum = tl.maximum(maximum, tl.max(logits, axis=1))
        total = total * tl.exp(before - maximum) + tl.sum(tl.exp(logits - maximum[:, None]), axis=1)
    tl.store(maxima + part * B + b, maximum, mask=b < B)
    tl.store(totals + part * B + b, total, mask=b < B)


@triton.jit
def _residuals(centers, U, outsides, maxima, totals, out, B, first, stop, d, SIDE: tl.constexpr, STEP: tl.constexpr):
    """softmax(logits) - one-hot for the words from first to stop, into out (B, stop - first)."""
    b = tl.program_id(0) * SIDE + tl.arange(0, SIDE)
    v = first + tl.program_id(1) * SIDE + tl.arange(0, SIDE)
    logits = _product(centers, d, 1, U, 1, d, b, v, B, stop, d, STEP)
    here = b < B
    maximum = tl.load(maxima + b, mask=here, other=0)
    total = tl.load(totals + b, mask=here, other=1)
    outside = tl.load(outsides + b, mask=here, other=-1)
    residual = tl.exp(logits - maximum[:, None]) / total[:, None]
    residual = tl.where(v[None, :] == outside[:, None], residual - 1, residual)
    place = out + b[:, None] * (stop - first) + (v[None, :] - first)
    tl.store(place, residual, mask=here[:, None] & (v[None, :] < stop))


@triton.jit
def _multiply(
    A,
    left,
    inner_left,
    B,
    inner_right,
    right,
    out,
    rows,
    columns,
    depth,
    ADD: tl.constexpr,
    SIDE: tl.constexpr,
    STEP: tl.constexpr,
):
    """out (rows, columns) = A B, or with ADD what it holds plus A B."""
    i = tl.program_id(0) * SIDE + tl.arange(0, SIDE)
    j = tl.program_id(1) * SIDE + tl.arange(0, SIDE)
    tile = _product(A, left, inner_left, B, inner_right, right, i, j, rows, columns, depth, STEP)
    place = out + i[:, None] * columns + j[None, :]
    inside = (i[:, None] < rows) & (j[None, :] < columns)
    if ADD:
        tile += tl.load(place, mask=inside, other=0)
    tl.store(place, tile, mask=inside)


def naive_softmax(center, outside, U):
    """Loss -log p(outside | center), p = softmax(U center), and its gradients.

    center (d,), outside int in [0, V), U (V, d). Returns loss, grad_center (d,), grad_U (V, d).
    """
    losses, grad_centers, grad_U = naive_softmax_batch(center[None], _row(outside, U), U)
    return losses[0], grad_centers[0], grad_U


def negative_sampling(center, outside, negatives, U):
    """Loss -log sigmoid(u_outside . center) - sum over k of log sigmoid(-u_k . center), and its gradients.

    center (d,), outside int in [0, V), negatives (K,) ints in [0, V), repeats count each time, U (V, d).
    Returns loss, grad_center (d,), grad_U = (rows, values), each row once.
    """
    losses, grad_centers, grad_U = negative_sampling_batch(center[None], _row(outside, U), negatives[None], U)
    return losses[0], grad_centers[0], grad_U


def negative_sampling_batch(centers, outsides, negatives, U):
    """negative_sampling for B pairs. centers (B, d), outsides (B,) ints, negatives (B, K), or (K,) shared, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U = (rows, values) summed over the batch, each row once.
    """
    centers, U = centers.contiguous(), U.contiguous()
    B, d = centers.shape
    rows = torch.cat([outsides[:, None], negatives.expand(B, -1)], dim=1).contiguous()
    _check_rows(U, outsides_and_negatives=rows)
    losses, grad_centers, slopes = (
        U.new_empty(B),
        torch.empty_like(centers),
        rows.new_empty(rows.shape, dtype=torch.float32),
    )
    D = triton.next_power_of_2(d)
    _sample[(B,)](centers, rows, U, losses, slopes, grad_centers, rows.shape[1], d, D)
    named, order = torch.sort(rows.flatten(), stable=True)
    touched, counts = torch.unique_consecutive(named, return_counts=True)
    values = U.new_empty(len(touched), d)
    starts = torch.nn.functional.pad(counts.cumsum(0), (1, 0))
    _gather[(len(touched),)](centers, slopes, order, starts, values, rows.shape[1], d, D)
    return losses, grad_centers, (touched, values)


def naive_softmax_batch(centers, outsides, U):
    """naive_softmax for B pairs. centers (B, d), outsides (B,) ints, U (V, d).

    Returns losses (B,), grad_centers (B, d), and grad_U (V, d) summed over the batch.
    """
    _check_rows(U, outsides=outsides)
    centers, U = centers.contiguous(), U.contiguous()
    (B, d), V = centers.shape, len(U)
    side, step = (32, 32) if U.device.type == "cpu" else (128, 64)
    maxima, totals = _normalizers(centers, U, side, step)
    grad_centers, grad_U = centers.new_zeros((B, d), dtype=torch.float32), torch.empty_like(U)
    residuals = U.new_empty(B * min(TILE, V))
    for first in range(0, V, TILE):
        stop = min(first + TILE, V)
        width, words = stop - first, U[first:stop]
        grid = triton.cdiv(B, side), triton.cdiv(width, side)
        _residuals[grid](centers, U, outsides, maxima, totals, residuals, B, first, stop, d, side, step)
        grid = triton.cdiv(B, side), triton.cdiv(d, side)
        _multiply[grid](residuals, width, 1, words, d, 1, grad_centers, B, d, width, True, side, step)
        grid = triton.cdiv(width, side), triton.cdiv(d, side)
        _multiply[grid](residuals, 1, width, centers, d, 1, grad_U[first:stop], width, d, B, False, side, step)
    at_outside = (centers.float() * U[outsides].float()).sum(dim=1)
    losses = torch.log(totals) + (maxima - at_outside)
    return losses.to(U.dtype), grad_centers.to(U.dtype), grad_U


def _normalizers(centers, U, side, step):
    """The maximum of each pair's logits, and the sum of exp(logit - maximum), both (B,) in float32."""
    B, V = len(centers), len(U)
    parts = min(SPLITS, triton.cdiv(V, 4 * side))  # some tiles each
    width = triton.cdiv(V, parts)
    parts = triton.cdiv(V, width)
    maxima, totals = (centers.new_empty((parts, B), dtype=torch.float32) for _ in range(2))
    grid = triton.cdiv(B, side), parts
    _normalize[grid](centers, U, maxima, totals, B, V, U.shape[1], width, side, step)
    maximum = maxima.amax(dim=0)
    return maximum, (totals * torch.exp(maxima - maximum)).sum(dim=0)


def _row(row, matrix):
    return torch.full((1,), row, device=matrix.device)


def _check_rows(matrix, **rows):
    for name, given in rows.items():
        allowed = given.clamp(0, len(matrix) - 1)
        if not torch.equal(given, allowed):  # the only synchronisation with the device
            wrong = int(given[given != allowed][0])
            raise IndexError(f"{name}: got row {wrong}, expected 0 <= row < {len(matrix)}")
