"""No right route exceeds its bound: NumPy written in every usual way, over every kind of input, in both formats.

BOUND_CASES=N draws N cases a function and route instead of a few; with -s each test prints its worst error / bound."""

import functools
import os

import numpy as np
import pytest

from gradgate.bounds import TIERS, Arithmetic, bounds
from gradgate.draws import generated
from gradgate.interface import FUNCTIONS
from gradgate.reference import exact
from gradgate.terms import groups

CASES = int(os.environ.get("BOUND_CASES", "12"))
LOSSES = [function for function in FUNCTIONS if function not in ("sigmoid", "softmax")]


def textbook(x, shift=True):
    """p = e / sum, -log p."""
    e = np.exp(x - x.max() if shift else x)
    p = e / e.sum()
    return -np.log(p), p


def logsumexp(x, shift=True):
    """LSE - x, exp(x - LSE)."""
    m = x.max() if shift else x.dtype.type(0)
    L = m + np.log(np.exp(x - m).sum())
    return L - x, np.exp(x - L)


def shifted(x):
    """log sum - (x - max), e / sum summed one by one: the only route of the strict tier."""
    s = x - x.max()
    total = np.cumsum(np.exp(s))[-1]
    return np.log(total) - s, np.exp(s) / total


def online(x):
    """One pass over blocks of 16 words: whenever the maximum grows, the sum is rescaled."""
    m, total = x[:1].max(), x.dtype.type(0)
    for start in range(0, len(x), 16):
        block = x[start : start + 16]
        before, m = m, max(m, block.max())
        total = total * np.exp(before - m) + np.exp(block - m).sum()
    return (m + np.log(total)) - x, np.exp(x - m) / total


def sigmoid_route(z):
    s = 1 / (1 + np.exp(-z))
    return -np.log(s), 1 - s


def stable_route(z):
    e = np.exp(-np.abs(z))
    return np.maximum(-z, 0) + np.log1p(e), np.where(z >= 0, e / (1 + e), 1 / (1 + e))


def logaddexp_route(z):
    zero = z.dtype.type(0)
    return np.logaddexp(zero, -z), np.exp(-z - np.logaddexp(zero, -z))


def cancelling_route(z):
    s = 1 / (1 + np.exp(z))
    return -np.log(1 - s), s


# name: (softmax, logistic, how contexts and targets are summed, the first tier that admits it, naive domain only)
ROUTES = {
    "shifted": (shifted, stable_route, "by target", "strict", False),
    "textbook": (textbook, sigmoid_route, "by target", "default", True),
    "logsumexp": (logsumexp, logaddexp_route, "fused", "default", False),
    "unshifted": (lambda x: textbook(x, False), sigmoid_route, "at once", "default", True),
    "unshifted logsumexp": (lambda x: logsumexp(x, False), stable_route, "fused", "default", True),
    "online": (online, stable_route, "by target", "default", False),
    "cancelling": (textbook, cancelling_route, "at once", "fragile", True),
}


def hidden_and_logits(group, U, how):
    """h, and the logits; fused means the products with every context word first, their mean last."""
    rows, C = group.vectors.astype(U.dtype), U.dtype.type(group.divisor)
    if how == "fused":
        return rows.mean(0) if C > 1 else rows.sum(0), (rows @ U.T).sum(0) / C
    h = (rows / C).sum(0) if how == "at once" else np.cumsum(rows, axis=0)[-1] / C
    return h, (U * h).sum(1) if how == "at once" else U @ h


def coefficients_of(group, logits, softmax, logistic):
    """losses, and for every target (V,) the coefficients of grad_U = coefficients x h."""
    losses, columns = [], []
    for target in group.targets:
        if target.signs is None:
            loss, column = softmax(logits)
            losses.append(loss[target.outside])
            column = column.copy()
            column[target.outside] -= 1
        else:
            index, signs = target.rows, target.signs.astype(logits.dtype)
            loss, slopes = logistic(signs * logits[index])
            losses.append(loss.sum())
            column = np.zeros_like(logits)
            np.add.at(column, index, -signs * slopes)
        columns.append(column)
    return losses, columns


