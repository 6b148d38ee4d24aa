"""Faults of the batch: means for sums, pairs that overwrite one another, errors that cancel in the sum, offsets."""

import numpy as np

PAIRS = "naive_softmax_batch negative_sampling_batch"
WINDOWS = "skipgram_batch cbow_batch"


def count(given):
    return len(given["offsets"]) - 1 if "offsets" in given else len(given["outsides"])


def last_pair_of(given):
    """The inputs of the batch's last pair alone."""
    last = {name: given[name][-1:] for name in ("centers", "outsides")}
    drawn = given.get("negatives")
    if drawn is not None:
        last["negatives"] = drawn[-1:] if drawn.ndim == 2 else drawn
    return {**given, **last}


def cancelling(right, given):
    """The first pair's loss and gradient gain what the last one's lose."""
    losses, grad_centers, grad_U = right(**given)
    if len(losses) > 1:
        losses[0], losses[-1] = losses[0] + 0.01, losses[-1] - 0.01
        grad_centers[0], grad_centers[-1] = grad_centers[0] + 0.01, grad_centers[-1] - 0.01
    return [losses, grad_centers, grad_U]


def off_by_one(offsets, given):
    moved = offsets.copy()
    moved[1:-1] = np.maximum(moved[1:-1] - 1, moved[0])
    return moved


def repeats_once(grad, given):
    """A word that is the centre of m windows gets a m-th of its gradient: equal windows are one."""
    return grad / np.maximum(np.bincount(given["centers"], minlength=len(grad)), 1)[:, None]


def squeezed(right, given):
    losses, *gradients = right(**given)
    return [np.squeeze(losses), *gradients]


FAULTS = [
    (
        "batch_mean_of_grad_U",
        PAIRS,
        "grad_U",
        "mean for sum / scale",
        "invented",
        "The mean over the batch where the sum is due.",
        {"grad_U": lambda grad, given: grad / count(given)},
    ),
    (
        "batch_mean_everywhere",
        PAIRS,
        "losses and gradients",
        "mean for sum / scale",
        "invented",
        "Losses and gradients are divided by B, consistently.",
        lambda right, given: [output / count(given) for output in right(**given)],
    ),
    (
        "losses_averaged",
        PAIRS,
        "losses",
        "mean for sum / pairs mixed up",
        "invented",
        "Every pair's loss is the mean over the batch.",
        {"loss": lambda losses, given: np.full_like(losses, losses.mean())},
    ),
    (
        "losses_reversed",
        PAIRS,
        "losses",
        "pairs mixed up",
        "invented",
        "The losses come in the reverse order: their sum is right.",
        {"loss": lambda losses, given: losses[::-1]},
    ),
    (
        "errors_that_cancel",
        PAIRS,
        "losses and grad_centers",
        "stray constant / pairs mixed up",
        "invented",
        "What one pair has too much another has too little: sums are right.",
        cancelling,
    ),
    (
        "last_pair_of_the_batch",
        PAIRS,
        "grad_U",
        "not accumulated",
        "invented",
        "= for += over the batch: grad_U is the last pair's.",
        lambda right, given: [*right(**given)[:2], right(**last_pair_of(given))[2]],
    ),
    (
        "centers_reversed",
        PAIRS,
        "grad_centers",
        "pairs mixed up",
        "invented",
        "The centres' gradients come in the reverse order.",
        {"hidden": lambda grad, given: grad[::-1]},
    ),
    (
        "offsets_off_by_one",
        WINDOWS,
        "losses and gradients",
        "pairs mixed up / wrong window",
        "invented",
        "A window's last word is counted to the next window.",
        {"offsets": off_by_one},
    ),
    (
        "repeated_centers_once",
        "skipgram_batch",
        "grad_V_c",
        "repeats counted once",
        "invented",
        "grad_V_c[centers] += ... with a fancy index: equal windows count once.",
        {"hidden": repeats_once},
    ),
    (
        "first_centre_for_all",
        "skipgram_batch",
        "losses and gradients",
        "pairs mixed up / wrong row",
        "invented",
        "The first window's centre serves all of them.",
        {"centers": lambda centers, given: np.full_like(centers, centers[0])},
    ),
    (
        "first_window_twice",
        WINDOWS,
        "losses",
        "pairs mixed up",
        "invented",
        "The last loss repeats the first.",
        {"loss": lambda losses, given: np.append(losses[:-1], losses[:1])},
    ),
    (
        "losses_squeezed",
        f"{PAIRS} {WINDOWS}",
        "losses",
        "shape",
        "invented",
        "np.squeeze(losses): a batch of one gives a number where (1,) is due.",
        squeezed,
        {"form": True},
    ),
]
