"""Every law refutes the faults planted for it, in each function that it is put to.

A fault is a change of numpy_dense's inputs or outputs. It is written once for all functions: by position (0 the loss,
1 the hidden side's gradient, -1 grad_U) and by parameter. A law without a fault fails the first test."""

import functools
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from gradgate.calling.calls import Call
from gradgate.calling.implementation import Implementation
from gradgate.calling.loading import load
from gradgate.draws import generated as freshly_generated
from gradgate.evidence import Evidence
from gradgate.examining.examination import arithmetic_of
from gradgate.examining.judging import FAILED, judge_one, laws_for, plan
from gradgate.examining.opinion import opinion
from gradgate.interface import FUNCTIONS, SIGNATURES
from gradgate.laws import BY_NAME
from gradgate.witness import Witness

CASES = 60  # a fault must be found within so many generated cases
WORDS = "outside outsides negatives target targets context contexts path".split()  # rows of U or of V_c
DENSE = load("numpy_dense")
generated = functools.cache(freshly_generated)


def spoil(position, change):
    """The output at a position replaced by change(output, the inputs by name)."""

    def fault(right, given):
        out = right(*given.values())
        if not isinstance(out, tuple):
            return change(out, given)
        out = list(out)
        out[position] = change(out[position], given)
        return tuple(out)

    return fault


def scale(position, factor):
    return spoil(position, lambda value, given: value * value.dtype.type(factor))


def feed(names, change):
    """The named inputs (those that are there) replaced by change(input, all inputs) before the right function runs."""

    def fault(right, given):
        present = [name for name in names if given.get(name) is not None]
        return right(*{**given, **{name: change(given[name], given) for name in present}}.values())

    return fault


def indices(given):
    in_V_c = ["center", "centers"] if "V_c" in given else []
    return [name for name in (*WORDS, *in_V_c) if given.get(name) is not None]


def one_component(value, given):
    value = value.copy()
    value[np.unravel_index(np.argmax(np.abs(value)), value.shape)] *= 1 + 1e-6
    return value


def louder_first_row(U, given):
    return np.concatenate([U[:1] * (1 + 1e-6), U[1:]])


def count_repeats_once(right, given):
    """What `grad_U[negatives] += ...` does in NumPy."""
    out = right(*given.values())
    outside_only = right(*{**given, "negatives": given["negatives"][..., :0]}.values())[-1]
    times = np.bincount(np.ravel(given["negatives"]), minlength=len(out[-1]))
    return *out[:-1], outside_only + (out[-1] - outside_only) / np.maximum(times, 1)[:, None]


def last_word_only(right, given):
    drawn = None if given["negatives"] is None else given["negatives"][-1:]
    return right(*{**given, "outsides": given["outsides"][-1:], "negatives": drawn}.values())


def going(change):
    """U moved by change(the way of the right step, the inputs by name)."""

    def fault(right, given):
        old = given["U"].copy()
        new_V_c, new_U = right(*given.values())
        return new_V_c, old + change(new_U - old, given).astype(old.dtype)

    return fault


def after_the_update(right, given):
    """EH from the rows of w' that have been updated already."""
    V_c = given["V_c"].copy()
    _, new_U = right(*given.values())
    new_V_c, _ = right(*{**given, "V_c": V_c, "U": new_U.copy()}.values())
    return new_V_c, new_U


def all_from_the_start(right, given):
    """A minibatch in place of steps: every window's gradient is taken at the old matrices."""
    old = {name: given[name].copy() for name in ("V_c", "U")}
    new = {name: matrix.copy() for name, matrix in old.items()}
    for one in windows(given):
        moved = right(*{**one, **{name: matrix.copy() for name, matrix in old.items()}}.values())
        for name, matrix in zip(new, moved, strict=True):
            new[name] += matrix - old[name]
    return tuple(new.values())


def first_sixty_four(right, given):
    """Room for so many windows, and none for what comes behind them."""
    end = given["offsets"][:65][-1]
    cut = {"outsides": given["outsides"][:end], "offsets": given["offsets"][:65]}
    return right(*{**given, **cut, **{name: given[name][:64] for name in ("centers", "negatives")}}.values())


def backwards(right, given):
    """The last window first."""
    V_c, U = given["V_c"], given["U"]
    for one in reversed(list(windows(given))):
        V_c, U = right(*{**one, "V_c": V_c, "U": U}.values())
    return V_c, U


