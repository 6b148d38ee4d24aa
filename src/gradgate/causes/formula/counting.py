"""How often each word takes part: the coefficient of h in a row of grad_U against that of one draw, one target.

The coefficient that is due for row w is m_w sigma(u_w.h) - t_w sigma(-u_w.h), with m_w the draws of w and t_w its times
as a target; for the softmax it is T p_w - t_w. What came back is read as x for m_w (or T), y for t_w."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits, Relation
from gradgate.causes.formula.shares import NEGATIVE, SUM, TARGET, Share, shares_of

_MOST = 12  # draws of one word that are told from each other


@dataclass(frozen=True)
class Count:
    """One wrong row: m and t as due, and every (x, y) that it can be read as. kind is that of the terms m counts."""

    row: int
    kind: str
    m: int
    t: int
    readings: tuple[tuple[int, int], ...]

    @property
    def draws(self) -> int | None:
        """x where the target's part is right; None where it cannot be."""
        return next((x for x, y in self.readings if y == self.t), None)


def counted(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """What the wrong rows of grad_U have in common in how often their words were counted."""
    if quantity != "grad_U" or len(failing[0].witness.groups) != 1:
        return None
    wrong: list[Count] = []
    for each in failing:
        found = counts(each)
        if found is None:
            return None
        wrong += found
    return next((rule.of(wrong) for rule in _RULES if all(rule.fits(count) for count in wrong)), None)


def counts(exhibit: Exhibit) -> list[Count] | None:
    """The wrong rows' counts; None where a row cannot be read as a count of its terms."""
    shares = shares_of(exhibit)
    h, seen, radius = shares[0].h, exhibit.seen["grad_U"], exhibit.radius["grad_U"]
    off = ~(np.abs(seen - exhibit.due["grad_U"]) <= radius).all(axis=1)
    found = []
    for row in np.flatnonzero(off):
        kind, a, m, b, t = _units(int(row), shares)
        readings = _readings(seen[row], 2 * radius[row], h, a, m, b, t)
        if not readings:
            return None
        found.append(Count(int(row), kind, m, t, readings))
    return found


def _units(row: int, shares: Sequence[Share]) -> tuple[str, float, int, float, int]:
    """Of a row: the kind of its untargeted terms, the coefficient of one, their number; the same of its targets."""
    rest = [s for s in shares if s.kind != TARGET and (s.kind == SUM or s.word == row)]
    targets = [s for s in shares if s.kind == TARGET and s.word == row]
    a = float(rest[0].coefficients[row if rest[0].kind == SUM else 0]) if rest else 0.0
    b = float(targets[0].coefficients[0]) if targets else 0.0
    return rest[0].kind if rest else NEGATIVE, a, len(rest), b, len(targets)


def _readings(
    seen: np.ndarray, allowed: np.ndarray, h: np.ndarray, a: float, m: int, b: float, t: int
) -> tuple[tuple[int, int], ...]:
    """All x and y with seen = (x a + y b) h."""
    some = sorted({*range(_MOST), m, m * m, -m} if m else {0})
    others = sorted({0, 1, t, -t} if t else {0})
    fits = (
        (x, y)
        for x in some
        for y in others
        if np.all(np.abs(seen - (x * a + y * b) * h) <= allowed * max(1, abs(x), abs(y)))
    )
    return tuple((x, y) for x, y in fits if (x, y) != (m, t))


@dataclass(frozen=True)
class Rule:
    """What all wrong rows may have in common: a reading, given m and t; and the words for it, given a row."""

    name: str
    words: str
    reading: Callable[[int, int], tuple[int, int] | None]
    kind: str = ""

    def fits(self, count: Count) -> bool:
        return self.kind in ("", count.kind) and self.reading(count.m, count.t) in count.readings

    def of(self, wrong: Sequence[Count]) -> Relation:
        first = max(wrong, key=lambda count: count.m + count.t)
        number = {"row": first.row, "m": first.m, "t": first.t, "both": first.m + first.t}
        return Relation(self.name, self.words.format(**number))


_RULES = (
    Rule(
        "term missing",
        "the target's term is missing: ŷ in place of ŷ − 1 in row {row}",
        lambda m, t: (m, 0) if t else None,
        SUM,
    ),
    Rule(
        "repeats counted once",
        "row {row} is a target {t} times, and gets its −1 once",
        lambda m, t: (m, 1) if t > 1 else None,
        SUM,
    ),
    Rule(
        "repeats counted once",
        "row {row} was drawn {m} times, and got its gradient once",
        lambda m, t: (1, t) if m > 1 else None,
        NEGATIVE,
    ),
    Rule(
        "repeats counted once",
        "{both} terms meet in row {row}, and the last one is kept",
        lambda m, t: (1, 0) if m + t > 1 else None,
        NEGATIVE,
    ),
    Rule(
        "repeats counted once",
        "{both} terms meet in row {row}, and the outside word's is kept",
        lambda m, t: (0, t) if m and t else None,
        NEGATIVE,
    ),
    Rule(
        "repeats miscounted",
        "row {row} was drawn {m} times, and got {m}² times its gradient",
        lambda m, t: (m * m, t) if m > 1 else None,
        NEGATIVE,
    ),
    Rule(
        "repeats miscounted",
        "row {row} was drawn {m} times, and got its gradient twice",
        lambda m, t: (2, t) if m > 2 else None,
        NEGATIVE,
    ),
    Rule("sign", "the sign is wrong in row {row}", lambda m, t: (-m, -t)),
)
