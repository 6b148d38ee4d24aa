"""Faults of state: what a call leaves behind, own random numbers, and inputs that are written to."""

import numpy as np

PAIRS = "naive_softmax negative_sampling"
NS = "negative_sampling"


def nth(right):
    """How often the plant has been called, this call included."""
    right.memory["calls"] = right.memory.get("calls", 0) + 1
    return right.memory["calls"]


def from_second_on(right, given):
    outputs = right(**given)
    return outputs if nth(right) == 1 else [2 * output for output in outputs]


def drifting(right, given):
    loss, *gradients = right(**given)
    return [loss * (1 + nth(right) * 1e-6), *gradients]


def never_zeroed(right, given):
    """grad_U lives in a buffer that is made once a shape."""
    loss, grad_center, grad_U = right(**given)
    buffer = right.memory.setdefault(grad_U.shape, np.zeros_like(grad_U))
    buffer += grad_U
    return [loss, grad_center, buffer.copy()]


def cached_by_shape(right, given):
    outputs = right(**given)
    known = right.memory.setdefault(np.shape(given["U"]), [output.copy() for output in outputs])
    return [*outputs[:2], known[2]]


def own_draws(seed):
    def plant(right, given):
        rng = np.random.default_rng(nth(right) if seed is None else seed)
        return right(**{**given, "negatives": rng.integers(0, len(given["U"]), len(given["negatives"]))})

    return plant


def dropout(right, given):
    loss, grad_center, grad_U = right(**given)
    kept = np.random.default_rng(nth(right)).random(grad_center.shape) < 0.9
    return [loss, grad_center * kept, grad_U]


def writing(name, change):
    """Leaves something else in an input, after a right result."""

    def plant(right, given):
        outputs = right(**given)
        given[name][...] = change(given[name], outputs)
        return outputs

    return plant


def normalised_in_place(right, given):
    given["U"] /= np.linalg.norm(given["U"], axis=1, keepdims=True)
    return right(**given)


def written_and_put_back(right, given):
    """Right at last, but an array that cannot be written to raises."""
    given["U"] += 0
    return right(**given)


FAULTS = [
    (
        "second_call_doubled",
        PAIRS,
        "loss and gradients",
        "state",
        "invented",
        "Right once; from the second call on, doubled.",
        from_second_on,
    ),
    (
        "loss_drifts",
        PAIRS,
        "loss",
        "state",
        "invented",
        "A running figure is mixed into the loss: each call adds a millionth.",
        drifting,
    ),
    (
        "buffer_never_zeroed",
        PAIRS,
        "grad_U",
        "state",
        "invented",
        "grad_U accumulates over the calls of one shape.",
        never_zeroed,
    ),
    (
        "cached_by_shape",
        PAIRS,
        "grad_U",
        "state",
        "invented",
        "grad_U is remembered by U's shape, whatever U holds.",
        cached_by_shape,
    ),
    (
        "seeded_inside",
        NS,
        "loss and gradients",
        "own random numbers / wrong negatives",
        "seen",
        "random.seed(42) inside: its own negatives, always the same.",
        own_draws(42),
    ),
    (
        "draws_its_own",
        NS,
        "loss and gradients",
        "own random numbers",
        "invented",
        "Its own negatives, other ones in each call.",
        own_draws(None),
    ),
    (
        "dropout",
        PAIRS,
        "grad_center",
        "own random numbers",
        "invented",
        "A tenth of the centre's gradient is dropped at random.",
        dropout,
    ),
    (
        "center_updated_in_place",
        PAIRS,
        "inputs",
        "input changed",
        "invented",
        "The step of descent is taken inside: center -= 0.3 grad.",
        writing("center", lambda center, outputs: center - 0.3 * outputs[1]),
    ),
    (
        "U_updated_in_place",
        PAIRS,
        "inputs",
        "input changed",
        "invented",
        "The step of descent is taken inside: U -= 0.3 grad_U.",
        writing("U", lambda U, outputs: U - 0.3 * outputs[2]),
    ),
    (
        "V_c_updated_in_place",
        "cbow",
        "inputs",
        "input changed",
        "seen",
        "The step of descent is taken inside: V_c -= 0.3 grad_V_c.",
        writing("V_c", lambda V_c, outputs: V_c - 0.3 * outputs[1]),
    ),
    (
        "negatives_sorted_in_place",
        NS,
        "inputs",
        "input changed",
        "invented",
        "negatives.sort(): right, but the caller's order is lost.",
        writing("negatives", lambda drawn, outputs: np.sort(drawn)),
    ),
    (
        "x_overwritten",
        "sigmoid",
        "inputs",
        "input changed",
        "invented",
        "The result is written into x.",
        writing("x", lambda x, outputs: outputs[0]),
    ),
    (
        "logits_shifted_in_place",
        "softmax",
        "inputs",
        "input changed",
        "invented",
        "logits -= max: right, but the caller's logits change.",
        writing("logits", lambda logits, outputs: logits - logits.max(axis=-1, keepdims=True)),
    ),
    (
        "rows_normalised_in_place",
        PAIRS,
        "inputs",
        "input changed / normalised vectors",
        "invented",
        "normalizeRows(U) in place, before the loss.",
        normalised_in_place,
    ),
    (
        "written_and_put_back",
        PAIRS,
        "inputs",
        "input changed",
        "invented",
        "U is used as scratch and put back: a read-only U raises.",
        written_and_put_back,
    ),
]
