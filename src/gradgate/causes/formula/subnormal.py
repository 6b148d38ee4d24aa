"""Subnormal numbers that become zero: everything that fails is within the bounds that admit this."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits, Relation
from gradgate.witness import Witness

_WORDS = "subnormal numbers become zero, as GPUs, XLA and -ffast-math have it: FLUSHES_SUBNORMALS = True declares that"


def flushed(failing: Exhibits, passing: Exhibits) -> Relation | None:
    """What a file that declares it would be granted: no number above the smallest normal one is excused by it."""
    return Relation("low precision", _WORDS) if all(map(_is_granted, failing)) else None


def _is_granted(exhibit: Exhibit) -> bool:
    arithmetic = replace(exhibit.witness.arithmetic, flushes_subnormals=True)
    lenient = Witness(exhibit.case, arithmetic, exhibit.witness.tier)
    return all(
        np.all(np.abs(exhibit.seen[quantity] - exhibit.due[quantity]) <= lenient.radius("base", quantity))
        for quantity in exhibit.failing
    )
