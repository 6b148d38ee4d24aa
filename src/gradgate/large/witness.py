"""What naive softmax at a large V is judged by: a float64 pass over U in blocks of rows, with a proven radius.

The pass is itself an implementation of the loss. Its routes are those of the strict tier, exp(x - max) / sum and
log1p(sum of the others) + (max - x_o), and its sums are no deeper than those declared pairwise (`large.blocks`). So the
bound of such an implementation in float64 (docs/bounds.md) is the radius of what the pass finds."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import cast

import numpy as np

from gradgate.balls import U64
from gradgate.bounds import STRICT, Arithmetic, Bounds, largest_met, summed_bound
from gradgate.bounds.domain import in_naive_domain
from gradgate.bounds.groups import group_errors
from gradgate.bounds.hidden import Matrix, flush_mask, logit_errors
from gradgate.estimate import softmax_sizes
from gradgate.exact import ExactValue, Reference
from gradgate.formats import FLOAT64
from gradgate.large.blocks import Blocks
from gradgate.large.rows import RowsBound
from gradgate.magnitudes import GroupMagnitudes, SoftmaxMagnitudes
from gradgate.terms import groups
from gradgate.witness import Witness

PASS = Arithmetic(FLOAT64, summation="pairwise")


class SoftmaxWitness(Witness):
    """The exact values of a pair, or of a batch of pairs, but for grad_U, which comes block by block."""

    @cached_property
    def reference(self) -> Reference:
        radii = self._summed(self.pass_rows)
        values = {q: ExactValue(self._value(q), np.zeros_like(radii[q]), radii[q]) for q in radii}
        return Reference(values, self.magnitudes)

    @cached_property
    def magnitudes(self) -> tuple[GroupMagnitudes, ...]:
        """The sizes of each pair, by the pass."""
        U = Blocks(self.case.inputs["U"])
        found = []
        for group in groups(self.case):
            h, words = group.vectors[0], [target.outside for target in group.targets]
            sizes = softmax_sizes(U @ h, words)
            gradients = sizes.probs @ U - U[sizes.outsides]
            found.append(GroupMagnitudes(h, replace(sizes, grad_hidden=gradients), ()))
        return tuple(found)

    def share(self, other: Witness) -> None:
        """Takes over what the pass has found, which depends on the case alone."""
        assert isinstance(other, SoftmaxWitness)
        shared = ("magnitudes", "reference", "pass_rows", "coefficients", "_absolute", "_deltas")
        self.__dict__.update({name: getattr(other, name) for name in shared})

    def bounds(self, name: str = "base") -> Bounds:
        """Of all quantities but grad_U, for the base and its repetition."""
        if name not in self._bounds:
            form, largest = self.arithmetic.storage, largest_met(self.case, self.rows.parts)
            domain = all(in_naive_domain(sizes, form) for sizes in self.magnitudes)
            undecidable = not largest * 1.01 <= form.largest
            self._bounds[name] = Bounds(self._summed(self.rows), np.array(False), undecidable, domain)
        return self._bounds[name]

    @cached_property
    def rows(self) -> RowsBound:
        """The bound of grad_U in the arithmetic of the implementation."""
        return self._bounded(self.arithmetic, self.tier)

    @cached_property
    def pass_rows(self) -> RowsBound:
        """The radius of grad_U as the pass finds it."""
        return self._bounded(PASS, STRICT)

    def exact_rows(self, rows: slice | np.ndarray) -> np.ndarray:
        """Some rows of grad_U (n, d), by the pass: the sum of (p - onehot) h over the pairs."""
        exact: np.ndarray = self.coefficients[rows] @ np.stack([sizes.hidden for sizes in self.magnitudes])
        return exact

    @cached_property
    def coefficients(self) -> np.ndarray:
        """p - onehot (V, B) of the pairs, the target's without cancellation."""
        found = np.stack([_softmax(sizes).probs for sizes in self.magnitudes], axis=1)
        for pair, sizes in enumerate(map(_softmax, self.magnitudes)):
            found[sizes.outsides, pair] = -sizes.complements[sizes.outsides]
        return found

    def _bounded(self, arithmetic: Arithmetic, tier: str) -> RowsBound:
        stored = self.case.inputs["U"]
        U = self._sizes(arithmetic)
        with np.errstate(all="ignore"):
            parts = tuple(
                group_errors(U, _as_array(Blocks(stored)), group, sizes, arithmetic, tier)
                for group, sizes in zip(groups(self.case), self.magnitudes, strict=True)
            )
        return RowsBound(parts, arithmetic, tier, 1 + 4 * (self._estimate_error + (sum(stored.shape) + 4) * U64))

    def _summed(self, found: RowsBound) -> dict[str, np.ndarray]:
        with np.errstate(all="ignore"):
            values = {
                q: summed_bound(q, self.case, found.parts, found.arithmetic, found.tier)
                for q in self.case.returns
                if q != "grad_U"
            }
        return {q: np.where(np.isnan(v), np.inf, v * found.inflation) for q, v in values.items()}

    def _value(self, quantity: str) -> np.ndarray:
        each = [_softmax(sizes) for sizes in self.magnitudes]
        match quantity:
            case "loss":
                return np.array(each[0].losses[0])
            case "losses":
                return np.array([sizes.losses[0] for sizes in each])
            case "grad_center":
                return each[0].grad_hidden[0]
        return np.stack([sizes.grad_hidden[0] for sizes in each])

    def logit_errors(self, found: RowsBound) -> np.ndarray:
        """The error (V,) of the logits of the first pair, in the arithmetic of either bound."""
        if found.arithmetic not in self._deltas:
            hidden = found.parts[0].hidden
            self._deltas[found.arithmetic] = logit_errors(self._sizes(found.arithmetic), hidden, found.arithmetic)[0]
        return self._deltas[found.arithmetic]

    @cached_property
    def _deltas(self) -> dict[Arithmetic, np.ndarray]:
        return {}

    def _sizes(self, arithmetic: Arithmetic) -> Matrix:
        stored = self.case.inputs["U"]
        flushed = Blocks(stored, lambda block: cast(np.ndarray, flush_mask(block, arithmetic)))
        return Matrix(_as_array(self._absolute), _as_array(flushed) if arithmetic.flushes_subnormals else None)

    @cached_property
    def _absolute(self) -> Blocks:
        return Blocks(self.case.inputs["U"], np.abs)

    @cached_property
    def _estimate_error(self) -> float:
        """The relative error of the pass's probabilities: twice that of its logits, of which no sum exceeds `reach`."""
        reach = max(float((self._absolute @ np.abs(s.hidden)).max(initial=0.0)) for s in self.magnitudes)
        return 4 * (self._absolute.shape[1] + 4) * U64 * (1 + reach)


def _softmax(sizes: GroupMagnitudes) -> SoftmaxMagnitudes:
    assert sizes.softmax is not None
    return sizes.softmax


def _as_array(blocks: Blocks) -> np.ndarray:
    """Blocks do all that a bound asks of an array."""
    return cast(np.ndarray, blocks)
