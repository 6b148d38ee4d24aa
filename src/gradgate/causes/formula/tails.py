"""The tail of a tile: a kernel takes its components by twos, fours or hundreds, and forgets what is left at the end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits, Relation
from gradgate.causes.hypotheses import right_values
from gradgate.laws.hidden import hidden_parameter

_TILES = (2, 4, 8, 16, 32, 64, 128, 256)
_PAIRS = ("naive_softmax", "negative_sampling", "naive_softmax_batch", "negative_sampling_batch")


def zeros_in_the_tail(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """The components behind the last full tile are zero, and those before are right, whatever d is."""
    for tile in _TILES:
        is_cut = all(_is_cut(each, quantity, tile) for each in (*failing, *passing))
        if is_cut and any(_is_written(each, quantity, tile) for each in failing):
            return Relation("never written", f"zeros in {_of(tile)}")
    return None


def logits_without_the_tail(failing: Exhibits, passing: Exhibits) -> Relation | None:
    """Everything follows from logits to which the components behind the last full tile do not add."""
    if failing[0].case.function not in _PAIRS:
        return None
    for tile in (tile for tile in _TILES if any(tile < _width(each) and _width(each) % tile for each in failing)):
        for gradients, also in ((False, ""), (True, ", and the gradients are zero there")):
            if all(_follows(each, tile, cut=gradients) for each in (*failing, *passing)):
                return Relation("one size only", f"the logits lack {_of(tile)}{also}")
    return None


def _of(tile: int) -> str:
    return f"the last d mod {tile} components: the tail of a tile that is not full"


def _width(exhibit: Exhibit) -> int:
    return np.shape(exhibit.case.inputs["U"])[1]


def _is_cut(exhibit: Exhibit, quantity: str, tile: int) -> bool:
    cut = np.array(exhibit.due[quantity])
    if cut.ndim == 0:
        return False
    d = cut.shape[-1]
    cut[..., d - d % tile :] = 0
    return exhibit.agrees(quantity, cut)


def _is_written(exhibit: Exhibit, quantity: str, tile: int) -> bool:
    """Whether a full tile holds a number that is no zero: all of a narrow matrix is a tail, of any tile."""
    due, radius = exhibit.due[quantity], exhibit.radius[quantity]
    full = due.shape[-1] // tile * tile
    return bool(np.any((np.abs(due) > radius)[..., :full]))


def _follows(exhibit: Exhibit, tile: int, *, cut: bool) -> bool:
    values = _values(exhibit, tile, cut=cut)
    return all(exhibit.agrees(quantity, values[quantity]) for quantity in exhibit.told)


def _values(exhibit: Exhibit, tile: int, *, cut: bool) -> Mapping[str, np.ndarray]:
    """What the logits of the full tiles give: coefficients times the other matrix, which is whole or cut."""
    case = exhibit.case
    name = hidden_parameter(case)
    matrices = {"U": case.wide("U").copy(), name: case.wide(name).copy()}
    d = matrices["U"].shape[1]
    for matrix in matrices.values():
        matrix[..., d - d % tile :] = 0
    of_U, of_hidden = (right_values(case, **{each: matrices[each]}) for each in ("U", name))
    if cut:
        of_U, of_hidden = of_hidden, of_U
    return {**of_hidden, "grad_U": of_U["grad_U"]}
