"""Faults of CBOW: sum and mean, their divisor in the gradient, and which rows of V_c are written."""

import numpy as np

CB = "cbow"


def one_loss_a_word(right, given):
    parts = [right(**{**given, "context": given["context"][i : i + 1]}) for i in range(len(given["context"]))]
    return [sum(outputs) for outputs in zip(*parts, strict=True)] if parts else right(**given)


def divisor(given):
    return len(given["context"]) if given["reduce"] == "mean" else 1


def repeats_once(grad, given):
    return grad / np.maximum(np.bincount(given["context"], minlength=len(grad)), 1)[:, None]


def to_the_target(grad, given):
    moved = np.zeros_like(grad)
    moved[given["target"]] = grad.sum(axis=0)
    return moved


FAULTS = [
    (
        "mean_for_sum",
        CB,
        "loss and gradients",
        "mean for sum",
        "seen",
        "The average of the context where its sum is due.",
        {"reduce": lambda reduce, given: "mean"},
    ),
    (
        "sum_for_mean",
        CB,
        "loss and gradients",
        "sum for mean",
        "invented",
        "The sum of the context where its average is due.",
        {"reduce": lambda reduce, given: "sum"},
    ),
    (
        "undivided_error",
        CB,
        "grad_V_c",
        "sum for mean / scale",
        "seen",
        "The mean's gradient lacks its 1/C: gensim, word2vec.c and fastText add the undivided error.",
        {"hidden": lambda grad, given: grad * divisor(given)},
    ),
    (
        "grad_U_divided_too",
        CB,
        "grad_U",
        "mean for sum / scale",
        "invented",
        "The mean's 1/C is applied to grad_U once more.",
        {"grad_U": lambda grad, given: grad / max(divisor(given), 1)},
    ),
    (
        "one_loss_a_context_word",
        CB,
        "loss and gradients",
        "another formula / wrong window",
        "seen",
        "Each context word predicts the target by itself.",
        one_loss_a_word,
    ),
    (
        "context_repeats_once_in_gradient",
        CB,
        "grad_V_c",
        "repeats counted once",
        "invented",
        "grad_V_c[context] += ... with a fancy index: a repeated word gets its gradient once.",
        {"hidden": repeats_once},
    ),
    (
        "context_as_a_set",
        CB,
        "loss and gradients",
        "repeats counted once",
        "invented",
        "A context word that stands twice counts once.",
        {"context": lambda context, given: np.unique(context)},
    ),
    (
        "gradient_to_the_target",
        CB,
        "grad_V_c",
        "wrong row",
        "invented",
        "The context's gradient is written to the target's row.",
        {"hidden": to_the_target},
    ),
]
