"""Losses and gradients add: over repeated negatives, over a window, over a path, over a batch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gradgate.balls import Ball
from gradgate.calling.calls import Call
from gradgate.case import Case
from gradgate.evidence import Evidence
from gradgate.laws.law import Claim, Law, NotApplicable, has_path, is_batch, is_loss, is_negative_sampling
from gradgate.witness import Witness


# A negative that is drawn m times counts m times.
def _repeated_calls(witness: Witness) -> list[Call]:
    negatives = witness.case.inputs["negatives"]
    more = np.full((*negatives.shape[:-1], 2), _fresh_word(witness.case))
    return [
        Call(f"{times} more", witness.case.with_inputs(negatives=np.append(negatives, more[..., :times], axis=-1)))
        for times in (1, 2)
    ]


def _fresh_word(case: Case) -> int:
    """A word that takes no part in the loss, where there is one: else dropping repeats drops its first draw too."""
    used = [np.ravel(case.inputs[name]) for name in ("outside", "outsides", "target", "targets") if name in case.inputs]
    fresh = np.setdiff1d(np.arange(len(case.inputs["U"])), np.concatenate([*used, case.inputs["negatives"].ravel()]))
    return int(fresh[0]) if len(fresh) else 0


def _repeated(evidence: Evidence) -> list[Claim]:
    """The second draw of a word adds what its first one did, to the loss and to every gradient."""
    return [
        Claim(
            q,
            evidence.ball("2 more", q) - evidence.ball("1 more", q),
            evidence.ball("1 more", q) - evidence.ball("base", q),
        )
        for q in evidence.case.returns
    ]


# The outside word among the negatives is a negative like any other: give a spare word its vector, and use either.
def _swap_calls(witness: Witness) -> list[Call]:
    case = witness.case
    outside, spare = _outside_and_spare(case)
    U = case.inputs["U"].copy()
    U[spare] = U[outside]
    used = case.inputs["negatives"]
    return [
        Call(name, case.with_inputs(U=U, negatives=np.append(used, word)))
        for name, word in (("outside drawn", outside), ("twin drawn", spare))
    ]


def _outside_and_spare(case: Case) -> tuple[int, int]:
    outside = case.inputs["outside" if "outside" in case.inputs else "target"]
    free = np.setdiff1d(np.arange(len(case.inputs["U"])), np.append(case.inputs["negatives"], outside))
    if not len(free):
        raise NotApplicable("no word is left to stand in for the outside word")
    return outside, int(free[0])


def _swap(evidence: Evidence) -> list[Claim]:
    outside, spare = _outside_and_spare(evidence.case)
    claims = []
    for quantity in evidence.case.returns:
        drawn, twin = (evidence.ball(name, quantity) for name in ("outside drawn", "twin drawn"))
        if quantity == "grad_U":  # the two rows share what one of them gets alone
            drawn, twin = drawn[outside], twin[outside] + twin[spare]
        claims.append(Claim(quantity, drawn, twin))
    return claims


# A window is the sum of its halves, and so is a path: both halves may name the same row.
def halves(*parameters: str) -> Callable[[Witness], list[Call]]:
    """The calls on either half of the parameters, which go together."""

    def calls(witness: Witness) -> list[Call]:
        given = witness.case.inputs
        count = len(given[parameters[0]])
        if count < 2:
            raise NotApplicable("fewer than two words, or nodes, have no halves")
        return [
            Call(name, witness.case.with_inputs(**{p: _part(given[p], part) for p in parameters}))
            for name, part in (("first half", slice(0, count // 2)), ("second half", slice(count // 2, None)))
        ]

    return calls


def _part(values: np.ndarray | None, part: slice) -> np.ndarray | None:
    return None if values is None else values[part]


def _both(evidence: Evidence) -> list[Claim]:
    return [
        Claim(q, evidence.ball("base", q), evidence.ball("first half", q) + evidence.ball("second half", q))
        for q in evidence.case.returns
    ]


# A batch is its pairs, one by one.
def _singles(witness: Witness) -> list[Call]:
    case = witness.case
    return [Call(f"pair {b}", _single(case, b)) for b in range(_count(case))]


def _count(case: Case) -> int:
    return len(case.inputs["offsets"]) - 1 if "offsets" in case.inputs else len(case.inputs["outsides"])


def _single(case: Case, b: int) -> Case:
    """The batch of pair b alone."""
    given, one = case.inputs, slice(b, b + 1)
    changed = {}
    if "offsets" in given:
        start, end = int(given["offsets"][b]), int(given["offsets"][b + 1])
        flat = "outsides" if "outsides" in given else "contexts"
        changed = {flat: given[flat][start:end], "offsets": np.array([0, end - start])}
        span = slice(start, end) if flat == "outsides" else one
        changed["negatives"] = _part(given["negatives"], span)
    else:
        changed["outsides"] = given["outsides"][one]
        if "negatives" in given and given["negatives"].ndim == 2:
            changed["negatives"] = given["negatives"][one]
    changed |= {name: given[name][one] for name in ("centers", "targets") if name in given}
    return case.with_inputs(**changed)


def _batch(evidence: Evidence) -> list[Claim]:
    claims = []
    count = _count(evidence.case)
    for quantity in evidence.case.returns:
        whole = evidence.ball("base", quantity)
        parts = [evidence.ball(f"pair {b}", quantity) for b in range(count)]
        if quantity in ("losses", "grad_centers"):
            claims += [Claim(quantity, whole[b : b + 1], part) for b, part in enumerate(parts)]
        else:
            claims.append(Claim(quantity, whole, total_of(parts)))
    return claims


def total_of(parts: list[Ball]) -> Ball:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


LAWS = (
    Law(
        "repeated_negatives",
        "a negative drawn m times counts m times",
        lambda case: is_loss(case) and is_negative_sampling(case),
        _repeated,
        _repeated_calls,
        every=4,
    ),
    Law(
        "outside_among_negatives",
        "the outside word drawn as a negative counts as one",
        lambda case: case.function in ("negative_sampling", "cbow") and is_negative_sampling(case),
        _swap,
        _swap_calls,
        every=4,
    ),
    Law(
        "additive_window",
        "a window is the sum of its halves",
        lambda case: case.function == "skipgram",
        _both,
        halves("outsides", "negatives"),
    ),
    Law(
        "additive_path",
        "a path is the sum of its halves, also where a node stands in both",
        has_path,
        _both,
        halves("path", "signs"),
    ),
    Law("additive_batch", "a batch is its pairs, one by one", is_batch, _batch, _singles, every=4),
)
