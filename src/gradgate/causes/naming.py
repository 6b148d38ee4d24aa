"""From an examination's failures to their likely cause: the program first, then known faults, then the formula."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from gradgate.causes.cause import Cause
from gradgate.causes.dossier import Dossier
from gradgate.causes.formula.example import example
from gradgate.causes.formula.reading import formula
from gradgate.causes.hypotheses import hypothesis
from gradgate.causes.program.fragile import fragility
from gradgate.causes.program.reading import after_the_numbers, program_cause


def name_cause(dossier: Dossier, without: Collection[str] = (), *, catalogue: bool = True) -> Cause | None:
    """The likely cause; None where nothing that is known explains the failures.

    without names faults of the catalogue that are not tried as hypotheses; catalogue=False tries none.
    """
    if not dossier.failures:
        return None
    if (cause := program_cause(dossier)) is not None:
        return cause
    if not dossier.wrong:
        return after_the_numbers(dossier) or fragility(dossier)
    cause = (hypothesis(dossier, without) if catalogue else None) or formula(dossier)
    return _with_example(cause, dossier) if cause else fragility(dossier)


def _with_example(cause: Cause, dossier: Dossier) -> Cause:
    shown = example(dossier.failing)
    return replace(cause, evidence=f"{shown}; {cause.evidence}") if shown else cause
