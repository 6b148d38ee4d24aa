"""The laws of the counts, one file a family. The order is the order of the report."""

from __future__ import annotations

from gradgate.counts.laws import contract, cooccurrence, decomposition, information
from gradgate.laws.law import Law

LAWS: tuple[Law, ...] = (*cooccurrence.LAWS, *information.LAWS, *decomposition.LAWS, *contract.LAWS)
BY_NAME = {law.name: law for law in LAWS}
DECISIVE = ("exact_counts", "exact_pmi", "exact_ppmi", "singular_values", "orthonormal", "residual", "subspace")
"""The laws that measure each quantity against the exact one: together they decide."""
