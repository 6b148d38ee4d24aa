"""The losses of losses.c, called through ctypes. Build them beside this file first, once for each type:

    for real in float double; do cc -O3 -fopenmp-simd -fPIC -shared -DREAL=$real -o losses_$real.so losses.c -lm; done

The library trusts its caller: what it gets from here is contiguous, of one dtype, and has no index outside U."""

import ctypes
from functools import cache
from pathlib import Path

import numpy as np
from numpy.ctypeslib import ndpointer

REAL = {"float32": "float", "float64": "double"}
DTYPES = tuple(REAL)


@cache
def _library(dtype):
    """The library for a dtype, with its argument types: ctypes alone would take an array of any kind."""
    library = ctypes.CDLL(str(Path(__file__).resolve().parent / f"losses_{REAL[dtype]}.so"))
    size = ctypes.c_int64
    reals, ints = ndpointer(dtype, flags="C_CONTIGUOUS"), ndpointer("int64", flags="C_CONTIGUOUS")
    library.negative_sampling.argtypes = [size, size, size, reals, ints, ints, *4 * [reals]]
    library.negative_sampling.restype = None
    library.naive_softmax.argtypes = [size, size, reals, size, *4 * [reals]]
    library.naive_softmax.restype = {"float32": ctypes.c_float, "float64": ctypes.c_double}[dtype]
    return library


def negative_sampling(center, outside, negatives, U):
    """center (d,), outside int, negatives (K,) ints, U (V, d). Returns loss, grad_center, grad_U = (rows, values)."""
    losses, grad_centers, grad_U = negative_sampling_batch(center[None], [outside], negatives[None], U)
    return losses[0], grad_centers[0], grad_U


def negative_sampling_batch(centers, outsides, negatives, U):
    """centers (B, d), outsides (B,), negatives (B, K) or (K,) for all. Returns losses, grad_centers, (rows, values)."""
    rows = np.empty((len(outsides), 1 + negatives.shape[-1]), np.int64)
    rows[:, 0], rows[:, 1:] = outsides, negatives
    _check(rows, U)
    centers, U = np.ascontiguousarray(centers), np.ascontiguousarray(U)
    touched, slots = np.unique(rows, return_inverse=True)
    losses, grad_centers = np.empty(len(rows), U.dtype), np.zeros_like(centers)
    values = np.zeros((len(touched), U.shape[1]), U.dtype)
    _library(U.dtype.name).negative_sampling(
        *rows.shape, U.shape[1], centers, rows, slots.reshape(rows.shape), U, losses, grad_centers, values
    )
    return losses, grad_centers, (touched, values)


def naive_softmax(center, outside, U):
    """center (d,), outside int, U (V, d). Returns loss, grad_center (d,), grad_U (V, d)."""
    _check(np.asarray(outside), U)
    center, U = np.ascontiguousarray(center), np.ascontiguousarray(U)
    probs, grad_center, grad_U = np.empty(len(U), U.dtype), np.zeros_like(center), np.empty_like(U)
    loss = _library(U.dtype.name).naive_softmax(*U.shape, center, outside, U, probs, grad_center, grad_U)
    return U.dtype.type(loss), grad_center, grad_U


def _check(rows, U):
    wrong = rows[(rows < 0) | (rows >= len(U))]
    if wrong.size:
        raise IndexError(f"outside and negatives: got row {wrong.flat[0]}, expected 0 <= row < {len(U)}")
