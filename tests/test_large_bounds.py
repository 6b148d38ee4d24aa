"""What large cases are judged by: never narrower than the truth, and narrow enough to see one row among many."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradgate.bounds import DEFAULT, TIERS, Arithmetic
from gradgate.calling.calls import Outcome, Result
from gradgate.case import Case
from gradgate.formats import FORMATS, round_to
from gradgate.large.blocks import Blocks, spans, tree_sum
from gradgate.large.calls import Returned
from gradgate.large.normalizer import Normalizer
from gradgate.large.reading import Rows, _compared, _worst, read_rows
from gradgate.large.witness import SoftmaxWitness
from gradgate.reference import exact
from gradgate.witness import Witness


def case_of(V: int, d: int, dtype: str, scale: float, pairs: int = 0, seed: int = 0) -> Case:
    rng, form = np.random.default_rng(seed), FORMATS[dtype]
    U = round_to(rng.normal(size=(V, d)) / np.sqrt(d), form)
    centers = round_to(rng.normal(size=(max(pairs, 1), d)) * scale, form)
    if pairs:
        inputs = {"centers": centers, "outsides": rng.integers(0, V, pairs), "U": U}
        return Case("naive_softmax_batch", dtype, inputs, "normal", seed, 0)
    return Case(
        "naive_softmax", dtype, {"center": centers[0], "outside": int(rng.integers(V)), "U": U}, "normal", seed, 0
    )


@pytest.mark.parametrize("shape", [(1, 1), (15, 3), (16, 16), (17, 40), (5000, 33), (9001, 100)])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_products_by_blocks_are_within_the_rounding_of_pairwise_sums(shape, dtype):
    rng = np.random.default_rng(1)
    stored = rng.normal(size=shape).astype(dtype)
    wide, h, p = stored.astype(np.float64), rng.normal(size=shape[1]), rng.normal(size=shape[0])
    for got, matrix, vector in ((Blocks(stored) @ h, wide, h), (p @ Blocks(stored), wide.T, p)):
        n = len(vector)
        bound = np.abs(matrix) @ np.abs(vector) * min(n, math.ceil(math.log2(n)) + 24) * 2.0**-53
        due = [math.fsum(a * b for a, b in zip(row.tolist(), vector.tolist(), strict=True)) for row in matrix[:50]]
        assert np.all(np.abs(got[:50] - due) <= bound[:50] * 1.01 + 1e-300)  # fsum's own products round too
    assert np.array_equal(Blocks(stored, np.abs).sum(axis=1), np.abs(wide) @ np.ones(shape[1])) or dtype == "float64"


def test_blocks_cover_every_row_once():
    rows = np.concatenate([np.arange(20_011)[span] for span in spans(20_011, 100)])
    assert np.array_equal(rows, np.arange(20_011))
    assert tree_sum(np.arange(7.0)) == 21


@pytest.mark.parametrize("pairs", [0, 3])
@pytest.mark.parametrize("scale", [0.1, 1.0, 5.0, 40.0])
@pytest.mark.parametrize(("V", "d", "dtype"), [(2000, 50, "float64"), (2000, 50, "float32"), (1999, 7, "float64")])
def test_the_pass_is_within_its_radius_of_the_exact_values(V, d, dtype, scale, pairs):
    case = case_of(V, d, dtype, scale, pairs)
    witness, truth = SoftmaxWitness(case, Arithmetic(FORMATS[dtype])), exact(case)
    for quantity, found in witness.reference.values.items():
        error = np.abs((found.hi - truth.values[quantity].hi) - truth.values[quantity].lo)
        assert np.all(error + truth.values[quantity].radius <= found.radius), quantity
    for span in spans(V, d):
        rows = truth.values["grad_U"]
        error = np.abs((witness.exact_rows(span) - rows.hi[span]) - rows.lo[span])
        assert np.all(error + rows.radius[span] <= witness.pass_rows.block(span))


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("pairs", [0, 3])
@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16", "float16"])
def test_the_bounds_are_those_of_ordinary_sizes(dtype, pairs, tier):
    case = case_of(1500, 9, dtype, 2.0, pairs)
    accumulation = FORMATS["float32"] if dtype in ("bfloat16", "float16") else FORMATS[dtype]
    arithmetic = Arithmetic(FORMATS[dtype], accumulation)
    large, ordinary = SoftmaxWitness(case, arithmetic, tier), Witness(case, arithmetic, tier)
    for quantity, bound in large.bounds().values.items():
        np.testing.assert_allclose(bound, ordinary.bounds().values[quantity], rtol=1e-10)
    rows = np.concatenate([large.rows.block(span) for span in spans(1500, 9)])
    np.testing.assert_allclose(rows, ordinary.bounds().values["grad_U"], rtol=1e-10)


def softmaxes(x: np.ndarray, o: int) -> dict[str, np.ndarray]:
    """p - onehot by the routes that libraries take, in the dtype of the logits x."""
    one = np.zeros_like(x)
    one[o] = 1
    shifted = np.exp(x - x.max())
    log_sum = np.log(np.exp(x - x.max()).sum()) + x.max()
    sequential = np.cumsum(shifted, dtype=x.dtype)[-1]
    logs = (x - x.max()) - np.log(shifted.sum())
    halves = [np.exp(part - part.max()) * np.exp(part.max() - x.max()) for part in np.array_split(x, 7)]
    rescaled = np.concatenate(halves)
    return {
        "shifted": shifted / shifted.sum() - one,
        "summed in a loop": shifted / sequential - one,
        "reciprocal": shifted * (1 / shifted.sum()) - one,
        "by the log-sum": np.exp(x - log_sum) - one,
        "log-softmax": np.exp(logs) - one,
        "unshifted": np.exp(x) / np.exp(x).sum() - one,
        "block by block": rescaled / rescaled.sum() - one,
    }


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("scale", [0.1, 1.0, 5.0])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_admitted_route_has_one_normalizer(dtype, scale, seed):
    case = case_of(20_000, 30, dtype, scale, seed=seed)
    U, h, o = case.inputs["U"], case.inputs["center"], case.inputs["outside"]
    witness = SoftmaxWitness(case, Arithmetic(FORMATS[dtype]))
    for route, residual in softmaxes(U @ h, o).items():
        gradient = np.outer(residual, h)
        assert checked(witness, gradient) is None, route


@pytest.mark.parametrize(("dtype", "error"), [("float64", 1e-11), ("float32", 1e-3)])
def test_a_row_with_another_normalizer_is_seen_where_the_bound_hides_it(dtype, error):
    case = case_of(20_000, 30, dtype, 1.0)
    gradient = np.outer(
        softmaxes(case.inputs["U"] @ case.inputs["center"], case.inputs["outside"])["shifted"], case.inputs["center"]
    )
    witness = SoftmaxWitness(case, Arithmetic(FORMATS[dtype]))
    for row in (0, 777, 19_999):
        for sign in (1, -1):
            wrong = gradient.copy()
            wrong[row, 11] *= 1 + sign * error
            check = checked(witness, wrong)
            assert check is not None
            assert check.index == (row, 11)
            assert check.error > check.bound


def checked(witness: SoftmaxWitness, gradient: np.ndarray):
    ratios = np.asarray(gradient, np.float64) / np.asarray(witness.case.inputs["center"], np.float64)
    least, most = ratios.min(axis=1), ratios.max(axis=1)
    return Normalizer(witness).check(least, most, lambda row: np.asarray(gradient[row], np.float64))


def read(witness: SoftmaxWitness, gradient: np.ndarray) -> Rows:
    """As if the implementation had returned the gradient by all its rows."""
    result = Result(gradient, witness.case.dtype, np.arange(len(gradient)))
    return read_rows(Returned(Outcome({"grad_U": result}), {}, None), witness)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda rows, wrong: None,
        lambda rows, wrong: np.multiply(rows[wrong], -1, out=rows[wrong]),
        lambda rows, wrong: rows.__setitem__((wrong, 4), np.nan),
        lambda rows, wrong: rows.__setitem__((wrong, 4), -np.inf),
        lambda rows, wrong: rows.__setitem__((wrong, 4), rows[wrong, 4] * 1.5),
    ],
    ids=["right", "negated", "NaN", "infinite", "one component"],
)
def test_rows_that_their_extremes_clear_are_those_that_pass_component_by_component(dtype, spoil):
    case = case_of(5000, 30, dtype, 1.0)
    witness = SoftmaxWitness(case, Arithmetic(FORMATS[dtype]))
    gradient = np.outer(
        softmaxes(case.inputs["U"] @ case.inputs["center"], case.inputs["outside"])["shifted"], case.inputs["center"]
    )
    for wrong in (0, 3333, 4999):
        spoiled = gradient.copy()
        spoil(spoiled, wrong)
        [quick] = read(witness, spoiled).checks
        slow = _worst([_compared(witness, span.start, spoiled[span].astype(float), span) for span in spans(5000, 30)])
        assert (quick.passed, quick.components, quick.decided) == (slow.passed, slow.components, slow.decided)
        if not slow.passed:
            assert (quick.index, quick.bound) == (slow.index, slow.bound)
        else:
            assert 0.9 * slow.ratio <= quick.ratio <= slow.ratio


def test_the_coefficients_are_those_of_the_pair_with_their_bound():
    case = case_of(5000, 30, "float64", 1.0)
    witness = SoftmaxWitness(case, Arithmetic(FORMATS["float64"]))
    residual = softmaxes(case.inputs["U"] @ case.inputs["center"], case.inputs["outside"])["shifted"]
    found = read(witness, np.outer(residual, case.inputs["center"])).coefficients
    assert np.all(np.abs(found.mid - witness.coefficients[:, 0]) <= found.rad)
    assert np.median(found.rad / np.abs(found.mid)) < 1e-11


def test_the_default_tier_is_asked_where_none_is_named():
    assert SoftmaxWitness(case_of(10, 2, "float64", 1.0), Arithmetic(FORMATS["float64"])).tier == DEFAULT
