"""What a child must not hold: right formulas of ours for the very function that the submission is judged by.

The assignments' stand-ins and the losses that windows are given to add up are right; a file that looks for them in its
process would find the answer to its own exercise."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NoReturn

from gradgate.adapters import adapted, pairs, standins

_WINDOWS = ("skipgram", "cbow")
_STAND_INS = {"sigmoid": ("sigmoid", "sigmoid_grad"), "normalize_rows": ("normalize_rows", "normalizeRows")}


def withhold(functions: Collection[str] | None) -> None:
    """Takes out what answers these functions of the contract; None: they are not known, and nothing is withheld."""
    if functions is None:
        return
    if not set(functions) & set(_WINDOWS):
        adapted.remember_right_answers()  # to learn in what shapes a file answers takes one of each, of fixed inputs
        pairs.naive_softmax = pairs.negative_sampling = _withheld
    for function in functions:
        for name in _STAND_INS.get(function, ()):
            standins.give_instead(name, _withheld)


def _withheld(*_given: Any, **_named: Any) -> NoReturn:
    raise NotImplementedError("this is what the file itself is to do: nothing is given for it")
