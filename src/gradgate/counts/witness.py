"""What the laws of counts are judged by: exact values and the rounding error that the case allows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.case import Case
from gradgate.cells import Cells
from gradgate.counts.bounds import pmi_radius, svd_error
from gradgate.counts.definition import cooccurrence
from gradgate.exact import ExactValue
from gradgate.formats import FLOAT64, FORMATS
from gradgate.witness import Witness

if TYPE_CHECKING:
    from gradgate.reference.spectrum import Spectrum


class CountWitness(Witness):
    """The exact values of one case of the counts, each computed when it is first asked for."""

    def __init__(self, case: Case) -> None:
        self.form = FORMATS.get(case.dtype, FLOAT64)
        super().__init__(case, Arithmetic(self.form))

    @cached_property
    def counted(self) -> Cells:
        """W of a text, by definition."""
        return cooccurrence(self.case.inputs["tokens"], self.case.inputs["window"])

    @cached_property
    def W(self) -> Cells:  # noqa: N802  # matrices are capitals
        """The counts that PMI is taken of: cells that hold one."""
        counts: Cells = self.case.inputs["W"].added().held()
        return counts

    @cached_property
    def information(self) -> ExactValue:
        """PMI, smoothed and shifted as the case says, in the cells that hold a count: (n,)."""
        from gradgate.reference.information import pmi

        given = self.case.inputs
        return pmi(self.W, given.get("smoothing", 1.0), given.get("shift", 0.0))

    @cached_property
    def information_radius(self) -> np.ndarray:
        given = self.case.inputs
        exact = self.information
        smoothing, shift = given.get("smoothing", 1.0), given.get("shift", 0.0)
        return pmi_radius(self.W, exact.hi, self.form, smoothing, shift) + exact.radius

    @cached_property
    def M(self) -> np.ndarray:  # noqa: N802  # matrices are capitals
        """The matrix to be decomposed, (m, n) in float64."""
        dense: np.ndarray = self.case.inputs["M"].dense().astype(np.float64)
        return dense

    @cached_property
    def spectrum(self) -> Spectrum:
        from gradgate.reference.spectrum import spectrum

        return spectrum(self.M)

    @cached_property
    def eta(self) -> float:
        """The relative backward error that a decomposition is allowed, `svd_error`."""
        return svd_error(self.M.shape, self.form)

    @cached_property
    def size(self) -> float:
        """The norm of M that eta is relative to, Frobenius's."""
        return float(np.linalg.norm(self.M))
