"""Faults of hierarchical softmax: signs of the turns, nodes left out or counted once, rows by place, edges."""

import numpy as np

HS = "hierarchical_softmax"
EDGE = {"edge": True}


def sigma(x):
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def logits(given):
    return given["U"][given["path"]] @ given["center"]


def with_slopes(slopes, loss=None):
    """slopes(x, signs) (n,) in place of -sign sigma(-sign x), the derivatives of the loss by the logits x (n,)."""

    def plant(right, given):
        out, path, U = right(**given), given["path"], given["U"]
        wrong = slopes(logits(given), given["signs"]).astype(U.dtype)
        grad_U = np.zeros_like(U)
        np.add.at(grad_U, path, wrong[:, None] * given["center"])
        return [out[0] if loss is None else loss(logits(given), given["signs"]), wrong @ U[path], grad_U]

    return plant


def walking(change):
    """Another way down in place of the given one, in the loss and in its gradient: consistent."""

    def plant(right, given):
        path, signs = change(given["path"], given["signs"])
        return right(**{**given, "path": path, "signs": signs})

    return plant


def of_part(outputs, part):
    """Some outputs hold the terms of a part of the path only."""

    def plant(right, given):
        out = right(**given)
        some = right(**{**given, "path": given["path"][part], "signs": given["signs"][part]})
        return [some[i] if i in outputs else out[i] for i in range(3)]

    return plant


def repeats_once(right, given):
    loss, grad_center, grad_U = right(**given)
    for node in np.unique(given["path"]):
        last = np.flatnonzero(given["path"] == node)[-1:]
        grad_U[node] = right(**{**given, "path": given["path"][last], "signs": given["signs"][last]})[2][node]
    return [loss, grad_center, grad_U]


def at_rows_by_place(right, given):
    loss, grad_center, grad_U = right(**given)
    wrong = np.zeros_like(grad_U)
    for place in range(len(given["path"])):
        one = slice(place, place + 1)
        term = right(**{**given, "path": given["path"][one], "signs": given["signs"][one]})[2]
        wrong[place % len(wrong)] += term.sum(axis=0)
    return [loss, grad_center, wrong]


def averaged(right, given):
    n = max(len(given["path"]), 1)
    return [output / n for output in right(**given)]


def updated_first(right, given):
    loss, grad_center, grad_U = right(**given)
    return [loss, right(**{**given, "U": given["U"] - grad_U / 40})[1], grad_U]


def last_row_touched(grad, given):
    grad[-1] += given["center"] / 1024
    return grad


def without_nodes(value):
    def plant(right, given):
        return value(right, given) if len(given["path"]) == 0 else right(**given)

    return plant


def refused(right, given):
    raise ValueError("a path has a node at least")


def bits_as_signs(signs, given):
    return np.where(signs == 0, -1, signs)