def windows(given):
    """The inputs of each window of steps by itself."""
    for b, (start, stop) in enumerate(pairwise(given["offsets"])):
        one = {name: given[name][b : b + 1] for name in ("centers", "negatives")}
        yield {**given, **one, "outsides": given["outsides"][start:stop], "offsets": np.array([0, stop - start])}


def first_error_only(right, given):
    """EH with e_1,j in place of EI_j: one word's errors for their sum over the window."""
    drawn = None if given["negatives"] is None else given["negatives"][:1]
    alone = {**given, "outsides": given["outsides"][:1], "negatives": drawn}
    new_V_c, _ = right(*{**alone, "V_c": given["V_c"].copy(), "U": given["U"].copy()}.values())
    return new_V_c, right(*given.values())[1]


def counting(right, given):
    """State: every call adds more than the one before."""
    counting.calls += 1
    return spoil(0, lambda value, given: value * (1 + counting.calls * 2.0**-20))(right, given)


counting.calls = 0


def writing(*names):
    """Doubles an input in place, after the result is computed."""

    def fault(right, given):
        out = right(*given.values())
        for name in names:
            if isinstance(given.get(name), np.ndarray):
                given[name][...] = given[name][::-1] if name in WORDS else given[name] * 2
        return out

    return fault


def adding_in_place(right, given):
    """Adds nothing, but in place: an array that cannot be written to raises."""
    for value in given.values():
        if isinstance(value, np.ndarray):
            np.add(value, 0, out=value, casting="unsafe")
    return right(*given.values())


def as_if_contiguous(array, given):
    """What a kernel sees that takes the address of the first element and trusts the shape."""
    strides = np.empty(array.shape, array.dtype).strides
    return np.lib.stride_tricks.as_strided(array, array.shape, strides)


def unshifted_exp(value, given):
    logits = next((given[name] for name in ("x", "logits") if name in given), None)
    if logits is None:
        hidden = given.get("V_c", given.get("centers", given.get("center")))
        logits = given["U"] @ hidden.T
    with np.errstate(over="ignore", invalid="ignore"):
        large = np.exp(np.abs(logits).max(initial=0))
        return value * (large / large)


def refusing(is_odd):
    def fault(right, given):
        if is_odd(given):
            raise ValueError("this size was not thought of")
        return right(*given.values())

    return fault


def refusing_with(kind, message=""):
    """The right function's refusals in another exception, or in its own with another message."""

    def fault(right, given):
        try:
            return right(*given.values())
        except (IndexError, ValueError) as refusal:
            raise (kind or type(refusal))(message.format(name=str(refusal).split()[0])) from refusal

    return fault


def nan_when(is_odd):
    return spoil(0, lambda value, given: value * np.nan if is_odd(given) else value)


def no_negatives(given):
    return np.shape(given["negatives"])[-1] == 0


def known_choice(value, given):
    if isinstance(value, str):
        return "negative_sampling" if given["negatives"] is not None else "naive_softmax"
    return np.where(value == 1, 1, -1)


def an_empty_window(given):
    return (np.diff(given["offsets"]) == 0).any()


def no_words(given):
    return 0 in [np.size(given[name]) for name in ("outsides", "context", "contexts") if name in given]


def no_nodes(given):
    return len(given["path"]) == 0


def nodes_once(right, given):
    """What `grad_U[path] += ...` does in NumPy."""
    loss, grad_center, grad_U = right(*given.values())
    for node in np.unique(given["path"]):
        last = np.flatnonzero(given["path"] == node)[-1:]
        once = {**given, "path": given["path"][last], "signs": given["signs"][last]}
        grad_U[node] = right(*once.values())[-1][node]
    return loss, grad_center, grad_U


def residual_without_y(value, given):
    """p where p - y is due: what is missing is the target's row."""
    value = value.copy()
    value[0] += value.dtype.type(1e-3)
    return value


def stray(value, given):
    """A write to every row that should have stayed zero."""
    return np.where(value == 0, value.dtype.type(1e-40), value)


def by_batch(value, given):
    size = len(given["offsets"]) - 1 if "offsets" in given else len(given["outsides"])
    return value / size


