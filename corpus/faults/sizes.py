"""Faults that show at some sizes or indices only: a kernel's tail, a hard-coded size, d = 1, the word 0."""

import numpy as np

PAIRS = "naive_softmax negative_sampling"
NV, NS, SG = "naive_softmax", "negative_sampling", "skipgram"


def rows_from(first):
    """grad_U is never written from a row on."""
    return {"grad_U": lambda grad, given: grad * (np.arange(len(grad)) < first)[:, None]}


def first_rows(count):
    """Only the first rows of U, and the outside word's, take part in the sum."""

    def plant(right, given):
        U, outside = given["U"], given["outside"]
        rows = np.union1d(np.arange(min(count, len(U))), outside)
        kept = {"U": U[rows], "outside": int(np.searchsorted(rows, outside))} if outside >= 0 else {}
        loss, grad_center, part = right(**{**given, **kept})
        grad_U = np.zeros_like(U)
        grad_U[rows] = part
        return [loss, grad_center, grad_U]

    return plant


def when(condition, factor=0):
    """An output times a factor where the condition on the inputs holds."""
    return lambda output, given: output * factor if condition(given) else output


def d_of(given):
    return np.shape(given["U"])[1]


def is_full(given):
    return len(given["outsides"]) == 4


def last_component_lost(grad, given):
    if d_of(given) % 2 and d_of(given) > 1:
        grad[..., -1] = 0
    return grad


def first_word_is_false(right, given):
    """if outside: ... takes the word 0 for no word at all."""
    loss, grad_center, grad_U = right(**given)
    if given["outside"] == 0:
        grad_U[0] += given["center"]
    return [loss, grad_center, grad_U]


def squeezed(right, given):
    loss, grad_center, grad_U = right(**given)
    return [loss, np.squeeze(grad_center), np.squeeze(grad_U)]


def drop_last_of_full(right, given):
    drawn = given["negatives"]
    kept = slice(0, 3) if is_full(given) else slice(None)
    return right(**{**given, "outsides": given["outsides"][kept], "negatives": None if drawn is None else drawn[kept]})


FAULTS = [
    (
        "rows_beyond_64",
        PAIRS,
        "grad_U",
        "never written",
        "invented",
        "A block of 64 rows: those after it are never written.",
        rows_from(64),
    ),
    (
        "rows_beyond_1024",
        NV,
        "grad_U",
        "never written",
        "invented",
        "A block of 1024 threads: the rows after it are never written.",
        rows_from(1024),
    ),
    (
        "sum_over_64_rows",
        NV,
        "loss and gradients",
        "words left out of the sum",
        "invented",
        "Only the first 64 words enter the sum.",
        first_rows(64),
    ),
    (
        "sum_over_5_rows",
        NV,
        "loss and gradients",
        "words left out of the sum",
        "seen",
        "V = 5 is hard-coded.",
        first_rows(5),
    ),
    (
        "bytes_for_words",
        PAIRS,
        "loss and gradients",
        "wrong word",
        "invented",
        "The outside word is held in eight bits.",
        {"outside": lambda outside, given: outside % 256},
    ),
    (
        "six_negatives_at_most",
        NS,
        "loss and gradients",
        "wrong negatives",
        "invented",
        "A buffer for six negatives: more are left out.",
        {"negatives": lambda drawn, given: drawn[:6]},
    ),
    (
        "tail_of_four",
        NS,
        "loss and gradients",
        "wrong negatives",
        "invented",
        "Negatives are taken by fours, and the tail is left out.",
        {"negatives": lambda drawn, given: drawn[: len(drawn) // 4 * 4] if len(drawn) > 4 else drawn},
    ),
    (
        "three_words_assumed",
        SG,
        "loss",
        "scale / one size only",
        "seen",
        "[softmax] * 3: the window is taken to have three words.",
        {"loss": lambda loss, given: loss * 3 / max(len(given["outsides"]), 1)},
    ),
    (
        "full_window_loses_its_last",
        SG,
        "loss and gradients",
        "wrong window",
        "invented",
        "The full window's last word is left out.",
        drop_last_of_full,
    ),
    (
        "squeezed_at_d_1",
        PAIRS,
        "grad_center and grad_U",
        "shape",
        "seen",
        ".squeeze(): the dimension of size one is lost.",
        squeezed,
        {"form": True},
    ),
    (
        "zero_at_d_1",
        PAIRS,
        "grad_center",
        "never written / one size only",
        "invented",
        "The centre's gradient is zero at d = 1.",
        {"hidden": when(lambda given: d_of(given) == 1)},
    ),
    (
        "odd_dimension_cut",
        PAIRS,
        "grad_center",
        "never written",
        "invented",
        "Components by twos: an odd dimension loses its last.",
        {"hidden": last_component_lost},
    ),
    (
        "first_word_taken_for_none",
        PAIRS,
        "grad_U",
        "word 0 / term missing",
        "invented",
        "if outside: the word 0 is taken for no word at all.",
        first_word_is_false,
    ),
    (
        "negative_zero_skipped",
        NS,
        "loss and gradients",
        "word 0 / wrong negatives",
        "invented",
        "if k: the word 0 is skipped among the negatives.",
        {"negatives": lambda drawn, given: drawn[drawn != 0]},
    ),
    (
        "last_word_off_by_one",
        NV,
        "grad_U",
        "never written",
        "invented",
        "The last row is never written.",
        {"grad_U": lambda grad, given: grad * (np.arange(len(grad)) < len(grad) - 1)[:, None]},
    ),
    (
        "hidden_by_d",
        PAIRS,
        "grad_center",
        "scale / mean for sum",
        "invented",
        "The centre's gradient is divided by d.",
        {"hidden": lambda grad, given: grad / d_of(given)},
    ),
    (
        "fast_path_beyond_1000",
        PAIRS,
        "loss",
        "one size only / scale",
        "invented",
        "From 1000 words on, another path that is off by 1e-5.",
        {"loss": when(lambda given: len(given["U"]) >= 1000, 1 + 1e-5)},
    ),
]
