"""Faults of precision: a lower one inside, tiny errors in one component, thresholds, clipping, constants."""

import numpy as np

PAIRS = "naive_softmax negative_sampling"
WIDE = {"dtypes": ("float64",)}
NARROW = {"dtypes": ("float32",)}


def rounded(dtype):
    """All inputs and outputs pass through a lower precision."""

    def plant(right, given):
        low = {n: a.astype(dtype).astype(a.dtype) if _is_float(a) else a for n, a in given.items()}
        return [output.astype(dtype) for output in right(**low)]

    return plant


def _is_float(array):
    return isinstance(array, np.ndarray) and array.dtype.kind == "f"


def scaled(factor):
    return lambda value, given: value * factor


def largest_entry(factor):
    def change(value, given):
        value.flat[np.argmax(np.abs(value))] *= factor
        return value

    return change


def small_to_zero(limit):
    return lambda value, given: np.where(np.abs(value) < limit, 0, value)


def residual_plus_1e_9(right, given):
    loss, grad_center, grad_U = right(**given)
    return [loss, grad_center + 1e-9 * given["U"].sum(axis=0), grad_U + 1e-9 * given["center"]]


def denominator_plus_1e_9(right, given):
    loss, grad_center, grad_U = right(**given)
    logits = given["U"] @ given["center"]
    total = np.exp(logits - logits.max()).sum()
    p = np.exp(logits - logits.max()) / total * (-1e-9 / (total + 1e-9))
    more = np.log1p(1e-9 / total)
    return [loss + more, grad_center + p @ given["U"], grad_U + np.outer(p, given["center"])]


def stray(grad, given):
    return np.where(grad == 0, 1e-30, grad)


def clipped_to_norm_5(grad, given):
    return grad * min(1.0, 5 / max(np.linalg.norm(grad), 1e-300))


