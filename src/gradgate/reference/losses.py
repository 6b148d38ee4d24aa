"""The exact values of the functions that take U: pairs, windows and batches of both losses."""

from __future__ import annotations

from gradgate.case import Case
from gradgate.exact import ExactValue, Reference
from gradgate.reference.balls import ZERO
from gradgate.reference.gradients import (
    center_totals,
    exact_value,
    grad_center_rows,
    grad_outside_rows,
    outside_totals,
    stepped,
)
from gradgate.reference.logistic import logistic_terms
from gradgate.reference.matrices import BallMatrix, DoubleDoubleMatrix, Matrix
from gradgate.reference.softmax import softmax_terms
from gradgate.reference.terms import GroupTerms, hidden_vector
from gradgate.terms import Group, groups

# Where a batch finds its size B.
_BATCH = {
    "naive_softmax_batch": "outsides",
    "negative_sampling_batch": "outsides",
    "skipgram_batch": "centers",
    "cbow_batch": "targets",
}


class LossReference:
    """One case, to be evaluated at any working precision; what does not depend on the precision is kept."""

    def __init__(self, case: Case, hybrid: bool):
        self.case = case
        self.U = case.wide("U")
        self.groups = groups(case)
        self.hybrid = hybrid
        self.matrix: Matrix | None = None
        if any(target.signs is None for group in self.groups for target in group.targets):
            self.matrix = DoubleDoubleMatrix(self.U) if hybrid else BallMatrix(self.U)

    def evaluate(self) -> Reference:
        """Every quantity, at the current working precision."""
        terms = [self._terms(group) for group in self.groups]
        values = {quantity: self._value(quantity, terms) for quantity in self.case.returns}
        return Reference(values, tuple(share.magnitudes for share in terms))

    def _terms(self, group: Group) -> GroupTerms:
        hidden = hidden_vector(group)
        if self.matrix is None:
            return logistic_terms(group, hidden, self.U)
        return softmax_terms(group, hidden, self.U, self.matrix)

    def _value(self, quantity: str, terms: list[GroupTerms]) -> ExactValue:
        d = self.U.shape[1]
        match quantity:
            case "loss":
                return exact_value([sum((share.loss for share in terms), ZERO)], ())
            case "losses":
                losses = [ZERO] * len(self.case.inputs[_BATCH[self.case.function]])
                for group, share in zip(self.groups, terms, strict=True):
                    losses[group.pair] = losses[group.pair] + share.loss
                return exact_value(losses, (len(losses),))
            case "grad_center":
                return exact_value(terms[0].grad_hidden, (d,))
            case "grad_centers":
                return exact_value([entry for share in terms for entry in share.grad_hidden], (len(terms), d))
            case "grad_V_c":
                return grad_center_rows(self.groups, terms, d)
            case "grad_U":
                return grad_outside_rows(terms, self.U.shape, repair=not self.hybrid)
            case "new_V_c":
                return stepped(self.case, quantity, center_totals(self.groups, terms))
            case "new_U":
                return stepped(self.case, quantity, outside_totals(terms, d))
            case other:
                raise ValueError(f"the reference knows no quantity {other}")
