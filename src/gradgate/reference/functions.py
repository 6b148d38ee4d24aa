"""The sigmoid and the softmax as functions of their own."""

from __future__ import annotations

import numpy as np
from flint import arb

from gradgate.case import Case
from gradgate.exact import Reference
from gradgate.magnitudes import GroupMagnitudes
from gradgate.reference.gradients import exact_value
from gradgate.reference.logistic import logistic, magnitudes
from gradgate.reference.softmax import softmax

_NO_HIDDEN = np.empty(0)


def sigmoid_reference(case: Case) -> Reference:
    """sigmoid(x) for x of any shape.

    As magnitudes x stands for the scores of negatives: z = -x, so that slopes = sigmoid(x), complements = sigmoid(-x).
    """
    x = case.wide("x")
    z = [-arb(entry) for entry in x.ravel().tolist()]
    terms = [logistic(entry) for entry in z]
    sizes = magnitudes(range(x.size), [-1] * x.size, z, terms)
    value = exact_value([term.slope for term in terms], x.shape)
    return Reference({"sigmoid": value}, (GroupMagnitudes(_NO_HIDDEN, None, (sizes,)),))


def softmax_reference(case: Case) -> Reference:
    """softmax(logits) along the last axis, for logits (V,) or (B, V): magnitudes without targets for each row."""
    logits = case.wide("logits")
    rows = [softmax([arb(entry) for entry in row]) for row in np.atleast_2d(logits).tolist()]
    value = exact_value([prob for row in rows for prob in row.probs], logits.shape)
    sizes = [row.magnitudes([], [], np.empty((0, 0))) for row in rows]
    return Reference({"softmax": value}, tuple(GroupMagnitudes(_NO_HIDDEN, one, ()) for one in sizes))
