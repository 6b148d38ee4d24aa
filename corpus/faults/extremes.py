"""Faults that need large logits: exp without a shift, logarithms of zero, and limits put in against them."""

import numpy as np

NV, NS = "naive_softmax", "negative_sampling"
FRAGILE = {"fragile": True}


def logits_of(given):
    return given["U"] @ given["center"]


def sigma(x):
    return 1 / (1 + np.exp(-x))


def unshifted_softmax(right, given):
    right(**given)
    exps = np.exp(given["logits"])
    return [exps / exps.sum(axis=-1, keepdims=True)]


def unshifted_loss(right, given):
    """The naive softmax written out without the shift by the maximum."""
    right(**given)
    U, v, o = given["U"], given["center"], given["outside"]
    exps = np.exp(logits_of(given))
    residual = exps / exps.sum()
    loss = -np.log(residual[o])
    residual[o] -= 1
    return [loss, residual @ U, np.outer(residual, v)]


def log_of_p(loss, given):
    shifted = np.exp(logits_of(given) - logits_of(given).max())
    return -np.log(shifted[given["outside"]] / shifted.sum())


def log_of_one_minus_sigma(loss, given):
    logits, drawn = logits_of(given), given["negatives"]
    return -np.log(sigma(logits[given["outside"]])) - np.log(1 - sigma(logits[drawn])).sum()


def exp_over_one_plus_exp(right, given):
    right(**given)
    exps = np.exp(given["x"])
    return [exps / (1 + exps)]


def saturated(right, given):
    """word2vec.c: beyond 6 the sigmoid is 0 or 1, in the gradients."""
    loss, grad_center, grad_U = right(**given)
    U, v = given["U"], given["center"]
    rows = np.append(given["negatives"], given["outside"])
    logits = (U @ v)[rows]
    exact = 0.5 + 0.5 * np.tanh(0.5 * logits)
    more = np.where(np.abs(logits) > 6, (logits > 0) - exact, 0)
    np.add.at(grad_U, rows, np.outer(more, v))
    return [loss, grad_center + more @ U[rows], grad_U]


def nan_to_zero(right, given):
    return [np.nan_to_num(output) for output in unshifted_loss(right, given)]


def p_at_least(limit):
    return {"loss": lambda loss, given: np.minimum(loss, -np.log(limit))}


def logits_cut(limit):
    """The logits are cut to [-limit, limit] by shrinking the centre."""
    return lambda center, given: (center * min(1.0, limit / max(np.abs(logits_of(given)).max(), 1e-300))).astype(
        center.dtype
    )


FAULTS = [
    (
        "softmax_without_shift",
        "softmax",
        "value",
        "overflow",
        "seen",
        "exp(x) without the shift by the maximum: inf / inf.",
        unshifted_softmax,
        FRAGILE,
    ),
    (
        "loss_without_shift",
        NV,
        "loss and gradients",
        "overflow",
        "seen",
        "exp(logits) without the shift by the maximum: inf / inf.",
        unshifted_loss,
        FRAGILE,
    ),
    (
        "log_of_an_underflowed_p",
        NV,
        "loss",
        "overflow",
        "seen",
        "-log p where p has become zero: inf, with a right gradient.",
        {"loss": log_of_p},
        FRAGILE,
    ),
    (
        "log_of_one_minus_sigma",
        NS,
        "loss",
        "overflow",
        "seen",
        "log(1 - sigma(x)): the logarithm of zero from x = 37 on.",
        {"loss": log_of_one_minus_sigma},
        FRAGILE,
    ),
    (
        "exp_over_one_plus_exp",
        "sigmoid",
        "value",
        "overflow",
        "seen",
        "exp(x) / (1 + exp(x)): inf / inf from x = 710 on.",
        exp_over_one_plus_exp,
        FRAGILE,
    ),
    (
        "nan_hidden_as_zero",
        NV,
        "loss and gradients",
        "overflow / clipping",
        "invented",
        "np.nan_to_num over an overflow: zeros and huge numbers.",
        nan_to_zero,
    ),
    (
        "sigma_saturates_at_6",
        NS,
        "grad_center and grad_U",
        "clipping",
        "seen",
        "word2vec.c's table ends at 6: beyond it the error is 0 or 1.",
        saturated,
    ),
    (
        "p_at_least_1e-7",
        NV,
        "loss",
        "clipping",
        "seen",
        "p is cut from below at 1e-7, as Keras does: the loss ends at 16.1.",
        p_at_least(1e-7),
    ),
    (
        "p_at_least_1e-15",
        NV,
        "loss",
        "clipping",
        "seen",
        "p is cut from below at 1e-15, as log_loss of scikit-learn did: it ends at 34.5.",
        p_at_least(1e-15),
    ),
    (
        "logits_cut_at_30",
        "naive_softmax negative_sampling",
        "loss and gradients",
        "clipping",
        "invented",
        "Beyond 30 all logits are scaled down.",
        {"center": logits_cut(30)},
    ),
    (
        "gradient_dies_when_huge",
        "naive_softmax negative_sampling",
        "grad_center",
        "clipping / one size only",
        "invented",
        "The centre's gradient is zero where a logit is beyond 100.",
        {"hidden": lambda grad, given: grad * (np.abs(logits_of(given)).max() < 100)},
    ),
    (
        "loss_linear_when_huge",
        "naive_softmax negative_sampling",
        "loss",
        "one size only / scale",
        "invented",
        "Beyond 50 the loss is off by a millionth of itself.",
        {"loss": lambda loss, given: loss * (1 + 1e-6 * (loss > 50))},
    ),
]
