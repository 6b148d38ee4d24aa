"""Faults of sign, and terms left out: y forgotten, log Z forgotten, the minus inside sigma lost."""

import numpy as np

PAIRS = "naive_softmax negative_sampling"


def sigma(x):
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def negative_part(right, given):
    """What the negatives contribute: drawing each twice adds it once more."""
    twice = right(**{**given, "negatives": np.tile(given["negatives"], 2)})
    return [more - once for more, once in zip(twice, right(**given), strict=True)]


def at_row(row, vector, U):
    change = np.zeros_like(U)
    change[row] = vector
    return change


def outside_row_shifted(factor):
    return lambda grad, given: grad + factor * at_row(given["outside"], given["center"], given["U"])


def outside_term_scaled(of_outside, of_negatives, outputs=(1, 2)):
    """The outside word's and the negatives' parts of some outputs, each with a factor of its own."""

    def plant(right, given):
        out, negatives = right(**given), negative_part(right, given)
        for i in outputs:
            out[i] = of_outside * (out[i] - negatives[i]) + of_negatives * negatives[i]
        return out

    return plant


def plus_y(right, given):
    loss, grad_center, grad_U = right(**given)
    o, v, U = given["outside"], given["center"], given["U"]
    return [loss, -(grad_center + 2 * U[o]), -(grad_U + 2 * at_row(o, v, U))]


def residual_of(coefficients):
    """coefficients(logits, outside) (V,) are added to the residual of the naive softmax, in both gradients."""

    def plant(right, given):
        loss, grad_center, grad_U = right(**given)
        U, v = given["U"], given["center"]
        more = coefficients(U @ v, given["outside"])
        return [loss, grad_center + more @ U, grad_U + np.outer(more, v)]

    return plant


def times_the_sum(logits, outside):
    exps = np.exp(logits)
    return exps * exps.sum() - exps / exps.sum()


def at_the_negatives(coefficient):
    """coefficient(logit) is added to that of each negative's term, in both gradients."""

    def plant(right, given):
        loss, grad_center, grad_U = right(**given)
        drawn, v, U = given["negatives"], given["center"], given["U"]
        more = coefficient(U[drawn] @ v)
        np.add.at(grad_U, drawn, np.outer(more, v))
        return [loss, grad_center + more @ U[drawn], grad_U]

    return plant


def negatives_taken_for_positives(right, given):
    drawn, v, U = given["negatives"], given["center"], given["U"]
    _, grad_center, grad_U = at_the_negatives(lambda logits: -np.ones_like(logits))(right, given)
    return [right(**given)[0] - (U[drawn] @ v).sum(), grad_center, grad_U]


def quotient_rule_with_a_plus(right, given):
    loss, grad_center, grad_U = right(**given)
    o, v, U = given["outside"], given["center"], given["U"]
    slope = -2 * sigma(U[o] @ v)
    return [loss, grad_center + slope * U[o], grad_U + at_row(o, slope * v, U)]


def unnormalised(right, given):
    right(**given)
    o, v, U = given["outside"], given["center"], given["U"]
    return [-U[o] @ v, -U[o], at_row(o, -v, U)]


def next_row_flipped(grad, given):
    grad[(given["outside"] + 1) % len(grad)] *= -1
    return grad