def step(case, moves):
    """The matrices after a step, or several whose rows are their own, moved by one gradient after the other."""
    V_c, U = case.inputs["V_c"].copy(), case.inputs["U"].copy()
    for rows, of_center, of_U in moves:
        rate = U.dtype.type(case.inputs["rate"])
        V_c[rows] -= rate * of_center
        U -= rate * of_U
    return {"new_V_c": V_c, "new_U": U}


def run(case, softmax, logistic, how):
    """Every quantity the case's function returns, dense, in the case's dtype throughout."""
    U = case.inputs["U"]
    pairs = 1 + max([group.pair for group in groups(case)], default=-1)
    out = {name: np.zeros((pairs, U.shape[1]), U.dtype) for name in ("grad_center", "grad_centers")}
    out |= {name: np.zeros(U.shape, U.dtype) for name in ("grad_U", "grad_V_c")} | {"losses": np.zeros(pairs, U.dtype)}
    moves = []
    for group in groups(case):
        h, logits = hidden_and_logits(group, U, how)
        losses, columns = coefficients_of(group, logits, softmax, logistic)
        out["losses"][group.pair] = np.sum(np.array(losses))
        if how == "at once":
            columns = [np.sum(columns, axis=0)]
        for column in columns:
            gradient = U.T @ column if how == "fused" else (U * column[:, None]).sum(0)
            out["grad_center"][group.pair] += gradient
            if "V_c" in case.inputs:
                np.add.at(out["grad_V_c"], group.rows, gradient / U.dtype.type(group.divisor))
            out["grad_U"] += np.outer(column, h)
            moves.append((group.rows, gradient, np.outer(column, h)))
    if "rate" in case.inputs:
        out |= step(case, moves)
    out["loss"], out["grad_centers"] = out["losses"].sum(), out["grad_center"].copy()
    out["grad_center"] = out["grad_center"][0]
    return {name: np.float64(out[name]) for name in case.returns}


def ratios(outputs, reference, limits):
    """error / bound of every component (inf for NaN); an untouched row must be zero."""
    found = []
    for name, output in outputs.items():
        exactly, bound = reference.values[name], limits.values[name]
        value = output if exactly.rows is None else output[exactly.rows]
        assert np.count_nonzero(output) == np.count_nonzero(value), f"{name}: rows beyond the touched ones"
        assert bound.shape == exactly.hi.shape
        error = np.maximum(np.abs((value - exactly.hi) - exactly.lo) - exactly.radius, 0)
        with np.errstate(all="ignore"):
            ratio = np.where(error == 0, 0, np.where(bound == np.inf, 0, error / bound))
        found.append(np.where(np.isnan(value) & (bound < np.inf), np.inf, ratio).ravel())
    return np.concatenate(found)


@functools.lru_cache(maxsize=CASES)
def judged_case(function, dtype, index):
    """A case, its reference and its bounds in every tier: every route meets the same ones."""
    case = generated(function, dtype, 11, index)
    reference = exact(case)
    return case, reference, {t: bounds(case, reference.groups, Arithmetic(case.form), t) for t in TIERS}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("function", LOSSES)
def test_right_routes_stay_within_their_bounds(route, function, dtype):
    softmax, logistic, how, first, naive = ROUTES[route]
    components = []
    for index in range(CASES):
        case, reference, limits = judged_case(function, dtype, index)
        if limits[first].undecidable or (naive and not limits[first].in_naive_domain):
            continue
        with np.errstate(all="ignore"):
            outputs = run(case, softmax, logistic, how)
        for tier in TIERS[TIERS.index(first) :]:
            found = ratios(outputs, reference, limits[tier])
            assert found.max() <= 1, f"{tier}: error is {found.max():.3g} of the bound: {case.describe()}"
            components += [found] if tier == first else []
    assert len(components) > CASES // 3
    total = np.concatenate(components)
    print(f"{route}, {function}, {dtype}, {len(components)} cases, {total.size} components, worst {total.max():.3f}")
