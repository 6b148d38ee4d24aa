"""Another way down the tree, or another slope at its nodes, than those of hierarchical softmax.

A node has z = sign * u.v; its loss is -log sigma(z), and its coefficient of v in grad_U is -sign * sigma(-z)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits, Relation
from gradgate.causes.hypotheses import right_values
from gradgate.magnitudes import LogisticMagnitudes

Way = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def _first_of_each(path: np.ndarray, signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    kept = np.sort(np.unique(path, return_index=True)[1])
    return path[kept], signs[kept]


_WAYS: tuple[tuple[str, str, Way], ...] = (
    ("sign", "every turn is taken the other way: −signs in place of signs", lambda path, signs: (path, -signs)),
    ("sign", "the signs are ignored: every node counts as +1", lambda path, signs: (path, np.ones_like(signs))),
    ("term missing", "the first node of the path, the root, takes no part", lambda path, signs: (path[1:], signs[1:])),
    ("term missing", "the last node of the path takes no part", lambda path, signs: (path[:-1], signs[:-1])),
    (
        "not accumulated",
        "only the last node of the path counts: = where += is due",
        lambda path, signs: (path[-1:], signs[-1:]),
    ),
    ("not accumulated", "only the first node of the path counts", lambda path, signs: (path[:1], signs[:1])),
    ("repeats counted once", "a node that stands twice in the path counts once", _first_of_each),
)

_SLOPES: tuple[tuple[str, str, Callable[[LogisticMagnitudes], np.ndarray]], ...] = (
    ("sign", "−σ(−z) in place of −s σ(−z), with z = s u·v: a sign is lost", lambda t: -t.slopes),
    ("sign", "s is lost inside σ: −s σ(−u·v) in place of −s σ(−s u·v)", lambda t: -t.signs * _slopes_of_logits(t)),
    ("wrong derivative", "σ(z) in place of 1 − σ(z), with z = s u·v", lambda t: -t.signs * t.complements),
    (
        "wrong derivative",
        "−s σ(1 − σ): the derivative of σ in place of that of log σ",
        lambda t: -t.signs * t.slopes * t.complements,
    ),
)


def _slopes_of_logits(terms: LogisticMagnitudes) -> np.ndarray:
    return np.where(terms.signs > 0, terms.slopes, terms.complements)


def another_way(failing: Exhibits, passing: Exhibits) -> Relation | None:
    """The way that accounts for every quantity at once."""
    if "path" not in failing[0].case.inputs:
        return None
    for name, words, way in _WAYS:
        if all(_goes(each, way, each.told) for each in (*failing, *passing)):
            return Relation(name, words)
    return None


def another_way_for(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """The way that one quantity goes."""
    for name, words, way in _WAYS:
        if all(_goes(each, way, frozenset([quantity])) for each in (*failing, *passing)):
            return Relation(name, words)
    return None


def _goes(exhibit: Exhibit, way: Way, quantities: frozenset[str]) -> bool:
    path, signs = way(exhibit.case.inputs["path"], exhibit.case.inputs["signs"])
    values = right_values(exhibit.case, path=path, signs=signs)
    return all(exhibit.agrees(quantity, values[quantity]) for quantity in quantities)


def another_slope(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """The slope that all nodes have in a gradient."""
    if quantity == "loss":
        return None
    for name, words, slopes in _SLOPES:
        if all(each.agrees(quantity, _gradient(each, quantity, slopes)) for each in (*failing, *passing)):
            return Relation(name, words)
    return None


def _gradient(exhibit: Exhibit, quantity: str, slopes: Callable[[LogisticMagnitudes], np.ndarray]) -> np.ndarray:
    [terms] = exhibit.witness.reference.groups[0].logistic
    wrong, U = slopes(terms), exhibit.case.wide("U")
    if quantity == "grad_center":
        return np.asarray(wrong @ U[terms.rows])
    gradient = np.zeros_like(U)
    np.add.at(gradient, terms.rows, np.outer(wrong, exhibit.case.wide("center")))
    return gradient
