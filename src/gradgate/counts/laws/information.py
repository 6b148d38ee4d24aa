"""What PMI and PPMI are, and what they keep when counts are scaled, exchanged, or added up again."""

from __future__ import annotations

import numpy as np

from gradgate.balls import U64, Ball, ball
from gradgate.calling.calls import Call
from gradgate.cells import Cells
from gradgate.counts.bounds import pmi_radius
from gradgate.counts.evidence import CountEvidence
from gradgate.counts.laws.law import count_law
from gradgate.counts.witness import CountWitness
from gradgate.laws.law import Breach, Claim, NotApplicable

FAR = 2**20


def _at_counts(evidence: CountEvidence, variant: str, quantity: str) -> Ball:
    """The values in the cells that hold a count, with the bound of this variant; 0 in the other cells: (V, V)."""
    witness, given = evidence.witness, evidence.witness.variant(variant).inputs
    counts, shift = _counts(given["W"]), given.get("shift", 0.0)
    radius = pmi_radius(counts, witness.information.hi, witness.form, given.get("smoothing", 1.0), shift)
    values = evidence.matrix(variant, quantity)[counts.rows, counts.cols].astype(np.float64)
    return Ball(_spread(witness.W, values), _spread(witness.W, radius + witness.information.radius))


def _counts(W: Cells) -> Cells:
    return W.added().held()


def _spread(W: Cells, values: np.ndarray) -> np.ndarray:
    """Values (n,) in the cells of W, and 0 elsewhere: (V, V)."""
    return W.with_values(values).dense()


def _exact_pmi(evidence: CountEvidence) -> list[Claim]:
    witness, got = evidence.witness, _at_counts(evidence, "base", "PMI")
    exact = witness.information
    due, rest = _spread(witness.W, exact.hi), _spread(witness.W, exact.lo)
    return [Claim("PMI", got - ball(due) - ball(rest), ball(np.zeros_like(due)), got.mid, due)]


def _no_count(evidence: CountEvidence) -> list[Breach]:
    matrix, W = evidence.matrix("base", "PMI").copy(), evidence.witness.W
    matrix[W.rows, W.cols] = -np.inf
    wrong = np.argwhere(matrix != -np.inf)
    if not len(wrong):
        return []
    t, c = wrong[0].tolist()
    sentence = f"PMI[{t}, {c}] = {float(matrix[t, c])!r}, where W has no count and -inf is due"
    return [Breach("PMI", sentence, "zero count")]


def _doubled_calls(witness: CountWitness) -> list[Call]:
    W = witness.case.inputs["W"]
    return [Call("doubled", witness.case.with_inputs(W=W.with_values(2 * W.values)))]


def _doubled(evidence: CountEvidence) -> list[Claim]:
    quantity = evidence.case.returns[0]
    return [Claim(quantity, _at_counts(evidence, "doubled", quantity), _at_counts(evidence, "base", quantity))]


def _exchanged_calls(witness: CountWitness) -> list[Call]:
    return [Call("transposed", witness.case.with_inputs(W=witness.case.inputs["W"].transposed))]


def _exchanged(evidence: CountEvidence) -> list[Claim]:
    base = _at_counts(evidence, "base", "PMI")
    turned = evidence.matrix("transposed", "PMI").T
    held = _spread(evidence.witness.W, np.ones(len(evidence.witness.W.values))) > 0
    return [Claim("PMI", Ball(np.where(held, turned, 0.0), base.rad), base)]


def _expectation(evidence: CountEvidence) -> list[Claim]:
    """What the probabilities of a row's contexts, given its target, add up to."""
    W, got = evidence.witness.W, _at_counts(evidence, "base", "PMI")
    counts = W.dense().astype(np.float64)
    chances = ball(counts.sum(axis=0) / counts.sum())
    spread = Ball(np.zeros_like(got.mid), got.rad).expm1().rad + 16 * U64
    ratios = np.where(counts > 0, np.exp(got.mid), 0.0)
    rows = (Ball(ratios, ratios * spread) * chances.widened(4 * U64 * chances.mid)).sum(axis=1)
    return [Claim("PMI", rows, ball((counts.sum(axis=1) > 0).astype(float)))]


