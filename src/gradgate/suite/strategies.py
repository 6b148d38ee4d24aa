"""Drawing cases with Hypothesis: function, kind, sizes and a seed are drawn, each with its label; the arrays follow.

Arrays are not drawn element by element: a seed and a kind decide them, which is fifty times as fast, and what shrinks
is what a reader cares about: the sizes, and the number of digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache

from hypothesis import note
from hypothesis import strategies as st

from gradgate.case import Case
from gradgate.draws import KINDS, Sizes, build, generator, sizes_of
from gradgate.interface import FUNCTIONS
from gradgate.laws.law import Law
from gradgate.text import TEXT_FUNCTIONS, gate_corpus, text_case

LARGEST = Sizes(V=24, d=10, K=8, C=4, B=3)
# Half of the cases have few digits: those can be read, and only they can be shifted and rotated without rounding.
_KINDS = st.one_of(st.just(KINDS[0]), st.sampled_from(KINDS))
_SEEDS = st.integers(0, 2**32 - 1)
_VARIANTS = range(10)  # a case's index decides its loss, its reduction, and whether a batch shares its negatives
_TEXT_VARIANTS = 20  # real text shows each of its features in twenty cases

Questions = Mapping[str, tuple[int, ...]]
"""Functions of the contract, each with the indices of its cases that a law is meant for."""


@cache
def questions(law: Law) -> Questions:
    """The functions that the law is about."""
    found = {f: tuple(i for i in _VARIANTS if law.applies(_smallest(f, i))) for f in FUNCTIONS}
    return {function: indices for function, indices in found.items() if indices}


def draw_case(data: st.DataObject, asked: Questions, dtypes: Sequence[str]) -> Case:
    """A case of one of these functions, in one of these dtypes. V = 1, d = 1, K = 1 are the simplest sizes."""
    function = data.draw(st.sampled_from(list(asked)), label="function")
    dtype = data.draw(st.sampled_from(dtypes), label="dtype")
    kind = data.draw(_KINDS, label="kind")
    sizes = _draw_sizes(data, function)
    index = data.draw(st.sampled_from(asked[function]), label="index")
    seed = data.draw(_SEEDS, label="seed")
    case = build(function, dtype, kind, sizes, generator(seed, function, index), seed, index)
    note(f"{function} in {dtype}: {case.describe()}")
    return case


def draw_text_case(data: st.DataObject, functions: Sequence[str], dtypes: Sequence[str]) -> Case:
    """A case whose indices are a context of the default text."""
    function = data.draw(st.sampled_from([f for f in TEXT_FUNCTIONS if f in functions]), label="function")
    dtype = data.draw(st.sampled_from(dtypes), label="dtype")
    index = data.draw(st.integers(0, _TEXT_VARIANTS - 1), label="index")
    seed = data.draw(_SEEDS, label="seed")
    case = text_case(function, dtype, gate_corpus(), seed, index)
    note(f"{function} in {dtype}: {case.describe()}")
    return case


def _draw_sizes(data: st.DataObject, function: str) -> Sizes:
    """Only the sizes that the function has are drawn; the others are 1."""
    has = sizes_of(function)
    return Sizes(
        **{n: data.draw(st.integers(1, largest), label=n) if n in has else 1 for n, largest in asdict(LARGEST).items()}
    )


def _smallest(function: str, index: int) -> Case:
    return build(function, "float64", KINDS[0], Sizes(3, 2, 2, 2, 2), generator(0, function, index), 0, index)