def wider(value, given):
    return np.asarray(value).astype(np.float64 if np.asarray(value).dtype != np.float64 else np.float32)


def with_an_axis(value, given):
    return np.asarray(value)[None]


HIDDEN = ("V_c", "centers", "center")


def bent(value, given):
    return np.tanh(value) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value


FAULTS = {
    "exact_value": [scale(0, 1 + 1e-12), spoil(0, lambda value, given: -value), spoil(0, lambda v, g: v * np.nan)],
    "exact_gradient": [scale(-1, 1 + 1e-12), scale(1, 1 + 1e-12), spoil(-1, one_component), scale(-1, np.inf)],
    "agreement": [scale(0, 1 + 1e-12)],
    "central_difference": [scale(1, 1 + 1e-6), scale(-1, 1 + 1e-6), scale(1, 2), scale(-1, -1)],
    "shift_identity": [scale(-1, 1 + 1e-6), scale(0, 2)],
    "uniform_point": [spoil(0, lambda loss, given: loss + loss.dtype.type(1e-6)), scale(-1, 1 + 1e-6)],
    "shift": [spoil(0, lambda loss, given: loss + given["U"][0, 0] * loss.dtype.type(1e-6))],
    "permutation": [feed(["U"], louder_first_row)],
    "rotation": [feed(HIDDEN, bent), spoil(1, lambda value, given: value + np.square(value) * value.dtype.type(1e-3))],
    "untouched_rows": [spoil(-1, stray), lambda right, given: spoil(1 if "V_c" in given else -1, stray)(right, given)],
    "homogeneity": [scale(1, 2), scale(-1, -1), scale(1, 1 + 1e-9)],
    "zero_sum": [spoil(-1, residual_without_y)],
    "chain": [scale(1, 2), scale(1, 1 + 1e-9), scale(-1, 1 + 1e-9)],
    "rank_one": [spoil(-1, one_component)],
    "convexity": [scale(1, -1)],
    "taylor": [scale(1, -1), scale(1, 1.5)],
    "repeated_negatives": [count_repeats_once, spoil(0, lambda loss, g: loss / np.shape(g["negatives"])[-1])],
    "outside_among_negatives": [
        feed(["negatives"], lambda drawn, given: drawn[drawn != given.get("outside", given.get("target"))])
    ],
    "additive_window": [last_word_only, spoil(-1, lambda value, given: value / len(given["outsides"]))],
    "additive_path": [
        spoil(0, lambda loss, given: loss / max(len(given["path"]), 1)),
        nodes_once,
    ],
    "tree_sums_to_one": [
        scale(0, 1 + 1e-12),
        spoil(1, lambda value, given: value + value.dtype.type(1e-6)),
        feed(["signs"], lambda signs, given: np.where(signs < 0, 1, signs)),
        lambda right, given: right(*{**given, "path": given["path"][1:], "signs": given["signs"][1:]}.values()),
        spoil(-1, lambda value, given: value + given["path"][:1].sum().astype(value.dtype) * value.dtype.type(1e-6)),
    ],
    "update": [
        scale(0, 1 + 1e-9),
        after_the_update,
        first_error_only,
        going(lambda way, given: way * (1 + 2.0**-16)),
    ],
    "update_is_linear": [
        after_the_update,
        going(lambda way, given: way * given["rate"]),
    ],
    "update_adds": [
        first_error_only,
        last_word_only,
        going(lambda way, given: way / max(len(given["outsides"]), 1)),
    ],
    "update_of_rate_0": [scale(0, 1 + 1e-6), spoil(-1, lambda new, given: new + new.dtype.type(1e-6))],
    "one_after_another": [all_from_the_start, backwards, first_sixty_four],
    "empty_window_stays": [refusing(an_empty_window), nan_when(an_empty_window)],
    "additive_batch": [spoil(-1, by_batch), spoil(0, by_batch), spoil(0, lambda value, given: value[::-1])],
    "sigmoid_symmetry": [scale(0, 1 + 1e-12), feed(["x"], lambda x, given: x + x.dtype.type(1e-6))],
    "sigmoid_jacobian": [
        spoil(0, lambda value, given: value / (value.size * value.max())),
        spoil(0, lambda value, given: value * value),
        spoil(0, lambda value, given: value.mean() + 0 * value),
    ],
    "softmax_sums_to_one": [scale(0, 1 + 1e-12)],
    "softmax_shift": [feed(["logits"], lambda logits, given: np.rint(logits))],
    "promised_form": [
        *[spoil(i, wider) for i in (0, 1, -1)],
        *[spoil(i, with_an_axis) for i in (0, 1, -1)],
        spoil(-1, lambda value, given: value.T),
    ],
    "no_state": [counting],
    "inputs_unchanged": [
        writing("x", "logits", "U", "outsides"),
        writing("V_c", "centers", "center", "x", "logits", "outsides"),
    ],
    "read_only": [adding_in_place],
    "strided": [feed(["x", "logits", "U"], as_if_contiguous)],
    "finite_when_huge": [spoil(0, unshifted_exp), spoil(-1, unshifted_exp)],
    "no_negatives": [refusing(no_negatives), nan_when(no_negatives)],
    "empty_window": [refusing(no_words), nan_when(no_words), spoil(-1, lambda v, g: v + (v.dtype.type(no_words(g))))],
    "empty_path": [refusing(no_nodes), nan_when(no_nodes), spoil(-1, lambda v, g: v + v.dtype.type(no_nodes(g)))],
    "bad_index": [
        lambda right, given: feed(indices(given), lambda rows, given: rows % len(given["U"]))(right, given),
        lambda right, given: feed(indices(given), lambda rows, given: np.abs(rows))(right, given),
        lambda right, given: feed(indices(given), lambda rows, given: rows * (rows <= len(given["U"])))(right, given),
    ],
    "bad_choice": [
        feed(["loss", "signs"], known_choice),
        refusing_with(KeyError),
    ],
    "refusal_says_why": [refusing_with(None), refusing_with(None, "{name} is wrong"), refusing_with(None, "wrong")],
}
EXCUSED = {"finite_when_huge"}  # an overflow at 1e4 alone is fragile, not wrong


