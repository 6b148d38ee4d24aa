"""What is measured: which sizes of which loss, by default and in full, and the inputs of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count

import numpy as np

from gradgate.case import Case
from gradgate.draws import Sizes, build, generator
from gradgate.formats import FORMATS, round_to
from gradgate.huffman import huffman_tree
from gradgate.interface import HIERARCHICAL_SOFTMAX, NAIVE_SOFTMAX, NEGATIVE_SAMPLING
from gradgate.text import gate_corpus, text_case

SEED = 0
VOCABULARIES = tuple(2**power for power in (8, 10, 12, 14, 16, 17))
MIDDLE, FEW = 2**14, 5  # the V and the K at which all else is varied
LARGER = (*VOCABULARIES, 2**19, 2**20)
MOST_LOGITS = 2**20  # B V: beyond it a batch of naive softmaxes fills the memory of a small machine
# B V, the rows that a call goes through: beyond them it takes seconds, and tells nothing new. The one loops over lists,
# the other adds up a whole gradient of U for each pair.
SLOW = {"pure_python": 2**12, "numpy_dense": 2**20}
# A near relative of another one is timed at enough sizes for its exponents, unless in full: the run takes minutes.
# JAX compiles a program for each size.
RELATED = {"array_api": "numpy_rows", "jax_jit": "torch_rows", "torch_ranks": "torch_rows"}
FEWER = (2**8, 2**12, 2**17)


@dataclass(frozen=True)
class Item:
    """One loss at one size: loss and gradients of B pairs, or of B windows of a text.

    K is None for all but negative sampling.
    """

    loss: str
    V: int
    K: int | None = None
    B: int = 1
    d: int = 100
    dtype: str = "float32"
    of_text: bool = False

    @property
    def function(self) -> str:
        if self.of_text:
            return "skipgram_batch"
        return self.loss if self.B == 1 else f"{self.loss}_batch"

    def left_out_for(self, implementation: str, *, full: bool) -> str:
        """Why the implementation is not timed at this size; "" where it is."""
        limit = SLOW.get(implementation)
        if limit is not None and limit < self.V * self.B:
            return f"{implementation} is timed up to B V = {limit:,} only: beyond it a call takes seconds"
        if implementation in RELATED and not (full or self.of_text or self.V in FEWER):
            return (
                f"{implementation} is timed at {len(FEWER)} V: see {RELATED[implementation]}, or --full, for the others"
            )
        return ""

    def in_dtype(self, dtype: str) -> Item:
        """The same size for an implementation that has another dtype only."""
        return replace(self, dtype=dtype)

    def __str__(self) -> str:
        words = [f"V{self.V}", *([f"K{self.K}"] if self.K is not None else []), f"B{self.B}"]
        words += [f"d{self.d}"] * (self.d != 100) + [self.dtype] * (self.dtype != "float32")
        return "-".join(words)


def items(loss: str, *, full: bool = False) -> list[Item]:
    """The sizes of a loss: naive softmax over V; negative sampling over the same V for each K.

    Batches are measured over V with one K, and in full over K at one V; negative sampling then up to the largest V.
    """
    found = [
        Item(loss, V, K, B)
        for K in _negatives(loss, full=full)
        for B in ((1, 64, 1024) if full else (1, 64))
        for V in (LARGER if full else VOCABULARIES)
        if B == 1
        or (K in (None, FEW) and B * V <= MOST_LOGITS)
        or (full and loss == NEGATIVE_SAMPLING and (K == FEW or V == MIDDLE))
    ]
    if full:
        middle = Item(loss, MIDDLE, None if loss == NAIVE_SOFTMAX else FEW)
        found += [replace(middle, d=300), replace(middle, dtype="float64")]
    return found


def _negatives(loss: str, *, full: bool) -> tuple[int | None, ...]:
    if loss == NAIVE_SOFTMAX:
        return (None,)
    return (1, 5, 10, 20, 64) if full else (5, 20)


def paths(*, full: bool = False) -> list[Item]:
    """Hierarchical softmax over V: one path each, as it has no batched form."""
    return [Item(HIERARCHICAL_SOFTMAX, V) for V in (LARGER if full else VOCABULARIES)]


def windows() -> list[Item]:
    """Skip-gram over four windows of the gate's text, with either loss."""
    V = len(gate_corpus().vocabulary)
    return [Item(loss, V, K, B=4, of_text=True) for loss, K in ((NAIVE_SOFTMAX, None), (NEGATIVE_SAMPLING, 5))]


@lru_cache(maxsize=2)  # of the largest each holds half a gigabyte
def case_of(item: Item) -> Case:
    """The inputs: normal values, logits of order 1, the same for every implementation."""
    if item.of_text:
        return _windows_of_text(item)
    if item.loss == HIERARCHICAL_SOFTMAX:
        return _down_a_tree(item)
    rng = generator(SEED, item.loss, item.V)
    sizes = Sizes(V=item.V, d=item.d, K=item.K or 0, C=1, B=item.B)
    return build(item.function, item.dtype, "normal", sizes, rng, SEED, item.V)


def _down_a_tree(item: Item) -> Case:
    """The path of the word in the middle of a Zipfian text: half of the text's words are more frequent, or it."""
    rng = generator(SEED, item.loss, item.V)
    case = build(item.function, item.dtype, "normal", Sizes(V=item.V, d=item.d, K=1, C=1, B=1), rng, SEED, item.V)
    counts = item.V // np.arange(1, item.V + 1) + 1
    tree, word = huffman_tree(counts), int(np.searchsorted(np.cumsum(counts), counts.sum() / 2))
    return case.with_inputs(path=tree.paths[word], signs=tree.signs[word])


def _windows_of_text(item: Item) -> Case:
    """The indices of the text's first case with this loss, B windows and K negatives; vectors of d components."""
    drawn = (text_case(item.function, item.dtype, gate_corpus(), SEED, index) for index in count())
    case = next(case for case in drawn if _is_meant(case, item))
    rng = generator(SEED, item.function, item.V)
    scale = item.d**-0.25  # logits of variance 1
    vectors = [rng.standard_normal((item.V, item.d)) * scale for _ in range(2)]
    V_c, U = (round_to(values, FORMATS[item.dtype]) for values in vectors)
    return case.with_inputs(V_c=V_c, U=U)


def _is_meant(case: Case, item: Item) -> bool:
    given = case.inputs
    K = None if given["negatives"] is None else given["negatives"].shape[1]
    return given["loss"] == item.loss and len(given["offsets"]) - 1 == item.B and item.K == K
