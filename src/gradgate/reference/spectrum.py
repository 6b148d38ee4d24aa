"""Singular values with a proven radius: a decomposition in float64, and in balls how far it is from one.

With U and V nearly orthogonal and A = U^T M V, Ostrowski's theorem puts the singular values of A and M within factors
sqrt((1 +- |U^T U - I|)(1 +- |V^T V - I|)) of each other, and Weyl's those of A within |A - diag(s)| of s. Equal ones do
no harm. Source: Rump 2011, "Verified bounds for singular values"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from flint import arb, arb_mat, ctx

_PRECISION = 192


@dataclass(frozen=True, eq=False)
class Spectrum:
    """All singular values (q,) of M (m, n), q = min(m, n), descending, each within `radius`, and their vectors.

    U (m, q) and V (n, q) are within 1e-12 of those of some matrix that is within `residual` of M, in the F norm.
    """

    values: np.ndarray
    radius: float
    residual: float
    U: np.ndarray
    V: np.ndarray


def spectrum(M: np.ndarray) -> Spectrum:
    """The spectrum of a square matrix (n, n) in float64."""
    U, S, Vt = np.linalg.svd(M)
    with ctx.workprec(_PRECISION):
        left, right = _exactly(U), _exactly(Vt.T)
        off = _norm(left.transpose() * _exactly(M) * right - _exactly(np.diag(S)))
        skew = (1 + _skewness(left)) * (1 + _skewness(right))
        stretch = (2 - skew).sqrt()  # (1 - a)(1 - b) >= 2 - (1 + a)(1 + b)
        # the nearest orthogonal matrices to U and V are no further off than U^T U and V^T V are from the identity
        residual = float((off + 3 * (skew - 1) * _norm(_exactly(np.diag(S)))).upper())
        radius = float(((off + arb(float(S[0])) * (1 - stretch)) / stretch).upper())
    return Spectrum(S, radius * (1 + 2.0**-50), residual * (1 + 2.0**-50), U, Vt.T)


def _exactly(matrix: np.ndarray) -> arb_mat:
    return arb_mat(*matrix.shape, matrix.ravel().tolist())


def _skewness(vectors: arb_mat) -> arb:
    return _norm(vectors.transpose() * vectors - _exactly(np.eye(vectors.ncols())))


def _norm(matrix: arb_mat) -> arb:
    """Frobenius's norm."""
    return sum((entry * entry for entry in matrix.entries()), arb(0)).sqrt()
