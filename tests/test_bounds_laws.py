"""What holds of the bounds themselves: their order, their shape, that they are tight, when they give up."""

import numpy as np
import pytest

from gradgate.bounds import TIERS, Arithmetic, bounds
from gradgate.case import Case
from gradgate.draws import KINDS, Sizes, build, generated
from gradgate.formats import FLOAT32, FORMATS, round_to
from gradgate.interface import FUNCTIONS
from gradgate.reference import exact

PAIRS = ("naive_softmax", "negative_sampling")


def limits_of(case, tier="default", **arithmetic):
    return bounds(case, exact(case).groups, Arithmetic(case.form, **arithmetic), tier)


def pair(dtype, center, U, outside=0, **inputs):
    form = FORMATS[dtype]
    given = {"center": round_to(center, form), "outside": outside, "U": round_to(U, form), **inputs}
    return Case("negative_sampling" if inputs else "naive_softmax", dtype, given, "by hand", 0, 0)


def no_wider(narrow, wide):
    return all(np.all(narrow.values[name] <= wide.values[name] * (1 + 1e-12)) for name in wide.values)


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_tiers_are_ordered_and_shaped_as_the_exact_values(function, dtype):
    accumulation = FLOAT32 if dtype in ("bfloat16", "float16") else None
    for index in (0, 2, 4, 6, 7, 8, 9):
        case = generated(function, dtype, 2, index)
        reference = exact(case)
        arithmetic = Arithmetic(case.form, accumulation)
        strict, default, fragile = (bounds(case, reference.groups, arithmetic, tier) for tier in TIERS)
        assert no_wider(strict, default), case.describe()
        assert no_wider(default, fragile), case.describe()
        assert {n: b.shape for n, b in strict.values.items()} == {n: v.hi.shape for n, v in reference.values.items()}
        assert all(np.all(bound >= 0) for bound in strict.values.values())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_declared_order_of_summation_never_widens_a_bound(function):
    for index in range(4):
        case = generated(function, "float32", 3, index)
        wide = limits_of(case)
        assert no_wider(limits_of(case, summation="pairwise"), wide), case.describe()
        assert no_wider(limits_of(case, summation="blocked"), wide), case.describe()


def test_depths_of_sums():
    any_order, blocked, pairwise = (Arithmetic(FLOAT32, summation=s) for s in ("any", "blocked", "pairwise"))
    assert [any_order.depth(n) for n in (0, 1, 1000)] == [0, 1, 1000]
    assert [blocked.depth(n) for n in (0, 1, 3, 100, 101)] == [0, 1, 3, 20, 22]
    assert [pairwise.depth(n) for n in (0, 1, 10, 1024, 10**6)] == [0, 1, 10, 34, 44]


@pytest.mark.parametrize("arguments", [{"summation": "sorted"}, {"accumulation": FORMATS["float16"]}])
def test_an_impossible_arithmetic_is_refused(arguments):
    with pytest.raises(ValueError, match=r"sorted|float16"):
        Arithmetic(FLOAT32, **arguments)


def test_an_unknown_tier_is_refused():
    with pytest.raises(ValueError, match="lenient"):
        limits_of(pair("float64", np.ones(2), np.ones((3, 2))), tier="lenient")


@pytest.mark.parametrize(("dtype", "size"), [("float64", 1e160), ("float32", 1e20), ("float16", 300.0)])
def test_a_possible_overflow_is_undecidable(dtype, size):
    U = np.eye(2) * size
    for negatives in ({}, {"negatives": np.array([1])}):
        assert limits_of(pair(dtype, np.full(2, size), U, **negatives)).undecidable
        assert not limits_of(pair(dtype, np.full(2, 1.0), U / size, **negatives)).undecidable


@pytest.mark.parametrize(
    ("logits", "naive"),
    [([0.0, 700.0], True), ([0, 710], False), ([800, 790], False), ([-750, -760], False), ([-720, -300], False)],
)
def test_the_naive_domain_ends_where_exp_does(logits, naive):
    assert limits_of(pair("float64", np.ones(1), np.array(logits)[:, None])).in_naive_domain == naive


@pytest.mark.parametrize("loss", PAIRS)
def test_an_empty_window_has_bound_zero(loss):
    negatives = np.zeros((0, 3), np.int64) if loss == "negative_sampling" else None
    nothing = np.zeros(0, np.int64)
    matrices = {"V_c": np.ones((4, 2)), "U": np.ones((4, 2)), "loss": loss, "negatives": negatives}
    case = Case("skipgram", "float64", {"center": 1, "outsides": nothing, **matrices}, "by hand", 0, 0)
    for name, bound in limits_of(case).values.items():
        assert not np.any(bound), name


@pytest.mark.parametrize("function", PAIRS)
def test_a_relative_error_of_1e_12_is_seen(function):
    seen = []
    for seed in range(5):
        case = build(function, "float64", "normal", Sizes(50, 10, 5, 1, 1), np.random.default_rng(seed), seed, 0)
        limits, reference = limits_of(case), exact(case)
        seen += [(np.abs(reference.values[n].hi) * 1e-12 > b).ravel() for n, b in limits.values.items()]
    assert np.mean(np.concatenate(seen)) >= 0.99


@pytest.mark.parametrize("function", PAIRS)
def test_hard_inputs_leave_the_bounds_finite(function):
    for kind in KINDS:
        case = build(function, "float64", kind, Sizes(20, 5, 4, 1, 1), np.random.default_rng(1), 1, 0)
        assert all(np.all(np.isfinite(bound)) for bound in limits_of(case).values.values()), kind
