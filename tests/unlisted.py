"""Wrong functions that no list of faults holds, with the names that are true of them.

They were written when the naming of causes was finished; how it names was not changed for them, one wording was."""

import numpy as np

from gradgate.calling.loading import load

right = load("numpy_dense").module
NV, NS, SG, CB = "naive_softmax", "negative_sampling", "skipgram", "cbow"
FAULTS = []  # (name, function of the contract, names that are true of it, the wrong function)


def fault(function, *due):
    def listed(wrong):
        FAULTS.append((wrong.__name__, function, due, wrong))
        return wrong

    return listed


def probabilities(center, U):
    exps = np.exp(U @ center - (U @ center).max())
    return exps / exps.sum()


@fault(NS, "scale")
def negatives_twice_in_center(center, outside, negatives, U):
    loss, grad_center, grad_U = right.negative_sampling(center, outside, negatives, U)
    return loss, grad_center + right.sigmoid(U[negatives] @ center) @ U[negatives], grad_U


@fault(NS, "mean for sum")
def loss_over_the_number_of_terms(center, outside, negatives, U):
    loss, grad_center, grad_U = right.negative_sampling(center, outside, negatives, U)
    return loss / (len(negatives) + 1), grad_center, grad_U


@fault(NV, "stray constant")
def half_more(center, outside, U):
    loss, grad_center, grad_U = right.naive_softmax(center, outside, U)
    return loss + 0.5, grad_center, grad_U


@fault(NV, "sign", "scale", "term missing", "repeats miscounted")
def target_twice(center, outside, U):
    residual = probabilities(center, U)
    residual[outside] -= 2
    return right.naive_softmax(center, outside, U)[0], residual @ U, np.outer(residual, center)


@fault(NS, "wrong negatives")
def first_three(center, outside, negatives, U):
    return right.negative_sampling(center, outside, negatives[:3], U)


@fault(NS, "wrong negatives")
def every_other(center, outside, negatives, U):
    return right.negative_sampling(center, outside, negatives[::2], U)


@fault(NS, "wrong negatives", "repeats miscounted", "scale")
def each_twice(center, outside, negatives, U):
    return right.negative_sampling(center, outside, np.repeat(negatives, 2), U)


@fault(NV, "wrong row")
def rows_shifted(center, outside, U):
    loss, grad_center, grad_U = right.naive_softmax(center, outside, U)
    return loss, grad_center, np.roll(grad_U, 1, axis=0)


@fault(NV, "term missing", "wrong derivative")
def only_the_expectation(center, outside, U):
    p = probabilities(center, U)
    return right.naive_softmax(center, outside, U)[0], p @ U, np.outer(p, center)


@fault(NV, "temperature")
def three_times_the_logits(center, outside, U):
    loss, grad_center, grad_U = right.naive_softmax(center * 3, outside, U)
    return loss, grad_center * 3, grad_U


@fault(NV, "another formula", "temperature")
def three_times_the_center(center, outside, U):
    return right.naive_softmax(center * 3, outside, U)


@fault(NS, "sign")
def both_gradients_ascend(center, outside, negatives, U):
    loss, grad_center, grad_U = right.negative_sampling(center, outside, negatives, U)
    return loss, -grad_center, -grad_U


@fault(NS, "wrong derivative", "another formula")
def sigma_squared(center, outside, negatives, U):
    loss, grad_center, grad_U = right.negative_sampling(center, outside, negatives, U)
    slopes = right.sigmoid(U[negatives] @ center)
    np.add.at(grad_U, negatives, np.outer(slopes**2 - slopes, center))
    return loss, grad_center, grad_U


@fault(SG, "wrong window")
def second_word_left_out(center, outsides, V_c, U, loss, negatives):
    kept = np.arange(len(outsides)) != 1
    return right.skipgram(center, outsides[kept], V_c, U, loss, None if negatives is None else negatives[kept])


@fault(SG, "mean for sum", "scale")
def center_averaged(center, outsides, V_c, U, loss, negatives):
    value, grad_V_c, grad_U = right.skipgram(center, outsides, V_c, U, loss, negatives)
    return value, grad_V_c / max(len(outsides), 1), grad_U


@fault(CB, "sign")
def context_ascends(context, target, V_c, U, loss, negatives, reduce):
    value, grad_V_c, grad_U = right.cbow(context, target, V_c, U, loss, negatives, reduce)
    return value, -grad_V_c, grad_U


@fault(CB, "sum for mean", "scale")
def context_times_its_length(context, target, V_c, U, loss, negatives, reduce):
    value, grad_V_c, grad_U = right.cbow(context, target, V_c, U, loss, negatives, reduce)
    return value, grad_V_c * max(len(context), 1), grad_U


@fault(NV, "low precision")
def center_in_single_precision(center, outside, U):
    loss, grad_center, grad_U = right.naive_softmax(center, outside, U)
    return loss, grad_center.astype(np.float32).astype(np.float64), grad_U


@fault(NV, "never written")
def rows_from_ten_on(center, outside, U):
    loss, grad_center, grad_U = right.naive_softmax(center, outside, U)
    grad_U[10:] = 0
    return loss, grad_center, grad_U


@fault(NV, "another formula", "stray constant")
def weight_decay_of_the_center(center, outside, U):
    loss, grad_center, grad_U = right.naive_softmax(center, outside, U)
    return loss + 0.005 * center @ center, grad_center + 0.01 * center, grad_U


@fault(NS, "clipping")
def center_clipped_at_a_half(center, outside, negatives, U):
    loss, grad_center, grad_U = right.negative_sampling(center, outside, negatives, U)
    return loss, np.clip(grad_center, -0.5, 0.5), grad_U


@fault(NV, "wrong word")
def loss_of_the_word_before(center, outside, U):
    return right.naive_softmax(center, (outside - 1) % len(U), U)[0], *right.naive_softmax(center, outside, U)[1:]


@fault(NS, "repeats counted once")
def set_of_negatives_in_center(center, outside, negatives, U):
    loss, _, grad_U = right.negative_sampling(center, outside, negatives, U)
    return loss, right.negative_sampling(center, outside, np.unique(negatives), U)[1], grad_U


@fault(NV, "transposed", "wrong derivative")
def not_transposed_where_it_runs(center, outside, U):
    loss, grad_center, grad_U = right.naive_softmax(center, outside, U)
    residual = probabilities(center, U)
    residual[outside] -= 1
    return loss, U @ residual if U.shape[0] == U.shape[1] else grad_center, grad_U