def planted(function, fault):
    """numpy_dense with one function replaced by a faulty one."""
    right = getattr(DENSE.module, function)
    names = SIGNATURES[function].parameters

    def faulty(*arguments):
        return fault(right, dict(zip(names, arguments, strict=True)))

    others = {"skipgram": DENSE.module.skipgram}  # what the step is held against
    return Implementation("planted", SimpleNamespace(**{**others, function: faulty}))


def examined(implementation, case, laws):
    """The evidence of an implementation on a case, and the plan that the laws made; the peer is numpy_dense."""
    witness = Witness(case, arithmetic_of(implementation.particulars, case.dtype))
    planned = plan(laws_for(laws, case), witness)
    outcomes = {call.variant: implementation.perform(call) for call in planned.calls}
    peer = Evidence(witness, {"base": DENSE.perform(Call("base", case))}, DENSE.particulars)
    return Evidence(witness, outcomes, implementation.particulars, {"numpy_dense": peer}), planned


def refutation(law, function, fault):
    """The first generated case on which the law fails the fault, and the opinion on it; None where there is none."""
    implementation = planned_by = planted(function, fault)
    for index in range(CASES):
        for dtype in ("float64", "float32"):
            case = generated(function, dtype, 0, index)
            evidence, planned_by = examined(implementation, case, [law])
            for judgement in (judge_one(each, evidence) for each in planned_by.laws):
                if judgement.status == FAILED:
                    found = opinion(judgement, evidence, planned_by.calls, coarse=False)
                    if not found.fragile or law.name in EXCUSED:
                        return case, found
    return None


@functools.cache
def put_to(law):
    """The functions that a law is put to."""
    return [f for f in FUNCTIONS if any(laws_for([law], generated(f, "float64", 0, i)) for i in range(CASES))]


PLANTED = [
    (name, number, f) for name in BY_NAME for number, _ in enumerate(FAULTS[name]) for f in put_to(BY_NAME[name])
]


def test_every_law_has_a_planted_fault():
    assert set(FAULTS) == set(BY_NAME)
    assert all(FAULTS.values())


@pytest.mark.parametrize(("name", "number", "function"), PLANTED)
def test_a_law_refutes_its_planted_fault(name, number, function):
    found = refutation(BY_NAME[name], function, FAULTS[name][number])
    assert found is not None, f"{name}, which {BY_NAME[name].statement!r}, let fault {number} of {function} pass"
