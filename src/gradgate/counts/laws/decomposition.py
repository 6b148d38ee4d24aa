"""What a truncated SVD is, up to what M leaves open: signs, and the directions within equal singular values."""

from __future__ import annotations

import numpy as np

from gradgate.balls import Ball, ball
from gradgate.counts.evidence import CountEvidence
from gradgate.counts.laws.law import count_law
from gradgate.laws.law import Breach, Claim, NotApplicable


def _factors(evidence: CountEvidence) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    U, S, Vt = (evidence.matrix("base", quantity).astype(np.float64) for quantity in ("U", "S", "Vt"))
    return U, S, Vt


def _allowed(evidence: CountEvidence, times: float) -> float:
    witness = evidence.witness
    return times * witness.eta * witness.size


def _values(evidence: CountEvidence) -> list[Claim | Breach]:
    """Weyl: a matrix within eta |M| of M has singular values within that of M's."""
    _, S, _ = _factors(evidence)
    exact = evidence.witness.spectrum
    rad = np.full(S.shape, _allowed(evidence, 1) + exact.radius)
    found: list[Claim | Breach] = [Claim("S", ball(S), Ball(exact.values[: len(S)], rad))]
    if np.any(S < 0) or np.any(np.diff(S) > 0):
        found.append(Breach("S", f"S = {S.tolist()}, where the largest comes first and none is negative", "order"))
    return found


def _orthonormal(evidence: CountEvidence) -> list[Claim]:
    U, _, Vt = _factors(evidence)
    one = ball(np.eye(len(Vt)))
    eta = 3 * evidence.witness.eta  # 2 eta + eta^2
    return [Claim("U", (ball(U.T) @ ball(U)).widened(eta), one), Claim("Vt", (ball(Vt) @ ball(Vt.T)).widened(eta), one)]


def _residual(evidence: CountEvidence) -> list[Claim]:
    """M + E = U' S V'^T with |E| <= eta |M|, and U and V within eta of U' and V': 3 eta |M|, and the squares of eta."""
    U, S, Vt = _factors(evidence)
    M, rad = ball(evidence.witness.M), _allowed(evidence, 4)
    return [
        Claim("U", (M @ ball(Vt.T)).widened(rad), ball(U) * ball(S)),
        Claim("Vt", (ball(M.mid.T) @ ball(U)).widened(rad), ball(Vt.T) * ball(S)),
    ]


def _subspace(evidence: CountEvidence) -> list[Claim]:
    """The projector onto the span of the k vectors: Wedin's sin theta <= sqrt(2) |E| / (the gap that E leaves)."""
    U, S, Vt = _factors(evidence)
    exact, k = evidence.witness.spectrum, len(S)
    beyond = exact.values[k] if k < len(exact.values) else None
    moved = _allowed(evidence, 1) + exact.residual
    if beyond is None:
        angle = 0.0
    else:
        gap = float(exact.values[k - 1] - beyond) - 2 * exact.radius - moved
        if gap <= 4 * moved:  # the bound would be as large as the projector
            raise NotApplicable("the next singular value is too close for the directions to be told apart")
        angle = 2 * 2**0.5 * moved / gap
    rad = angle + 4 * evidence.witness.eta + 1e-12
    left, right = exact.U[:, :k], exact.V[:, :k]
    return [
        Claim("U", (ball(U) @ ball(U.T)).widened(rad), ball(left) @ ball(left.T)),
        Claim("Vt", (ball(Vt.T) @ ball(Vt)).widened(rad), ball(right) @ ball(right.T)),
    ]


LAWS = (
    count_law("singular_values", "svd", "S are the k largest singular values of M, descending", _values),
    count_law("orthonormal", "svd", "U^T U = 1 and Vt Vt^T = 1", _orthonormal),
    count_law("residual", "svd", "M Vt^T = U S and M^T U = Vt^T S", _residual),
    count_law("subspace", "svd", "U U^T and Vt^T Vt are the projectors onto the k leading directions", _subspace),
)
