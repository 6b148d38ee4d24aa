"""What a wrong value is instead: off by a constant, cut at a limit, of another word, another function."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.relations import Exhibits, Relation


def another_loss(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """The first known thing that the loss is in place of itself, on every exhibit."""
    if quantity in _ELEMENTWISE:
        return _another_value(failing, passing, quantity)
    if quantity != "loss":
        return None
    everything = (*failing, *passing)
    shift = float(np.median([e.seen["loss"] - e.due["loss"] for e in failing]))
    if len(failing) > 1 and all(e.agrees("loss", e.due["loss"] + shift) for e in everything) and np.isfinite(shift):
        return Relation("stray constant", f"off by {shift:.3g} whatever the input")
    limits = {float(e.seen["loss"]) for e in failing}
    round_p = any(failing[0].agrees("loss", np.asarray(k * np.log(10.0))) for k in range(1, 31))  # -log 1e-k
    if len(limits) == 1 and (len(failing) > 1 or round_p) and all(e.due["loss"] > min(limits) for e in failing):
        return Relation("clipping", f"it ends at {min(limits):.6g}: what is larger is cut")
    for words, name, value in _INSTEAD:
        if all(e.agrees("loss", np.asarray(value(e))) for e in everything):
            return Relation(name, words)
    return _of_word(failing, passing)


def _another_value(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """What sigmoid or softmax returned in place of its values."""
    together = (*failing, *passing)
    for words, name, value in _ELEMENTWISE[quantity]:
        if all(each.agrees(quantity, value(each)) for each in together):
            return Relation(name, words)
    return None


def _over_columns(exhibit: Exhibit) -> np.ndarray:
    logits = exhibit.case.wide("logits")
    exps = np.exp(logits - logits.max())
    return exps / exps.sum(axis=0)


_ELEMENTWISE: dict[str, tuple[tuple[str, str, Callable[[Exhibit], np.ndarray]], ...]] = {
    "sigmoid": (
        ("σ(−x) in place of σ(x)", "sign", lambda e: 0.5 - 0.5 * np.tanh(0.5 * e.case.wide("x"))),
        ("the derivative σ (1 − σ)", "another formula", lambda e: e.due["sigmoid"] * (1 - e.due["sigmoid"])),
    ),
    "softmax": (
        ("the logarithm of the probabilities", "another formula", lambda e: np.log(e.due["softmax"])),
        ("normalised over all rows together", "wrong axis", lambda e: e.due["softmax"] / e.due["softmax"].sum()),
        ("normalised over the columns, where rows are due", "wrong axis", _over_columns),
    ),
}


def _probability(exhibit: Exhibit) -> float:
    return float(np.exp(-exhibit.due["loss"]))


_INSTEAD: tuple[tuple[str, str, Callable[[Exhibit], float]], ...] = (
    ("the probability p itself: -log is missing", "another formula", _probability),
    ("the logarithm of 1 - p", "another formula", lambda e: float(np.log1p(-_probability(e)))),
    ("squared", "another formula", lambda e: float(e.due["loss"]) ** 2),
)


def _of_word(failing: Exhibits, passing: Exhibits) -> Relation | None:
    """-log p of another word: each time the next one, the likeliest, or simply another."""
    which = []
    for each in (*failing, *passing):
        size = each.witness.reference.groups[0].softmax if each.witness.groups else None
        if size is None or len(size.outsides) != 1:
            return None
        found = [w for w, logit in enumerate(size.logits) if each.agrees("loss", np.asarray(size.log_sum - logit))]
        if not found:
            return None
        which.append((int(size.outsides[0]), found, len(size.logits), int(np.argmax(size.logits))))
    if all(top in found for _, found, _, top in which):
        return Relation("wrong word", "that of the likeliest word, not of the outside word")
    if all((o + 1) % V in found for o, found, V, _ in which):
        return Relation("wrong word", "that of the word after the outside word")
    return Relation(
        "wrong word", f"-log p of another word: of {which[0][1][0]} where the outside word is {which[0][0]}"
    )
