"""Consistent faults: another loss with its own gradient. A difference of the implementation's own loss sees none."""

import numpy as np

PAIRS = "naive_softmax negative_sampling"
NV = "naive_softmax"


def instead(f, slope):
    """f(J) in place of the loss J, and its gradient f'(J) dJ; slope is f'."""

    def plant(right, given):
        loss, *gradients = right(**given)
        return [f(loss), *(slope(loss) * gradient for gradient in gradients)]

    return plant


def times(factor):
    return instead(lambda J: factor * J, lambda J: factor)


def temperature(t):
    """The logits times t(given), and the centre's gradient with its factor t."""

    def plant(right, given):
        factor = t(given)
        loss, grad_center, grad_U = right(**{**given, "center": given["center"] * factor})
        return [loss, grad_center * factor, grad_U]

    return plant


def smoothed(eps):
    def plant(right, given):
        loss, grad_center, grad_U = right(**given)
        o, v, U = given["outside"], given["center"], given["U"]
        grad_U = grad_U - eps / len(U) * v
        grad_U[o] += eps * v
        mean = U.mean(axis=0)
        return [loss + eps * (U[o] - mean) @ v, grad_center + eps * (U[o] - mean), grad_U]

    return plant


def smoothed_gradient(right, given):
    return [right(**given)[0], *smoothed(0.1)(right, given)[1:]]


def decayed(right, given):
    loss, grad_center, grad_U = right(**given)
    return [loss + 0.5e-4 * np.sum(given["U"] ** 2), grad_center, grad_U + 1e-4 * given["U"]]


def outside_left_out_of_the_sum(J):
    return J + np.log1p(-np.exp(-J))


FAULTS = [
    (
        "log2",
        PAIRS,
        "loss and gradients",
        "base of the logarithm / scale",
        "invented",
        "Bits in place of nats, in the loss and in its gradient.",
        times(1 / np.log(2)),
    ),
    (
        "log10",
        NV,
        "loss and gradients",
        "base of the logarithm / scale",
        "invented",
        "The logarithm to base 10, consistently.",
        times(1 / np.log(10)),
    ),
    (
        "rounded_ln_2",
        PAIRS,
        "loss and gradients",
        "base of the logarithm / scale",
        "invented",
        "log2 turned into nats with ln 2 = 0.693147: everything is off by 2.6e-7.",
        times(0.693147 / np.log(2)),
    ),
    ("halved", PAIRS, "loss and gradients", "scale", "invented", "A factor of 1/2, as of a squared error.", times(0.5)),
    (
        "scaled_by_1e-9",
        PAIRS,
        "loss and gradients",
        "scale",
        "invented",
        "Everything times 1 + 1e-9.",
        times(1 + 1e-9),
        {"dtypes": ("float64",)},
    ),
    (
        "temperature",
        PAIRS,
        "loss and gradients",
        "temperature",
        "invented",
        "The logits are halved: a temperature of 2.",
        temperature(lambda given: 0.5),
    ),
    (
        "temperature_1e-7",
        PAIRS,
        "loss and gradients",
        "temperature",
        "invented",
        "The logits times 1 + 1e-7.",
        temperature(lambda given: 1 + 1e-7),
        {"dtypes": ("float64",)},
    ),
    (
        "logits_over_root_d",
        PAIRS,
        "loss and gradients",
        "temperature",
        "invented",
        "The logits are divided by the root of d, as attention does.",
        temperature(lambda given: len(given["center"]) ** -0.5),
    ),
    (
        "label_smoothing",
        NV,
        "loss and gradients",
        "another formula",
        "invented",
        "A tenth of the target is spread over all words.",
        smoothed(0.1),
    ),
    (
        "label_smoothing_1e-6",
        NV,
        "loss and gradients",
        "another formula",
        "invented",
        "A millionth of the target is spread over all words.",
        smoothed(1e-6),
        {"dtypes": ("float64",)},
    ),
    (
        "label_smoothing_in_gradient",
        NV,
        "grad_center and grad_U",
        "another formula",
        "invented",
        "The gradient is that of smoothed labels, the loss is not.",
        smoothed_gradient,
    ),
    (
        "log_of_p_plus_1e-8",
        NV,
        "loss and gradients",
        "stray constant / another formula",
        "invented",
        "-log(p + 1e-8) against log 0, with its own gradient.",
        instead(lambda J: -np.log(np.exp(-J) + 1e-8), lambda J: 1 / (1 + 1e-8 * np.exp(J))),
    ),
    (
        "outside_left_out_of_the_sum",
        NV,
        "loss and gradients",
        "words left out of the sum / another formula",
        "invented",
        "Another normaliser: the sum runs over the other words only.",
        instead(outside_left_out_of_the_sum, lambda J: 1 / (1 - np.exp(-J))),
    ),
    (
        "focal",
        NV,
        "loss and gradients",
        "another formula",
        "invented",
        "(1 - p) times the loss, with its own gradient: the focal loss.",
        instead(lambda J: -np.expm1(-J) * J, lambda J: -np.expm1(-J) + np.exp(-J) * J),
    ),
    (
        "loss_squared",
        PAIRS,
        "loss and gradients",
        "another formula",
        "invented",
        "The loss is squared, with its own gradient.",
        instead(np.square, lambda J: 2 * J),
    ),
    (
        "loss_capped",
        PAIRS,
        "loss and gradients",
        "clipping",
        "invented",
        "The loss stops at 10, and its gradient is zero there.",
        instead(lambda J: np.minimum(J, 10), lambda J: float(J < 10)),
    ),
    (
        "weight_decay",
        PAIRS,
        "loss and grad_U",
        "another formula / stray constant",
        "invented",
        "1e-4 |U|^2 / 2 is added to the loss, and its gradient to every row.",
        decayed,
    ),
    (
        "weight_decay_in_gradient",
        PAIRS,
        "grad_U",
        "another formula / stray constant",
        "invented",
        "1e-4 U is added to the gradient, and nothing to the loss.",
        {"grad_U": lambda grad, given: grad + 1e-4 * given["U"]},
    ),
    (
        "mean_over_the_words",
        "skipgram",
        "loss and gradients",
        "mean for sum / scale",
        "invented",
        "The mean over the window where the sum is due, consistently.",
        lambda right, given: [output / max(len(given["outsides"]), 1) for output in right(**given)],
    ),
    (
        "constant_added",
        PAIRS,
        "loss",
        "stray constant",
        "invented",
        "1e-6 is added to the loss: no gradient can tell.",
        {"loss": lambda loss, given: loss + 1e-6},
        {"dtypes": ("float64",)},
    ),
]
