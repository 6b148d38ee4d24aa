"""A path as one of a whole tree's: the probabilities of all words sum to one, and so their gradients to zero.

Any tree will do, as every inner node shares out its own probability. The law takes a Huffman tree over a few words, on
the case's own vectors, and asks for every word of it."""

from __future__ import annotations

import numpy as np

from gradgate.balls import ball
from gradgate.calling.calls import Call
from gradgate.case import Case
from gradgate.draws import generator
from gradgate.evidence import Evidence
from gradgate.huffman import huffman_tree
from gradgate.laws.additivity import total_of
from gradgate.laws.law import Claim, Law, has_path

_WORDS = 8  # a call a word


def _words(case: Case) -> list[Call]:
    """The case once for each word of the tree; its nodes are the first rows of U, as many as there are."""
    words = min(len(case.inputs["U"]) + 1, _WORDS)
    counts = generator(case.seed, f"tree {case.function}", case.index).integers(1, 100, words)
    tree = huffman_tree(counts)
    return [
        Call(f"word {word}", case.with_inputs(path=path, signs=signs))
        for word, (path, signs) in enumerate(zip(tree.paths, tree.signs, strict=True))
    ]


def _sums(evidence: Evidence) -> list[Claim]:
    """Sum over w of e^-J_w = 1; and of e^-J_w times a gradient, which is minus the derivative of that sum, 0."""
    words = [call.variant for call in _words(evidence.case)]
    probabilities = {word: (-evidence.loss(word)).expm1() + 1.0 for word in words}
    claims = [Claim("loss", total_of(list(probabilities.values())), ball(1.0))]
    for quantity in ("grad_center", "grad_U"):
        total = total_of([evidence.ball(word, quantity) * probabilities[word] for word in words])
        claims.append(Claim(quantity, total, ball(np.zeros_like(total.mid))))
    return claims


LAWS = (
    Law(
        "tree_sums_to_one",
        "over the words of a tree, the e^-J sum to 1, and weighted by them the gradients to 0",
        has_path,
        _sums,
        lambda witness: _words(witness.case),
        every=4,
    ),
)
