"""sigmoid and softmax by themselves: every usual route, where exp over- and underflows, where sigmoid rounds to 1.

BOUND_CASES=N draws N arrays instead of a few; with -s each test prints its worst error / bound."""

import os

import numpy as np
import pytest

from gradgate.bounds import TIERS, Arithmetic, bounds
from gradgate.case import Case
from gradgate.formats import FLOAT32, FORMATS, round_to
from gradgate.reference import exact

CASES = int(os.environ.get("BOUND_CASES", "6"))
POINTS = 200


def by_sign(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def tanh_route(x):
    half = x.dtype.type(0.5)
    return half * (1 + np.tanh(half * x))


# name: (sigmoid, the first tier that admits it, the largest |x| / log(largest number))
SIGMOIDS = {
    "1 / (1 + exp(-x))": (lambda x: 1 / (1 + np.exp(-x)), "strict", np.inf),
    "by sign": (by_sign, "strict", np.inf),
    "exp(x) / (1 + exp(x))": (lambda x: np.exp(x) / (1 + np.exp(x)), "strict", 0.99),
    "exp(-log1p(exp(-x)))": (lambda x: np.exp(-np.logaddexp(x.dtype.type(0), -x)), "fragile", np.inf),
    "tanh": (tanh_route, "fragile", np.inf),
    "1 - sigmoid(-x)": (lambda x: 1 - 1 / (1 + np.exp(x)), "fragile", np.inf),
}


def arguments(form, rng):
    """Arguments of every size: O(1), to +-1e4, round the exponents where exp over- and underflows, subnormal, 0."""
    largest, smallest = np.log(form.largest), -np.log(form.smallest)
    edges = np.array([largest, smallest, -np.log(form.tiny), -np.log(form.roundoff), -2 * np.log(form.roundoff)])
    near = rng.choice([-1, 1], POINTS) * rng.choice(edges, POINTS) + rng.standard_normal(POINTS)
    tiny = rng.standard_normal(POINTS) * form.smallest
    spread = rng.choice([-1, 1], POINTS) * 10 ** rng.uniform(-8, 4, POINTS)
    parts = [rng.standard_normal(POINTS), rng.uniform(-1e4, 1e4, POINTS), near, tiny, spread, np.zeros(2)]
    return round_to(np.concatenate(parts), form)


def worst_of(outputs, case, tier, name, accumulation=None):
    """max error / bound; NaN counts as inf."""
    reference = exact(case)
    bound = bounds(case, reference.groups, Arithmetic(case.form, accumulation), tier).values[name]
    value = reference.values[name]
    assert bound.shape == value.hi.shape == np.shape(outputs)
    error = np.maximum(np.abs((np.float64(outputs) - value.hi) - value.lo) - value.radius, 0)
    return float(np.nan_to_num(error / bound, nan=np.inf).max())


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("route", SIGMOIDS)
def test_sigmoid_stays_within_its_bound(route, dtype):
    sigmoid, first, reach = SIGMOIDS[route]
    form, worst = FORMATS[dtype], 0.0
    for index in range(CASES):
        x = arguments(form, np.random.default_rng(index))
        x = x[np.abs(x) < reach * np.log(form.largest)]
        case = Case("sigmoid", dtype, {"x": x}, "edges", index, 0)
        with np.errstate(all="ignore"):
            worst = max(worst, worst_of(sigmoid(x), case, first, "sigmoid"))
    assert worst <= 1, f"{route} in {dtype}: error is {worst:.3g} of the bound"
    print(f"{route}, sigmoid, {dtype}, {CASES} cases, worst {worst:.3f}")


@pytest.mark.parametrize("route", ["tanh", "1 - sigmoid(-x)"])
def test_a_sigmoid_that_loses_digits_is_beyond_the_default_tier(route):
    x = np.array([-30.0])
    case = Case("sigmoid", "float64", {"x": x}, "edges", 0, 0)
    assert worst_of(SIGMOIDS[route][0](x), case, "default", "sigmoid") > 1e3
    assert worst_of(SIGMOIDS[route][0](x), case, "fragile", "sigmoid") <= 1


@pytest.mark.parametrize("dtype", FORMATS)
def test_torch_sigmoid_and_softmax_stay_within_their_bounds(dtype):
    torch = pytest.importorskip("torch", reason="torch is an optional backend")
    form, worst = FORMATS[dtype], 0.0
    accumulation = FLOAT32 if dtype in ("bfloat16", "float16") else None
    for index in range(CASES):
        x = arguments(form, np.random.default_rng(index))
        logits = x[: len(x) // 25 * 25].reshape(25, -1)
        for case in (
            Case("sigmoid", dtype, {"x": x}, "edges", index, 0),
            Case("softmax", dtype, {"logits": logits}, "edges", index, 0),
        ):
            given = torch.tensor(np.float64(*case.inputs.values()), dtype=getattr(torch, dtype))
            output = torch.sigmoid(given) if case.function == "sigmoid" else torch.softmax(given, -1)
            ratio = worst_of(output.double().numpy(), case, "default", case.function, accumulation)
            assert ratio <= 1, f"torch.{case.function} in {dtype}: error is {ratio:.3g} of the bound, seed {index}"
            worst = max(worst, ratio)
    print(f"torch, sigmoid and softmax, {dtype}, {CASES} cases, worst {worst:.3f}")


# name: (softmax along the last axis, the first tier that admits it)
SOFTMAXES = {
    "shifted": (lambda x: np.exp(x - x.max(-1, keepdims=True)), "strict"),
    "unshifted": (np.exp, "default"),
    "exp(x - LSE)": (lambda x: np.exp(x - np.log(np.sum(np.exp(x), -1, keepdims=True))), "default"),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("route", SOFTMAXES)
@pytest.mark.parametrize("scale", [1e-40, 1.0, 5.0, 25.0, 1e4])
def test_softmax_stays_within_its_bound(scale, route, dtype):
    exponentials, first = SOFTMAXES[route]
    form, judged = FORMATS[dtype], 0
    for index in range(CASES):
        rng = np.random.default_rng(index)
        logits = round_to(rng.standard_normal((3, int(rng.integers(1, 60)))) * scale, form)
        case = Case("softmax", dtype, {"logits": logits}, "scaled", index, 0)
        for tier in TIERS[TIERS.index(first) :]:
            limits = bounds(case, exact(case).groups, Arithmetic(form), tier)
            if route == "shifted" or limits.in_naive_domain:
                with np.errstate(all="ignore"):
                    e = exponentials(logits)
                    output = e if route == "exp(x - LSE)" else e / e.sum(-1, keepdims=True)
                ratio = worst_of(output, case, tier, "softmax")
                assert ratio <= 1, f"{tier}: error is {ratio:.3g} of the bound, seed {index}"
                judged += 1
    assert judged or (scale == 1e4 and route != "shifted")