FAULTS = [
    (
        "turns_mirrored",
        HS,
        "loss and gradients",
        "sign",
        "invented",
        "Every turn is taken the other way, as where a bit 1 is read as the sign 1: another word of the same tree.",
        walking(lambda path, signs: (path, -signs)),
    ),
    (
        "turns_ignored",
        HS,
        "loss and gradients",
        "sign",
        "invented",
        "The signs are never used: every node counts as -log σ(u·v), so that the words do not share out a probability.",
        walking(lambda path, signs: (path, np.ones_like(signs))),
    ),
    (
        "sign_lost_in_gradients",
        HS,
        "grad_center and grad_U",
        "sign",
        "invented",
        "-σ(-s u·v) where -s σ(-s u·v) is due: the chain rule's s is forgotten.",
        with_slopes(lambda x, signs: -sigma(-signs * x)),
    ),
    (
        "sign_lost_in_sigma",
        HS,
        "grad_center and grad_U",
        "sign",
        "invented",
        "-s σ(-u·v): the sign is forgotten inside σ, in the gradients alone.",
        with_slopes(lambda x, signs: -signs * sigma(-x)),
    ),
    (
        "sigma_for_its_complement",
        HS,
        "grad_center and grad_U",
        "wrong derivative",
        "invented",
        "σ(s u·v) in place of 1 - σ(s u·v) in the gradients.",
        with_slopes(lambda x, signs: -signs * sigma(signs * x)),
    ),
    (
        "derivative_of_sigma",
        HS,
        "grad_center and grad_U",
        "wrong derivative",
        "invented",
        "-s σ(1 - σ): the derivative of σ, and not that of its logarithm.",
        with_slopes(lambda x, signs: -signs * sigma(x) * sigma(-x)),
    ),
    (
        "likelihood_of_the_path",
        HS,
        "loss and gradients",
        "sign",
        "invented",
        "log p and its own gradient: consistent.",
        lambda right, given: [-output for output in right(**given)],
    ),
    (
        "path_in_bits",
        HS,
        "loss and gradients",
        "base of the logarithm",
        "invented",
        "log2 in place of log, consistently: a code's length is counted in bits.",
        lambda right, given: [output / np.log(2) for output in right(**given)],
    ),
    (
        "root_left_out",
        HS,
        "loss and gradients",
        "term missing",
        "invented",
        "The walk starts below the root: what all paths share is left out, consistently.",
        walking(lambda path, signs: (path[1:], signs[1:])),
    ),
    (
        "last_turn_left_out",
        HS,
        "loss and gradients",
        "term missing",
        "invented",
        "The walk ends a node too early, consistently: two words share a probability.",
        walking(lambda path, signs: (path[:-1], signs[:-1])),
    ),
    (
        "forty_nodes_at_most",
        HS,
        "loss and gradients",
        "term missing / one size only",
        "invented",
        "A table of 40 places for a code, as in word2vec.c: what is deeper is left out.",
        walking(lambda path, signs: (path[:40], signs[:40])),
    ),
    (
        "last_node_in_center",
        HS,
        "grad_center",
        "not accumulated",
        "invented",
        "grad_center = ... in the loop where += is due: the last node's alone.",
        of_part((1,), slice(-1, None)),
    ),
    (
        "last_node_in_loss",
        HS,
        "loss",
        "not accumulated",
        "invented",
        "loss = ... in the loop where += is due: the last node's alone.",
        of_part((0,), slice(-1, None)),
    ),
    (
        "node_repeats_once",
        HS,
        "grad_U",
        "repeats counted once",
        "invented",
        "grad_U[path] += ... with a fancy index: a node that stands twice keeps its last term.",
        repeats_once,
    ),
    (
        "nodes_by_place",
        HS,
        "grad_U",
        "wrong row",
        "invented",
        "The gradient of the i-th node is written to row i of grad_U, and not to row path[i].",
        at_rows_by_place,
    ),
    (
        "path_averaged",
        HS,
        "loss and gradients",
        "mean for sum / scale",
        "invented",
        "Loss and gradients are divided by the length of the path.",
        averaged,
    ),
    (
        "large_logits_skipped",
        HS,
        "grad_center and grad_U",
        "clipping",
        "seen",
        "A node whose logit is beyond 6 is skipped, as word2vec.c's table of σ ends there.",
        with_slopes(lambda x, signs: np.where(np.abs(x) < 6, -signs * sigma(-signs * x), 0)),
    ),
    (
        "nodes_updated_first",
        HS,
        "grad_center",
        "updated too early",
        "invented",
        "grad_center is taken from rows of U that have moved by 1/40 of their gradient already.",
        updated_first,
    ),
    (
        "last_row_touched",
        HS,
        "grad_U",
        "stray write",
        "invented",
        "The last row of U, which is no node of a tree over V words, gets a share.",
        {"grad_U": last_row_touched},
    ),
    (
        "empty_path_refused",
        HS,
        "everything",
        "empty input",
        "invented",
        "A path without a node raises.",
        without_nodes(refused),
        EDGE,
    ),
    (
        "empty_path_nan",
        HS,
        "loss",
        "empty input",
        "invented",
        "The mean over no nodes: 0 / 0 for an empty path.",
        without_nodes(lambda right, given: [right(**given)[0] * np.nan, *right(**given)[1:]]),
        EDGE,
    ),
    (
        "nodes_wrap_around",
        HS,
        "inputs",
        "bad index accepted",
        "invented",
        "A node beyond V, or before 0, wraps around.",
        {"path": lambda path, given: path % len(given["U"])},
        EDGE,
    ),
    (
        "bits_taken_for_signs",
        HS,
        "inputs",
        "bad choice accepted",
        "invented",
        "A sign 0, as word2vec.c writes its codes, is taken for -1.",
        {"signs": bits_as_signs},
        EDGE,
    ),
]