FAULTS = [
    (
        "loss_is_log_probability",
        PAIRS,
        "loss",
        "sign",
        "invented",
        "The minus of the loss is lost: log p is returned, with the gradient of -log p.",
        {"loss": lambda loss, given: -loss},
    ),
    (
        "likelihood_and_its_gradient",
        PAIRS,
        "loss and gradients",
        "sign",
        "seen",
        "log p and its own gradient: consistent, so that a check of the gradient against its own loss passes.",
        lambda right, given: [-output for output in right(**given)],
    ),
    (
        "center_gradient_ascends",
        PAIRS,
        "grad_center",
        "sign",
        "invented",
        "y - p in place of p - y in the centre's gradient.",
        {"hidden": lambda grad, given: -grad},
    ),
    (
        "outside_gradient_ascends",
        PAIRS,
        "grad_U",
        "sign",
        "invented",
        "y - p in place of p - y in the gradient of the outside vectors.",
        {"grad_U": lambda grad, given: -grad},
    ),
    (
        "minus_p_plus_y",
        "naive_softmax",
        "grad_center and grad_U",
        "sign",
        "seen",
        "The residual is -(p + y): a minus drawn over the wrong bracket.",
        plus_y,
    ),
    (
        "y_forgotten_in_grad_U",
        PAIRS,
        "grad_U",
        "term missing",
        "invented",
        "The outside word's row is p v where (p - 1) v is due.",
        {"grad_U": outside_row_shifted(1)},
    ),
    (
        "y_forgotten_in_grad_center",
        PAIRS,
        "grad_center",
        "term missing",
        "invented",
        "The centre's gradient lacks -u_o: p in place of p - y.",
        {"hidden": lambda grad, given: grad + given["U"][given["outside"]]},
    ),
    (
        "log_Z_forgotten_in_loss",
        "naive_softmax",
        "loss",
        "term missing",
        "seen",
        "The loss is -u_o.v without log Z, with the right gradient.",
        {"loss": lambda loss, given: -given["U"][given["outside"]] @ given["center"]},
    ),
    (
        "log_Z_forgotten",
        "naive_softmax",
        "loss and gradients",
        "term missing",
        "invented",
        "The loss is -u_o.v without log Z, and the gradient is that of it.",
        unnormalised,
    ),
    (
        "minus_lost_inside_sigma",
        "negative_sampling",
        "grad_center and grad_U",
        "sign",
        "published",
        "1 - sigma(u_k.v) in place of sigma(u_k.v) for the negatives: the minus inside sigma is lost.",
        at_the_negatives(lambda logits: 1 - 2 * sigma(logits)),
    ),
    (
        "minus_of_negatives_dropped",
        "negative_sampling",
        "grad_U",
        "sign",
        "published",
        "The negatives' rows have the wrong sign: a minus dropped on the way.",
        outside_term_scaled(1, -1, outputs=(2,)),
    ),
    (
        "minus_of_outside_dropped",
        "negative_sampling",
        "grad_U",
        "sign",
        "invented",
        "1 - sigma(u_o.v) in place of sigma(u_o.v) - 1 in the outside word's row.",
        outside_term_scaled(-1, 1, outputs=(2,)),
    ),
    (
        "outside_term_lost_in_center",
        "negative_sampling",
        "grad_center",
        "term missing",
        "invented",
        "The centre's gradient holds the negatives' terms only.",
        outside_term_scaled(0, 1, outputs=(1,)),
    ),
    (
        "negative_terms_lost_in_center",
        "negative_sampling",
        "grad_center",
        "term missing",
        "invented",
        "The centre's gradient holds the outside word's term only.",
        outside_term_scaled(1, 0, outputs=(1,)),
    ),
    (
        "negatives_subtracted_in_loss",
        "negative_sampling",
        "loss",
        "sign",
        "invented",
        "The negatives' terms are subtracted from the loss where they add.",
        outside_term_scaled(1, -1, outputs=(0,)),
    ),
    (
        "loss_without_minus_inside_sigma",
        "negative_sampling",
        "loss",
        "sign",
        "invented",
        "log sigma(u_k.v) in place of log sigma(-u_k.v) in the loss alone.",
        {"loss": lambda loss, given: loss - (given["U"][given["negatives"]] @ given["center"]).sum()},
    ),
    (
        "negatives_taken_for_positives",
        "negative_sampling",
        "loss and gradients",
        "sign",
        "invented",
        "The negatives are treated as outside words, in the loss and in its gradient.",
        negatives_taken_for_positives,
    ),
    (
        "quotient_rule_with_a_plus",
        "negative_sampling",
        "grad_center and grad_U",
        "wrong derivative",
        "published",
        "sigma' = sigma (1 + sigma): the quotient rule with a plus, in the outside word's term.",
        quotient_rule_with_a_plus,
    ),
    (
        "all_logits_move_together",
        "naive_softmax",
        "grad_center and grad_U",
        "wrong derivative",
        "published",
        "d theta_o / d theta_j taken as 1 for j other than o: the residual is p - 1 everywhere.",
        residual_of(lambda logits, outside: (np.arange(len(logits)) == outside) - 1.0),
    ),
    (
        "exp_times_the_sum",
        "naive_softmax",
        "grad_center and grad_U",
        "wrong derivative",
        "published",
        "exp times the sum where exp over the sum is due.",
        residual_of(times_the_sum),
    ),
    (
        "one_row_flipped",
        PAIRS,
        "grad_U",
        "sign",
        "invented",
        "The row after the outside word's has the wrong sign.",
        {"grad_U": next_row_flipped},
    ),
    (
        "sigmoid_of_minus_x",
        "sigmoid",
        "value",
        "sign",
        "invented",
        "1 / (1 + exp(x)): the minus of the exponent is lost.",
        {"x": lambda x, given: -x},
    ),
    (
        "sigmoid_derivative_returned",
        "sigmoid",
        "value",
        "another formula",
        "invented",
        "sigma (1 - sigma) is returned where sigma is due.",
        {"value": lambda value, given: value * (1 - value)},
    ),
]
