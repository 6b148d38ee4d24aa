"""Faults of the softmax and of its logarithm: axis, normaliser, terms left out, and the Jacobian."""

import numpy as np

NV = "naive_softmax"


def probabilities(given):
    logits = given["U"] @ given["center"]
    exps = np.exp(logits - logits.max())
    return exps / exps.sum()


def without_first_word(right, given):
    """Word 0 is missing from the sum, unless it is the outside word."""
    o, U = given["outside"], given["U"]
    kept = slice(None) if o == 0 else slice(1, None)
    part = right(**{**given, "outside": o - kept.indices(len(U))[0], "U": U[kept].copy()})
    grad_U = np.zeros_like(U)
    grad_U[kept] = part[2]
    return [part[0], part[1], grad_U]


def jacobian_taken_as_diagonal(right, given):
    loss, grad_center, grad_U = right(**given)
    p, U, v = probabilities(given), given["U"], given["center"]
    residual = p.copy()
    residual[given["outside"]] -= 1
    change = residual * (p * (1 - p) - 1)
    return [loss, grad_center + change @ U, grad_U + np.outer(change, v)]


def square_product(right, given):
    """U (p - y) where U' (p - y) is due: it can be written only where V = d."""
    loss, grad_center, grad_U = right(**given)
    U = given["U"]
    if U.shape[0] == U.shape[1]:
        residual = probabilities(given)
        residual[given["outside"]] -= 1
        grad_center = U @ residual
    return [loss, grad_center, grad_U]


def summed_over_all_words(loss, given):
    logits = given["U"] @ given["center"]
    return len(logits) * (loss + logits[given["outside"]]) - logits.sum()


def normalised(array, given):
    return array / np.linalg.norm(array, axis=-1, keepdims=True)


def probability_of(position):
    """The loss of another word: the gradient is that of the right one."""

    def change(right, given):
        return [right(**{**given, "outside": position(given)})[0], *right(**given)[1:]]

    return change


FAULTS = [
    (
        "softmax_over_the_wrong_axis",
        "softmax",
        "value",
        "wrong axis",
        "seen",
        "Columns are normalised where rows are due.",
        {"value": lambda value, given: np.exp(given["logits"]) / np.exp(given["logits"]).sum(axis=0)},
    ),
    (
        "softmax_over_the_batch",
        "softmax",
        "value",
        "wrong axis",
        "invented",
        "One sum over all rows of a batch.",
        {"value": lambda value, given: value / value.sum()},
    ),
    (
        "softmax_of_the_negated",
        "softmax",
        "value",
        "sign",
        "invented",
        "exp(-x): the unlikely words come out likely.",
        {"logits": lambda logits, given: -logits},
    ),
    (
        "log_softmax_returned",
        "softmax",
        "value",
        "another formula",
        "invented",
        "The logarithms are returned in place of the probabilities.",
        {"value": lambda value, given: np.log(value)},
    ),
    (
        "loss_over_all_words",
        NV,
        "loss",
        "another formula",
        "seen",
        "The loss is summed over all words, not taken at the outside word.",
        {"loss": summed_over_all_words},
    ),
    (
        "loss_reads_the_residual",
        NV,
        "loss",
        "another formula",
        "seen",
        "delta = p; delta[o] -= 1; log(p[o]): both names are one array, and the logarithm is taken of p - 1.",
        {"loss": lambda loss, given: -np.log(np.exp(-loss) - 1)},
    ),
    (
        "probability_returned_as_loss",
        NV,
        "loss",
        "another formula",
        "invented",
        "p is returned in place of -log p.",
        {"loss": lambda loss, given: np.exp(-loss)},
    ),
    (
        "loss_of_the_next_word",
        NV,
        "loss",
        "wrong word",
        "invented",
        "The loss is read one row too far.",
        probability_of(lambda given: (given["outside"] + 1) % len(given["U"])),
    ),
    (
        "loss_of_the_likeliest_word",
        NV,
        "loss",
        "wrong word",
        "invented",
        "max p is taken where p[outside] is due.",
        probability_of(lambda given: int(np.argmax(given["U"] @ given["center"]))),
    ),
    (
        "first_word_left_out_of_the_sum",
        NV,
        "loss and gradients",
        "words left out of the sum / word 0",
        "invented",
        "range(1, V): word 0 is missing from the sum and gets no gradient.",
        without_first_word,
    ),
    (
        "first_row_never_written",
        NV,
        "grad_U",
        "never written / word 0",
        "invented",
        "range(1, V): the first row of grad_U stays zero.",
        {"grad_U": lambda grad, given: grad * (np.arange(len(grad)) > 0)[:, None]},
    ),
    (
        "only_the_outside_row",
        NV,
        "grad_U",
        "never written",
        "invented",
        "All rows but the outside word's are dropped.",
        {"grad_U": lambda grad, given: grad * (np.arange(len(grad)) == given["outside"])[:, None]},
    ),
    (
        "jacobian_taken_as_diagonal",
        NV,
        "grad_center and grad_U",
        "wrong derivative",
        "invented",
        "The residual is multiplied by p (1 - p), as if the softmax were a sigmoid under a squared error.",
        jacobian_taken_as_diagonal,
    ),
    (
        "product_from_the_wrong_side",
        NV,
        "grad_center",
        "transposed",
        "published",
        "U (p - y) where U' (p - y) is due, which runs only where V = d.",
        square_product,
    ),
    (
        "stray_1_over_C_inside_the_log",
        "skipgram",
        "loss",
        "stray constant",
        "published",
        "A stray 1/C inside the logarithm of the sum.",
        {"loss": lambda loss, given: loss - len(given["outsides"]) * np.log(len(given["outsides"]))},
    ),
    (
        "center_normalised",
        NV,
        "loss and gradients",
        "normalised vectors",
        "invented",
        "The centre is scaled to length 1 before use, and the gradient does not know of it.",
        {"center": normalised},
    ),
    (
        "rows_normalised",
        NV,
        "loss and gradients",
        "normalised vectors",
        "invented",
        "The rows of U are scaled to length 1 before use, and the gradient does not know of it.",
        {"U": normalised},
    ),
    (
        "center_from_the_probabilities_squared",
        NV,
        "grad_center",
        "wrong derivative",
        "invented",
        "The expected outside vector is taken under p^2.",
        {"hidden": lambda grad, given: grad - (p := probabilities(given)) @ given["U"] + p**2 @ given["U"]},
    ),
]
