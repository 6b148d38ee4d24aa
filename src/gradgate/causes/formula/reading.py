"""The cause in terms of the formula, without a list of known faults: how each wrong quantity relates to what is due."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from gradgate.causes.cause import CERTAIN, LIKELY, Cause
from gradgate.causes.dossier import Dossier
from gradgate.causes.formula.coefficients import slipped
from gradgate.causes.formula.counting import counted
from gradgate.causes.formula.entries import entries
from gradgate.causes.formula.logits import tempered
from gradgate.causes.formula.on_top import added, rounded
from gradgate.causes.formula.participation import fewer_words, mixed_up, other_negatives, other_places, partial_sums
from gradgate.causes.formula.paths import another_slope, another_way, another_way_for
from gradgate.causes.formula.relations import Exhibits, Relation, in_parts, proportional, scaled
from gradgate.causes.formula.scalars import another_loss
from gradgate.causes.formula.steps import another_step, step_scaled
from gradgate.causes.formula.subnormal import flushed
from gradgate.causes.formula.tails import logits_without_the_tail, zeros_in_the_tail

Reading = Callable[[Exhibits, Exhibits], Relation | None]

_FIRST: tuple[Reading, ...] = (flushed, other_negatives, other_places, another_way, another_step, fewer_words)
_LAST: tuple[Reading, ...] = (tempered, proportional, logits_without_the_tail)
_READINGS = (
    zeros_in_the_tail,
    scaled,
    rounded,
    mixed_up,
    entries,
    counted,
    in_parts,
    slipped,
    added,
    partial_sums,
    another_loss,
)
_OF_A_STEP = (rounded, step_scaled)
_OF_A_PATH = (scaled, rounded, entries, another_way_for, another_slope, added, another_loss)


def formula(dossier: Dossier) -> Cause | None:
    """What the wrong quantities have in common; None where one of them cannot be read, or where they disagree."""
    if not dossier.failing:
        return None
    with np.errstate(all="ignore"):  # what is not finite agrees with nothing
        return _together(dossier, _FIRST) or _apart(dossier) or _together(dossier, _LAST)


def _together(dossier: Dossier, readings: Sequence[Reading]) -> Cause | None:
    """One thing that accounts for every quantity at once."""
    for look in readings:
        if found := look(dossier.failing, dossier.passing):
            return Cause(
                found.name, found.words, CERTAIN if dossier.is_plain else LIKELY, f"accounts for {dossier.all_failing}"
            )
    return None


def _apart(dossier: Dossier) -> Cause | None:
    """What each wrong quantity is, where one name fits them all."""
    found = {
        q: _read(dossier, q) for q in dossier.failing[0].case.returns if any(q in e.failing for e in dossier.failing)
    }
    known = {quantity: relation for quantity, relation in found.items() if relation}
    if not known or len({relation.name for relation in known.values()}) > 1:
        return None
    name = next(iter(known.values())).name
    sure = CERTAIN if dossier.is_plain and len(known) == len(found) else LIKELY
    evidence = f"holds on {dossier.all_failing}"
    unread = [quantity for quantity, relation in found.items() if not relation]
    evidence += f"; {' and '.join(unread)} left unexplained" if unread else ""
    return Cause(name, _sentence(known), sure, evidence)


def _read(dossier: Dossier, quantity: str) -> Relation | None:
    failing = [each for each in dossier.failing if quantity in each.failing]
    passing = [each for each in (*dossier.failing, *dossier.passing) if quantity in each.told - each.failing]
    given = failing[0].case.inputs
    readings = _OF_A_PATH if "path" in given else _OF_A_STEP if "rate" in given else _READINGS
    return next((found for look in readings if (found := look(failing, passing, quantity))), None)


def _sentence(relations: dict[str, Relation]) -> str:
    """`grad_center and grad_U: the sign is wrong`: quantities of which the same is said are named together."""
    by_words: dict[str, list[str]] = {}
    for quantity, relation in relations.items():
        by_words.setdefault(relation.words, []).append(quantity)
    return "; ".join(f"{_listed(quantities)}: {words}" for words, quantities in by_words.items())


def _listed(quantities: Sequence[str]) -> str:
    return " and ".join(quantities) if len(quantities) < 3 else f"{', '.join(quantities[:-1])} and {quantities[-1]}"
