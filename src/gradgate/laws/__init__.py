"""The laws, one file a family. The order is the order of the report."""

from __future__ import annotations

from gradgate.laws import (
    additivity,
    contract,
    convexity,
    elementwise,
    exact,
    invariance,
    order,
    own_loss,
    refusals,
    structure,
    tree,
    update,
)
from gradgate.laws.law import Law

LAWS: tuple[Law, ...] = (
    *exact.LAWS,
    *own_loss.LAWS,
    *invariance.LAWS,
    *structure.LAWS,
    *convexity.LAWS,
    *additivity.LAWS,
    *tree.LAWS,
    *update.LAWS,
    *order.LAWS,
    *elementwise.LAWS,
    *contract.LAWS,
    *refusals.LAWS,
)
BY_NAME = {law.name: law for law in LAWS}
