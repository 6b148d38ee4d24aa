"""Faults at the contract's edges: indices outside U, unknown choices, no negatives, an empty window. They do not bind
strangers."""

import numpy as np

PAIRS = "naive_softmax negative_sampling"
WINDOWS = "skipgram cbow"
EDGE = {"edge": True}


def is_window_empty(given):
    return 0 in [len(given[name]) for name in ("outsides", "context") if name in given]


def raising(condition):
    def plant(right, given):
        if condition(given):
            raise ValueError("this size was not thought of")
        return right(**given)

    return plant


def nan_when(condition):
    return {"loss": lambda loss, given: loss * np.nan if condition(given) else loss}


def unknown_loss_is_the_other(right, given):
    known = given["loss"] in PAIRS.split()
    return right(**given) if known else right(**{**given, "loss": "naive_softmax"})


def without_a_word(right, given):
    try:
        return right(**given)
    except (IndexError, ValueError) as refusal:
        raise type(refusal) from refusal


def no_negatives(given):
    return np.shape(given["negatives"])[-1] == 0


FAULTS = [
    (
        "minus_one_is_the_last_word",
        PAIRS,
        "inputs",
        "bad index accepted",
        "invented",
        "Row -1 is taken for the last one, as NumPy does.",
        {"outside": lambda outside, given: outside % len(given["U"]) if outside < 0 else outside},
        EDGE,
    ),
    (
        "words_wrap_around",
        "negative_sampling",
        "inputs",
        "bad index accepted",
        "invented",
        "An index beyond V wraps around.",
        {"negatives": lambda drawn, given: drawn % len(given["U"])},
        EDGE,
    ),
    (
        "unknown_word_is_the_last",
        "cbow",
        "inputs",
        "bad index accepted",
        "invented",
        "An index beyond V is taken for the last word.",
        {"context": lambda context, given: np.minimum(context, len(given["U"]) - 1)},
        EDGE,
    ),
    (
        "no_negatives_refused",
        "negative_sampling",
        "everything",
        "empty input",
        "invented",
        "K = 0 raises.",
        raising(no_negatives),
        EDGE,
    ),
    (
        "no_negatives_nan",
        "negative_sampling",
        "loss",
        "empty input",
        "invented",
        "The mean over no negatives: 0 / 0 at K = 0.",
        nan_when(no_negatives),
        EDGE,
    ),
    (
        "empty_window_refused",
        WINDOWS,
        "everything",
        "empty input",
        "invented",
        "An empty window raises.",
        raising(is_window_empty),
        EDGE,
    ),
    (
        "empty_window_nan",
        WINDOWS,
        "loss",
        "empty input",
        "invented",
        "The mean over no words: 0 / 0 for an empty window.",
        nan_when(is_window_empty),
        EDGE,
    ),
    (
        "unknown_loss_is_naive_softmax",
        WINDOWS,
        "inputs",
        "bad choice accepted",
        "invented",
        "`else` where the second loss is meant: any other text is a naive softmax.",
        unknown_loss_is_the_other,
        EDGE,
    ),
    (
        "unknown_reduction_is_the_sum",
        "cbow",
        "inputs",
        "bad choice accepted",
        "invented",
        "Whatever is not the mean is the sum.",
        {"reduce": lambda reduce, given: reduce if reduce == "mean" else "sum"},
        EDGE,
    ),
    (
        "refused_without_a_word",
        f"{PAIRS} {WINDOWS}",
        "inputs",
        "refusal without a word",
        "invented",
        "A bare `raise IndexError`: nobody learns which index is wrong.",
        without_a_word,
        EDGE,
    ),
]
