"""The Huffman tree of a vocabulary: each word a leaf, each inner node a row of U, frequent words near the root.

The probability of a word is the product over its path of sigmoid(sign * u_node . h), so that those of all words sum to
one (Morin & Bengio 2005; Huffman-coded by Mikolov et al. 2013, section 2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class HuffmanTree:
    """The way down to each of V words: paths[w] (n_w,) int64 the inner nodes, the root first; signs[w] (n_w,) int64.

    +1 leads to the lighter child, -1 to the heavier one. Nodes are numbered as they are made: the root is V - 2.
    """

    paths: tuple[np.ndarray, ...]
    signs: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        """V, the number of words."""
        return len(self.paths)


def huffman_tree(counts: Sequence[int] | np.ndarray) -> HuffmanTree:
    """The tree in which sum over w of counts[w] * len(paths[w]) is smallest.

    counts (V,) >= 0, V >= 1. Ties are broken the same way everywhere: a word before a node, the lower number before
    the higher. A single word has an empty path. O(V log V), for sorting. Raises ValueError for no word, or a negative
    count.
    """
    weights = np.asarray(counts)
    if weights.ndim != 1 or len(weights) == 0 or (weights < 0).any():
        raise ValueError("a Huffman tree takes the counts of one word or more, none of them negative")
    parents, signs = _merge(weights.tolist())
    return _read(len(weights), parents, signs)


def _merge(counts: list[int]) -> tuple[list[int], list[int]]:
    """The parent of each of the V words and V - 1 nodes (the root has none), and the sign of the step down to it.

    Words in ascending order and nodes as they are made are two sorted queues: the lightest two are at their heads.
    """
    V = len(counts)
    words = sorted(range(V), key=counts.__getitem__)
    weights: list[int] = []  # of the nodes
    parents, signs = [-1] * (2 * V - 1), [0] * (2 * V - 1)
    word, node = 0, 0
    for made in range(V - 1):
        total = 0
        for sign in (1, -1):
            if word < V and (node >= made or counts[words[word]] <= weights[node]):
                child, weight, word = words[word], counts[words[word]], word + 1
            else:
                child, weight, node = V + node, weights[node], node + 1
            parents[child], signs[child] = made, sign
            total += weight
        weights.append(total)
    return parents, signs


def _read(V: int, parents: list[int], signs: list[int]) -> HuffmanTree:
    """The paths from the root down: each node's own is known before those of what lies below it."""
    above: list[tuple[list[int], list[int]]] = [([], [])] * (2 * V - 1)
    for place in reversed(range(2 * V - 1)):
        if (parent := parents[place]) >= 0:
            path, taken = above[V + parent]
            above[place] = [*path, parent], [*taken, signs[place]]
    leaves = above[:V]
    return HuffmanTree(
        tuple(np.array(path, np.int64) for path, _ in leaves), tuple(np.array(taken, np.int64) for _, taken in leaves)
    )
