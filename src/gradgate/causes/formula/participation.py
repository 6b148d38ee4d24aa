"""Which words take part: loss and gradients that are right together, but of other words than those given.

What takes part is read off grad_U, where every word has a row of its own, and must then account for every other
quantity too. In a window the places are tried instead, since its words share the softmax."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from gradgate.causes.exhibits import Exhibit
from gradgate.causes.formula.counting import Count, counts
from gradgate.causes.formula.relations import Exhibits, Relation
from gradgate.causes.formula.shares import NEGATIVE, Share, shares_of, total
from gradgate.causes.hypotheses import right_values

Weight = Callable[[Share], float]


def other_negatives(failing: Exhibits, passing: Exhibits) -> Relation | None:
    """The negatives that take part are not those given: some are left out, or are taken more often."""
    if failing[0].case.function not in ("negative_sampling", "cbow"):
        return None
    stories = []
    for each in failing:
        found = counts(each) if "grad_U" in each.failing else None
        if found is None or not all(count.kind == NEGATIVE and count.draws is not None for count in found):
            return None
        if not _accounts_for_all(each, _by_word(found)):
            return None
        stories.append((each, found))
    each, found = max(stories, key=lambda story: -len(story[0].case.inputs["negatives"]))
    given = [int(k) for k in each.case.inputs["negatives"]]
    taken = Counter(given)
    for count in found:
        taken[count.row] = count.draws or 0
    numbers = {len(e.case.inputs["negatives"]) for e, _ in stories}
    used = {_taken(e, c) for e, c in stories}
    if len(used) == 1 and len(numbers) > 1 and max(used) > min(numbers):
        return Relation("K ignored", f"{used.pop()} negatives take part whatever K is")
    words = [word for word, times in sorted(taken.items()) for _ in range(times)]
    return Relation("wrong negatives", f"of the negatives {given} take part {words}")


def _taken(exhibit: Exhibit, found: Sequence[Count]) -> int:
    return len(exhibit.case.inputs["negatives"]) + sum((count.draws or 0) - count.m for count in found)


def _by_word(found: Sequence[Count]) -> Weight:
    factor = {count.row: (count.draws or 0) / count.m for count in found if count.m}
    return lambda share: factor.get(share.word, 1.0) if share.kind == NEGATIVE else 1.0


def other_places(failing: Exhibits, passing: Exhibits) -> Relation | None:
    """The words of a window that take part are not all of them: the last one only, all but the first, each once, ..."""
    if failing[0].case.function != "skipgram":
        return None
    for name, words, places in _PLACES:
        rules = [_at_places(each, places) for each in (*failing, *passing)]
        if all(_accounts_for_all(each, rule) for each, rule in zip((*failing, *passing), rules, strict=True)):
            return Relation(name, words)
    return None


def _at_places(exhibit: Exhibit, places: Callable[[np.ndarray, int], Sequence[int]]) -> Weight:
    outsides = np.asarray(exhibit.case.inputs["outsides"])
    kept = set(places(outsides, exhibit.case.inputs["center"]))
    return lambda share: float(share.place in kept)


_PLACES: tuple[tuple[str, str, Callable[[np.ndarray, int], Sequence[int]]], ...] = (
    ("not accumulated", "only the last word of the window counts: = where += is due", lambda o, c: [len(o) - 1]),
    ("not accumulated", "only the first word of the window counts", lambda o, c: [0]),
    ("wrong window", "the first word of the window takes no part", lambda o, c: range(1, len(o))),
    ("wrong window", "the last word of the window takes no part", lambda o, c: range(len(o) - 1)),
    (
        "repeats counted once",
        "a word that stands twice in the window counts once",
        lambda o, c: list(np.unique(o, True)[1]),
    ),
    ("wrong window", "words equal to the centre take no part", lambda o, c: list(np.flatnonzero(o != c))),
)


def _accounts_for_all(exhibit: Exhibit, weight: Weight) -> bool:
    """Whether the terms, so weighted, give every quantity as it was seen."""
    shares = shares_of(exhibit)
    return all(exhibit.agrees(q, total(exhibit, q, shares, weight)) for q in exhibit.told)


def fewer_words(failing: Exhibits, passing: Exhibits) -> Relation | None:
    """The softmax runs over some words only: those that have a gradient."""
    if failing[0].case.function != "naive_softmax":
        return None
    for each in failing:
        o, U = each.case.inputs["outside"], each.case.wide("U")
        written = np.flatnonzero(each.seen["grad_U"].any(axis=1))
        kept = np.union1d(written, o)
        if len(kept) == len(U) or not len(written):
            return None
        part = dict(right_values(each.case, U=U[kept], outside=int(np.searchsorted(kept, o))))
        whole = np.zeros_like(U)
        whole[kept] = part["grad_U"]
        part["grad_U"] = whole
        if not all(each.agrees(quantity, values) for quantity, values in part.items()):
            return None
    last = failing[-1]
    kept = np.flatnonzero(last.seen["grad_U"].any(axis=1))
    V = len(last.case.inputs["U"])
    return Relation(
        "words left out of the sum", f"log Z and Σ ŷ u run over {len(kept)} of V = {V} words, from word {kept[0]}"
    )


def partial_sums(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """One quantity of a window that holds the terms of some places only; of a batch, that of some pairs."""
    if failing[0].case.function.endswith("_batch"):
        return _one_pair(failing, passing, quantity)
    if failing[0].case.function != "skipgram":
        return None
    for name, words, places in _PLACES:
        rules = [_at_places(each, places) for each in (*failing, *passing)]
        if all(
            each.agrees(quantity, total(each, quantity, shares_of(each), rule))
            for each, rule in zip((*failing, *passing), rules, strict=True)
        ):
            return Relation(name, words)
    return None


def _one_pair(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """grad_U holds what one pair of the batch adds to it."""
    for words, place in (("the last pair's only: = where += is due", -1), ("the first pair's only", 0)):
        if quantity == "grad_U" and all(
            each.agrees(quantity, total(each, quantity, shares_of(each), _of_pair(each, place))) for each in failing
        ):
            return Relation("not accumulated", words)
    return None


def _of_pair(exhibit: Exhibit, place: int) -> Weight:
    pair = exhibit.witness.groups[place].pair
    return lambda share: float(share.group.pair == pair)


def mixed_up(failing: Exhibits, passing: Exhibits, quantity: str) -> Relation | None:
    """What is due for one pair of the batch stands at another one; or the mean stands at all of them."""
    if quantity not in ("losses", "grad_centers"):
        return None
    together = (*failing, *passing)
    if all(each.agrees(quantity, each.due[quantity][::-1]) for each in together):
        return Relation("pairs mixed up", "in the reverse order of the pairs")
    if quantity == "losses" and all(
        each.agrees(quantity, np.full_like(e, e.mean())) for each in together for e in [each.due[quantity]]
    ):
        return Relation("mean for sum", "the mean over the batch at every pair")
    if all(_is_of_other_pairs(each, quantity) for each in failing):
        return Relation("pairs mixed up", "what is due for other pairs of the batch")
    return None


def _is_of_other_pairs(exhibit: Exhibit, quantity: str) -> bool:
    due, seen = exhibit.due[quantity], exhibit.seen[quantity]
    return all(
        any(exhibit.agrees(quantity, _with(seen, b, due[other])) for other in range(len(due))) for b in range(len(due))
    )


def _with(values: np.ndarray, place: int, row: np.ndarray) -> np.ndarray:
    changed = values.copy()
    changed[place] = row
    return changed