def _exact_ppmi(evidence: CountEvidence) -> list[Claim]:
    """max(x, 0) is off by no more than x is, and exactly 0 where x is negative beyond its bound."""
    exact, radius, W = evidence.witness.information, evidence.witness.information_radius, evidence.witness.W
    due, rad = np.zeros(W.shape), np.zeros(W.shape)
    due[W.rows, W.cols] = np.maximum(exact.hi, 0.0)
    rad[W.rows, W.cols] = np.where(exact.hi + radius > 0, radius, 0.0)
    got = evidence.matrix("base", "PPMI").astype(np.float64)
    return [Claim("PPMI", ball(got), Ball(due, rad))]


def _floor(evidence: CountEvidence) -> list[Breach]:
    matrix = evidence.matrix("base", "PPMI")
    wrong = np.argwhere(~((matrix >= 0) & (matrix < np.inf)))  # NaN is neither
    if not len(wrong):
        return []
    t, c = wrong[0].tolist()
    sentence = f"PPMI[{t}, {c}] = {float(matrix[t, c])!r}, which is no finite number from 0 up"
    return [Breach("PPMI", sentence, "not positive")]


def _lower_calls(witness: CountWitness) -> list[Call]:
    given = witness.case.inputs
    return [Call("shifted", witness.case.with_inputs(shift=given["shift"] + 0.5))]


def _lower(evidence: CountEvidence) -> list[Claim]:
    before, after = _at_counts(evidence, "base", "PPMI"), _at_counts(evidence, "shifted", "PPMI")
    return [Claim("PPMI", after, Ball(np.maximum(before.mid - 0.5, 0.0), before.rad))]


def _far_calls(witness: CountWitness) -> list[Call]:
    W = witness.case.inputs["W"]
    return [Call("far words", witness.case.with_inputs(W=Cells(W.places + FAR - max(W.shape), W.values, (FAR, FAR))))]


def _stored(evidence: CountEvidence) -> list[Claim | Breach]:
    """The same counts at the end of a vocabulary of 2^20 words: the same values, and no more cells than W has."""
    quantity, outcome = evidence.case.returns[0], evidence.outcomes["far words"]
    if outcome.fault_kind == "not posed":
        raise NotApplicable("the file takes dense matrices alone")
    if outcome.fault:
        return [Breach(quantity, f"with a vocabulary of 2^20 words: {outcome.fault}", "dense")]
    found, W = evidence.cells("far words", quantity), evidence.witness.W
    if len(evidence.result("far words", quantity).values) > len(evidence.case.inputs["W"].values):
        return [Breach(quantity, f"more cells are stored than W has, {len(W.values)}", "dense")]
    places = found.places - (FAR - max(W.shape))
    moved = Cells(places, found.values, W.shape)
    if np.any(places < 0):
        return [Breach(quantity, "with a vocabulary of 2^20 words the values stand in other cells", "misplaced")]
    base = evidence.cells("base", quantity)
    if not np.array_equal(moved.places, base.places):
        return [Breach(quantity, "with a vocabulary of 2^20 words other cells hold values", "misplaced")]
    rad = float(np.max(evidence.witness.information_radius, initial=0.0))
    return [Claim(quantity, Ball(moved.values.astype(np.float64), np.full(len(places), 2 * rad)), ball(base.values))]


LAWS = (
    count_law("exact_pmi", "pmi", "PMI[t, c] = log(W[t, c] N / (r_t s_c)), r, s the sums of rows, columns", _exact_pmi),
    count_law("zero_counts", "pmi", "PMI = -inf where W has no count", _no_count),
    count_law(
        "exact_ppmi",
        "ppmi",
        "PPMI = max(log(p(t, c) / (p(t) q(c))) - shift, 0), q = s^a / sum s^a",
        _exact_ppmi,
    ),
    count_law("floor", "ppmi", "PPMI is finite and never negative", _floor),
    count_law("more_shift", "ppmi", "a shift larger by 1/2 takes 1/2 off, down to 0", _lower, _lower_calls, every=2),
    count_law("count_scale", "pmi ppmi", "twice the counts, the same information", _doubled, _doubled_calls, every=2),
    count_law("exchange", "pmi", "PMI(W^T) = PMI(W)^T", _exchanged, _exchanged_calls, every=2),
    count_law("expectation", "pmi", "sum over c of p(c) exp(PMI[t, c]) = 1", _expectation, every=2),
    count_law(
        "stored_values",
        "pmi ppmi",
        "V = 2^20 takes no more cells than W has",
        _stored,
        _far_calls,
        every=5,
        binds_strangers=False,
    ),
)