FAULTS = [
    (
        "float32_inside",
        "sigmoid softmax naive_softmax negative_sampling",
        "everything",
        "low precision",
        "seen",
        "Single precision inside a double precision function.",
        rounded(np.float32),
        {**WIDE, "fragile": True},
    ),
    (
        "float32_loss",
        PAIRS,
        "loss",
        "low precision",
        "invented",
        "The loss is accumulated in single precision.",
        {"loss": lambda loss, given: loss.astype(np.float32)},
        {**WIDE, "fragile": True},
    ),
    (
        "float32_gradients",
        PAIRS,
        "grad_center and grad_U",
        "low precision",
        "invented",
        "The gradients are kept in single precision.",
        {"hidden": lambda g, given: g.astype(np.float32), "grad_U": lambda g, given: g.astype(np.float32)},
        {**WIDE, "fragile": True},
    ),
    (
        "float16_inside",
        PAIRS,
        "everything",
        "low precision",
        "invented",
        "Half precision inside a single precision function.",
        rounded(np.float16),
        {**NARROW, "fragile": True},
    ),
    (
        "float32_only",
        PAIRS,
        "grad_U",
        "scale",
        "invented",
        "A constant that is right in float64 only: float32 is off by 1e-3.",
        {"grad_U": lambda grad, given: grad * (1 + 1e-3 * (grad.dtype == np.float32))},
        NARROW,
    ),
    (
        "float64_only",
        PAIRS,
        "grad_U",
        "scale",
        "invented",
        "A constant that is right in float32 only: float64 is off by 1e-8.",
        {"grad_U": lambda grad, given: grad * (1 + 1e-8 * (grad.dtype == np.float64))},
        WIDE,
    ),
    (
        "center_times_1.01",
        PAIRS,
        "grad_center",
        "scale",
        "invented",
        "The centre's gradient is one per cent too large.",
        {"hidden": scaled(1.01)},
    ),
    (
        "center_doubled",
        PAIRS,
        "grad_center",
        "scale",
        "invented",
        "The centre's gradient is added twice.",
        {"hidden": scaled(2)},
    ),
    ("grad_U_doubled", PAIRS, "grad_U", "scale", "invented", "grad_U is added twice.", {"grad_U": scaled(2)}),
    (
        "one_entry_of_center_1e-9",
        PAIRS,
        "grad_center",
        "one entry off",
        "invented",
        "The largest entry is off by 1e-9 of itself.",
        {"hidden": largest_entry(1 + 1e-9)},
        WIDE,
    ),
    (
        "one_entry_of_grad_U_1e-9",
        PAIRS,
        "grad_U",
        "one entry off",
        "invented",
        "The largest entry is off by 1e-9 of itself.",
        {"grad_U": largest_entry(1 + 1e-9)},
        WIDE,
    ),
    (
        "one_entry_of_grad_U_1e-12",
        PAIRS,
        "grad_U",
        "one entry off",
        "invented",
        "The largest entry is off by 1e-12 of itself.",
        {"grad_U": largest_entry(1 + 1e-12)},
        WIDE,
    ),
    (
        "one_entry_of_center_1e-12",
        PAIRS,
        "grad_center",
        "one entry off",
        "invented",
        "The largest entry is off by 1e-12 of itself.",
        {"hidden": largest_entry(1 + 1e-12)},
        WIDE,
    ),
    (
        "one_entry_of_grad_U_1e-4",
        PAIRS,
        "grad_U",
        "one entry off",
        "invented",
        "The largest entry is off by 1e-4 of itself.",
        {"grad_U": largest_entry(1 + 1e-4)},
    ),
    (
        "loss_1e-9",
        PAIRS,
        "loss",
        "scale",
        "invented",
        "The loss is off by 1e-9 of itself.",
        {"loss": scaled(1 + 1e-9)},
        WIDE,
    ),
    (
        "loss_1e-12",
        PAIRS,
        "loss",
        "scale",
        "invented",
        "The loss is off by 1e-12 of itself.",
        {"loss": scaled(1 + 1e-12)},
        WIDE,
    ),
    (
        "sigmoid_1e-12",
        "sigmoid",
        "value",
        "scale / stray constant",
        "invented",
        "1e-12 in the denominator.",
        {"value": scaled(1 - 1e-12)},
        WIDE,
    ),
    (
        "softmax_1e-12",
        "softmax",
        "value",
        "scale / stray constant",
        "invented",
        "1e-12 is added to the sum against a division by zero.",
        {"value": scaled(1 - 1e-12)},
        WIDE,
    ),
    (
        "residual_plus_1e-9",
        "naive_softmax",
        "grad_center and grad_U",
        "stray constant",
        "invented",
        "p + 1e-9 in the residual.",
        residual_plus_1e_9,
        WIDE,
    ),
    (
        "denominator_plus_1e-9",
        "naive_softmax",
        "loss and gradients",
        "stray constant",
        "invented",
        "1e-9 is added to the sum of the exponentials, consistently but for the gradient's own term.",
        denominator_plus_1e_9,
        WIDE,
    ),
    (
        "stray_write",
        "negative_sampling skipgram",
        "grad_U",
        "stray write",
        "invented",
        "1e-30 in the rows of words that take no part.",
        {"grad_U": stray},
    ),
    (
        "small_gradients_dropped",
        PAIRS,
        "grad_center and grad_U",
        "clipping",
        "invented",
        "What is below 1e-6 becomes zero.",
        {"hidden": small_to_zero(1e-6), "grad_U": small_to_zero(1e-6)},
    ),
    (
        "loss_printed_and_read",
        PAIRS,
        "loss",
        "low precision",
        "invented",
        "The loss is rounded to six decimals.",
        {"loss": lambda loss, given: np.round(loss, 6)},
        {**WIDE, "fragile": True},
    ),
    (
        "entries_clipped_to_1",
        PAIRS,
        "grad_center and grad_U",
        "clipping",
        "invented",
        "Every gradient entry is clipped to [-1, 1].",
        {"hidden": lambda g, given: np.clip(g, -1, 1), "grad_U": lambda g, given: np.clip(g, -1, 1)},
    ),
    (
        "norm_clipped_to_5",
        PAIRS,
        "grad_U",
        "clipping",
        "invented",
        "grad_U is scaled down to norm 5.",
        {"grad_U": clipped_to_norm_5},
    ),
    (
        "sigmoid_from_a_table",
        "sigmoid",
        "value",
        "clipping / low precision",
        "seen",
        "word2vec.c's table: x is cut to [-6, 6] and rounded down to one of 1000 steps.",
        {"x": lambda x, given: (np.floor(np.clip(x, -6, 6) / 0.012) * 0.012).astype(x.dtype)},
    ),
]
