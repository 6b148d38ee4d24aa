"""Faults of form: shapes, dtypes, order and number of the results, and memory that is taken to be contiguous."""

import numpy as np

PAIRS = "naive_softmax negative_sampling"
FORM = {"form": True}


def as_if_contiguous(array, given):
    """What a kernel sees that takes the address of the first element and trusts the shape."""
    strides = np.empty(array.shape, array.dtype).strides
    return np.lib.stride_tricks.as_strided(array, array.shape, strides).copy()


def in_memory_order(U, given):
    """U.ravel("K"): right for C's order and for no other."""
    return U.ravel("K").reshape(U.shape)


def output(position, change):
    def plant(right, given):
        outputs = right(**given)
        outputs[position] = change(outputs[position])
        return outputs

    return plant


def leaving(right, given):
    right(**given)
    raise SystemExit(0)


def unfinished(right, given):
    """pass: None is returned."""


FAULTS = [
    (
        "trusts_contiguity",
        PAIRS,
        "inputs",
        "memory layout",
        "invented",
        "A kernel reads U from its first address, without strides.",
        {"U": as_if_contiguous},
    ),
    (
        "trusts_contiguous_center",
        PAIRS,
        "inputs",
        "memory layout",
        "invented",
        "A kernel reads the centre without strides.",
        {"center": as_if_contiguous},
    ),
    (
        "trusts_contiguous_logits",
        "sigmoid softmax",
        "inputs",
        "memory layout",
        "invented",
        "A kernel reads its input without strides.",
        {"x": as_if_contiguous, "logits": as_if_contiguous},
    ),
    (
        "order_of_memory",
        PAIRS,
        "inputs",
        "memory layout / transposed",
        "invented",
        "U is flattened in memory's order: Fortran's comes out transposed.",
        {"U": in_memory_order},
    ),
    (
        "contiguity_demanded",
        PAIRS,
        "inputs",
        "memory layout",
        "invented",
        "An input that is not contiguous raises.",
        {"U": lambda U, given: memoryview(U).cast("B") and U},
    ),
    (
        "grad_U_transposed",
        PAIRS,
        "grad_U",
        "transposed / shape",
        "seen",
        "grad_U comes as (d, V).",
        output(2, np.transpose),
        FORM,
    ),
    (
        "grad_U_of_the_used_rows",
        "negative_sampling",
        "grad_U",
        "shape",
        "seen",
        "K + 1 rows are returned in place of V.",
        lambda right, given: [*(out := right(**given))[:2], out[2][np.append(given["outside"], given["negatives"])]],
        FORM,
    ),
    (
        "center_as_a_row",
        PAIRS,
        "grad_center",
        "shape",
        "seen",
        "(1, d) is returned where (d,) is due.",
        output(1, lambda grad: grad[None]),
        FORM,
    ),
    (
        "loss_as_an_array",
        PAIRS,
        "loss",
        "shape",
        "seen",
        "(1,) is returned where a number is due.",
        output(0, lambda loss: loss[None]),
        FORM,
    ),
    (
        "loss_not_reduced",
        PAIRS,
        "loss",
        "shape",
        "invented",
        "A loss for each word is returned, not their sum.",
        lambda right, given: [np.full(len(given["U"]), (out := right(**given))[0]), *out[1:]],
        FORM,
    ),
    (
        "float64_returned",
        PAIRS,
        "grad_center",
        "dtype",
        "invented",
        "float64 is returned for float32.",
        output(1, np.float64),
        {**FORM, "dtypes": ("float32",)},
    ),
    (
        "float32_returned",
        PAIRS,
        "grad_U",
        "dtype / low precision",
        "invented",
        "float32 is returned for float64.",
        output(2, np.float32),
        {**FORM, "dtypes": ("float64",)},
    ),
    (
        "integer_loss",
        PAIRS,
        "loss",
        "dtype",
        "invented",
        "The loss is truncated to an integer.",
        output(0, np.int64),
        FORM,
    ),
    (
        "gradients_in_the_wrong_order",
        PAIRS,
        "grad_center and grad_U",
        "roles swapped / shape",
        "invented",
        "grad_U is returned before grad_center.",
        lambda right, given: [(out := right(**given))[0], out[2], out[1]],
        FORM,
    ),
    (
        "loss_alone",
        PAIRS,
        "everything",
        "no result",
        "invented",
        "The loss is returned without its gradients.",
        lambda right, given: right(**given)[0],
        FORM,
    ),
    (
        "unfinished",
        PAIRS,
        "everything",
        "no result",
        "seen",
        "The function is unfinished and returns None.",
        unfinished,
        FORM,
    ),
    ("leftover_exit", PAIRS, "everything", "crash", "seen", "A leftover exit().", leaving),
    (
        "gradients_as_text",
        PAIRS,
        "grad_center",
        "dtype / no result",
        "invented",
        "An array of objects is returned.",
        output(1, lambda grad: grad.astype(object)),
        FORM,
    ),
]
