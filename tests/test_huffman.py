"""The Huffman tree: no tree over the same counts has shorter codes, and its paths are those of one tree."""

import heapq
from functools import cache

import numpy as np
import pytest

from gradgate.huffman import huffman_tree

COUNTS = [
    [7],
    [0, 0],
    [1, 1],
    [3, 1, 2],
    [5, 5, 5, 5],
    [1, 1, 2, 3, 5, 8],
    [0, 0, 0, 1],
    [40, 1, 1, 1, 1],
    [9, 2, 2, 9, 1],
]


def weighted_length(counts):
    return sum(count * len(path) for count, path in zip(counts, huffman_tree(counts).paths, strict=True))


def shortest(counts):
    """The smallest weighted length of any binary tree: every way to split the words in two, over and over."""

    @cache
    def best(words):
        if len(words) == 1:
            return 0
        rest = words[1:]  # the first word stays left, so that no split is tried twice
        splits = range(2 ** len(rest) - 1)
        parts = [tuple(word for bit, word in enumerate(rest) if split >> bit & 1) for split in splits]
        below = (best((words[0], *p)) + best(tuple(w for w in rest if w not in p)) for p in parts)
        return sum(counts[word] for word in words) + min(below)

    return best(tuple(range(len(counts))))


@pytest.mark.parametrize("counts", COUNTS, ids=str)
def test_no_tree_has_a_shorter_weighted_path_by_brute_force(counts):
    assert weighted_length(counts) == shortest(tuple(counts))


@pytest.mark.parametrize("seed", range(5))
def test_the_weighted_length_is_that_of_a_heap(seed):
    counts = np.random.default_rng(seed).zipf(1.3, 300).clip(max=10**6).tolist()
    heap, total = list(counts), 0
    heapq.heapify(heap)
    while len(heap) > 1:
        merged = heapq.heappop(heap) + heapq.heappop(heap)
        total += merged
        heapq.heappush(heap, merged)
    assert weighted_length(counts) == total


def test_a_balanced_tree_is_not_shortest_for_skewed_counts():
    """What the brute force must tell: all paths of length 2 cost 2 a word."""
    assert shortest((8, 1, 1, 1)) < 2 * 11


@pytest.mark.parametrize("V", [1, 2, 3, 10, 257])
def test_the_paths_are_those_of_one_binary_tree(V):
    tree = huffman_tree(np.random.default_rng(V).integers(0, 50, V))
    assert len(tree) == V
    steps = set()
    for path, signs in zip(tree.paths, tree.signs, strict=True):
        assert path.dtype == signs.dtype == np.int64
        assert set(signs.tolist()) <= {1, -1}
        assert len(path) == len(signs)
        assert path[:1].tolist() == [V - 2][: len(path)]  # the root
        assert (np.diff(path) < 0).all()  # each node was made before the one above it
        below = [*zip(path[1:].tolist(), [None] * len(path), strict=False), (None, None)][: len(path)]
        steps |= {
            (node, sign, child[0]) for node, sign, child in zip(path.tolist(), signs.tolist(), below, strict=True)
        }
    inner = {(node, child) for node, _, child in steps if child is not None}
    assert len(inner) == max(V - 2, 0)  # every node but the root has one parent
    assert {node for node, _, _ in steps} == set(range(V - 1))
    codes = {(tuple(path.tolist()), tuple(signs.tolist())) for path, signs in zip(tree.paths, tree.signs, strict=True)}
    assert len(codes) == V
    assert sum(2.0 ** -len(path) for path in tree.paths) == 1.0  # Kraft: no place in the tree is empty


def test_ties_are_broken_the_same_way_each_time():
    tree = huffman_tree([1, 1, 1, 1])
    assert [path.tolist() for path in tree.paths] == [[2, 0], [2, 0], [2, 1], [2, 1]]
    assert [signs.tolist() for signs in tree.signs] == [[1, 1], [1, -1], [-1, 1], [-1, -1]]


def test_a_frequent_word_lies_no_deeper_than_a_rarer_one():
    counts = np.random.default_rng(1).integers(1, 1000, 100)
    lengths = np.array([len(path) for path in huffman_tree(counts).paths])
    order = np.argsort(counts, kind="stable")
    assert (np.diff(lengths[order]) <= 0).all()


@pytest.mark.parametrize("counts", [[], [3, -1], [[1, 2]]])
def test_what_is_no_list_of_counts_is_refused(counts):
    with pytest.raises(ValueError, match="a Huffman tree takes the counts of one word or more, none of them negative"):
        huffman_tree(counts)
