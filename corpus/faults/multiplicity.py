"""Faults of counting: a negative that is drawn more than once, the outside word among the negatives, K itself."""

import numpy as np

NS = "negative_sampling"


def sigma(x):
    return 0.5 + 0.5 * np.tanh(0.5 * x)


def negative_part(right, given):
    """What the negatives contribute: drawing each twice adds it once more."""
    twice = right(**{**given, "negatives": np.tile(given["negatives"], 2)})
    return [more - once for more, once in zip(twice, right(**given), strict=True)]


def times_drawn(given):
    return np.bincount(given["negatives"], minlength=len(given["U"]))[:, None]


def rows_weighted(weight):
    """weight(m) in place of m for the part of grad_U that a word gets that was drawn m times."""

    def plant(right, given):
        loss, grad_center, grad_U = right(**given)
        m = times_drawn(given)
        part = negative_part(right, given)[2]
        return [loss, grad_center, grad_U - part + part * weight(m) / np.maximum(m, 1)]

    return plant


def assigned(right, given):
    loss, grad_center, _ = right(**given)
    o, v, U, drawn = given["outside"], given["center"], given["U"], given["negatives"]
    grad_U = np.zeros_like(U)
    grad_U[o] = -sigma(-(U[o] @ v)) * v
    grad_U[drawn] = np.outer(sigma(U[drawn] @ v), v)
    return [loss, grad_center, grad_U]


def outside_assigned_last(right, given):
    loss, grad_center, grad_U = right(**given)
    o, v = given["outside"], given["center"]
    grad_U[o] = -sigma(-(given["U"][o] @ v)) * v
    return [loss, grad_center, grad_U]


def loss_in_place_of_slope(right, given):
    loss, grad_center, grad_U = right(**given)
    v, U, m = given["center"], given["U"], times_drawn(given)
    logits = (U @ v)[:, None]
    wrong = m * (np.logaddexp(0, logits) - sigma(logits)) * v
    return [loss, grad_center, grad_U + np.where(m > 1, wrong, 0)]


def mean_over_draws(outputs):
    def plant(right, given):
        out, part = right(**given), negative_part(right, given)
        for i in outputs:
            out[i] = out[i] - part[i] + part[i] / len(given["negatives"])
        return out

    return plant


def drawing(change):
    """Other negatives in place of those given, in the loss and in its gradient: consistent."""
    return {"negatives": change}


FAULTS = [
    (
        "repeats_counted_once",
        NS,
        "grad_U",
        "repeats counted once",
        "seen",
        "dU[negatives] += ... with a fancy index: a word drawn m times gets its gradient once.",
        rows_weighted(lambda m: m > 0),
    ),
    (
        "rows_assigned",
        NS,
        "grad_U",
        "repeats counted once",
        "seen",
        "dU[rows] += ... with a fancy index, or dU[k] = ... in the loop: of a row's several terms the last one wins.",
        assigned,
    ),
    (
        "outside_assigned_last",
        NS,
        "grad_U",
        "repeats counted once",
        "invented",
        "dU[outside] = ... after the loop: what the outside word got as a negative is lost.",
        outside_assigned_last,
    ),
    (
        "repeats_skipped",
        NS,
        "loss and gradients",
        "wrong negatives / repeats counted once",
        "seen",
        "if seen: continue, meant to draw again: fewer and distinct negatives, consistently.",
        drawing(lambda drawn, given: np.unique(drawn)),
    ),
    (
        "repeats_lost_in_loss",
        NS,
        "loss",
        "repeats counted once",
        "invented",
        "The loss counts a repeated negative once, the gradient counts it each time.",
        lambda right, given: [right(**{**given, "negatives": np.unique(given["negatives"])})[0], *right(**given)[1:]],
    ),
    (
        "outside_skipped_among_negatives",
        NS,
        "loss and gradients",
        "wrong negatives",
        "seen",
        "A negative equal to the outside word is left out, although it was given.",
        drawing(lambda drawn, given: drawn[drawn != given["outside"]]),
    ),
    (
        "loss_in_place_of_gradient",
        NS,
        "grad_U",
        "wrong derivative",
        "published",
        "m times the loss, not its derivative, in the row of a word drawn m times.",
        loss_in_place_of_slope,
    ),
    (
        "multiplicity_squared",
        NS,
        "grad_U",
        "repeats miscounted",
        "invented",
        "A word drawn m times gets m^2 times its gradient: the count enters twice.",
        rows_weighted(np.square),
    ),
    (
        "third_draw_lost",
        NS,
        "grad_U",
        "repeats miscounted",
        "invented",
        "A word's third draw and those after it are not counted.",
        rows_weighted(lambda m: np.minimum(m, 2)),
    ),
    (
        "K_ignored",
        NS,
        "loss and gradients",
        "K ignored / wrong negatives",
        "seen",
        "range(10) whatever K is: the draws are taken round and round until there are ten.",
        drawing(lambda drawn, given: np.resize(drawn, 10) if len(drawn) else drawn),
    ),
    (
        "second_half_of_the_draws",
        NS,
        "loss and gradients",
        "wrong negatives",
        "seen",
        "2K negatives drawn and only the second K used.",
        drawing(lambda drawn, given: drawn[len(drawn) // 2 :]),
    ),
    (
        "last_negative_left_out",
        NS,
        "loss and gradients",
        "wrong negatives",
        "invented",
        "range(K - 1): the last negative takes no part.",
        drawing(lambda drawn, given: drawn[:-1]),
    ),
    (
        "only_the_first_negative",
        NS,
        "loss and gradients",
        "wrong negatives / not accumulated",
        "invented",
        "A return inside the loop: only the first negative counts.",
        drawing(lambda drawn, given: drawn[:1]),
    ),
    (
        "negatives_averaged",
        NS,
        "loss and gradients",
        "mean for sum / scale",
        "invented",
        "The negatives' terms are divided by K, in the loss and in its gradient.",
        mean_over_draws((0, 1, 2)),
    ),
    (
        "negatives_averaged_in_loss",
        NS,
        "loss",
        "mean for sum / scale",
        "invented",
        "The negatives' terms are divided by K in the loss alone.",
        mean_over_draws((0,)),
    ),
    (
        "negatives_averaged_in_gradients",
        NS,
        "grad_center and grad_U",
        "mean for sum / scale",
        "invented",
        "The negatives' terms are divided by K in the gradients alone.",
        mean_over_draws((1, 2)),
    ),
    (
        "one_set_for_the_window",
        "skipgram",
        "loss and gradients",
        "wrong negatives",
        "invented",
        "The first outside word's negatives serve the whole window.",
        drawing(lambda drawn, given: np.broadcast_to(drawn[:1], drawn.shape).copy()),
    ),
    (
        "one_set_for_the_batch",
        "negative_sampling_batch",
        "losses and gradients",
        "wrong negatives",
        "invented",
        "The first pair's negatives serve the whole batch.",
        drawing(lambda drawn, given: drawn[0].copy() if drawn.ndim == 2 else drawn),
    ),
]
