"""The exact reference against two other arithmetics: mpmath, and the standard library's fractions and decimals."""

import decimal
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import flint
import mpmath
import numpy as np
import pytest

from gradgate import reference
from gradgate.case import Case
from gradgate.exact import Reference
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING, SIGNATURES
from gradgate.reference import dd, exact, gradients, logistic, losses, softmax
from gradgate.terms import groups, touched_rows

TINY = 2.0**-1074
DIGITS = 800  # sums of products of float64 cover 10^±646: what cancels in them leaves more than 2^-1074 resolves
decimal.getcontext().prec = DIGITS


class Arithmetic(NamedTuple):
    """Numbers of an arithmetic that has nothing in common with Arb."""

    number: Callable[[float], Any]
    exp: Callable[[Any], Any]
    log: Callable[[Any], Any]


def _through_decimal(name: str) -> Callable[[Fraction], Fraction]:
    def function(value: Fraction) -> Fraction:
        return Fraction(getattr(decimal.Decimal(value.numerator) / decimal.Decimal(value.denominator), name)())

    return function


ARITHMETICS = {
    "mpmath": Arithmetic(mpmath.mpf, mpmath.exp, mpmath.log),
    "fractions": Arithmetic(Fraction, _through_decimal("exp"), _through_decimal("ln")),
}


def numbers(values: np.ndarray, arithmetic: Arithmetic) -> np.ndarray:
    array = np.empty(np.shape(values), object)
    array[...] = np.vectorize(arithmetic.number, otypes=[object])(values) if np.size(values) else 0
    return array


def target_terms(target: Any, logits: Any, arithmetic: Arithmetic) -> tuple[Any, list[tuple[int, Any]]]:
    """The loss of one target, and its derivative for each logit, from the definitions."""
    if target.signs is None:
        top = max(logits)
        weights = [arithmetic.exp(logit - top) for logit in logits]
        total = sum(weights)
        loss = arithmetic.log(total) + top - logits[target.outside]
        return loss, [(w, weight / total - (w == target.outside)) for w, weight in enumerate(weights)]
    loss, slopes = arithmetic.number(0.0), []
    for row, sign in zip(target.rows.tolist(), target.signs.astype(int).tolist(), strict=True):
        z = sign * logits[row]
        small = arithmetic.exp(-abs(z))
        loss += arithmetic.log(1 + small) + max(-z, 0)
        slope = (small if z > 0 else 1) / (1 + small)
        slopes.append((row, -sign * slope))
    return loss, slopes


def truth(case: Case, arithmetic: Arithmetic) -> dict[str, np.ndarray]:
    """Every quantity of a case, dense."""
    if case.function in ("sigmoid", "softmax"):
        given = numbers(case.wide("x" if case.function == "sigmoid" else "logits"), arithmetic)
        if case.function == "sigmoid":
            return {"sigmoid": np.frompyfunc(lambda x: 1 / (1 + arithmetic.exp(-x)), 1, 1)(given)}
        weights = np.frompyfunc(arithmetic.exp, 1, 1)(given - given.max(axis=-1, keepdims=True))
        return {"softmax": weights / weights.sum(axis=-1, keepdims=True)}
    U = numbers(case.wide("U"), arithmetic)
    batch = case.inputs.get("offsets", case.inputs.get("outsides", ()))
    pairs = len(batch) - ("offsets" in case.inputs) if case.function.endswith("_batch") else 1
    out = {"grad_U": U * 0, "grad_V_c": U * 0, "losses": numbers(np.zeros(pairs), arithmetic)}
    out["grad_centers"] = numbers(np.zeros((pairs, U.shape[1])), arithmetic)
    for group in groups(case):
        hidden = numbers(group.vectors, arithmetic).sum(axis=0) / group.divisor
        for target in group.targets:
            loss, slopes = target_terms(target, U @ hidden, arithmetic)
            out["losses"][group.pair] += loss
            for row, slope in slopes:
                out["grad_U"][row] += slope * hidden
                out["grad_centers"][group.pair] += slope * U[row]
                for context in group.rows if "V_c" in case.inputs else ():
                    out["grad_V_c"][context] += slope * U[row] / group.divisor
    for name in ("V_c", "U") if "rate" in case.inputs else ():
        rate = arithmetic.number(case.inputs["rate"])
        out[f"new_{name}"] = numbers(case.wide(name), arithmetic) - rate * out[f"grad_{name}"]
    return out | {"loss": out["losses"].sum(), "grad_center": out["grad_centers"][0]}


def check(case: Case, arithmetic: Arithmetic, sharp: bool = True, **route: bool) -> Reference:
    """Every value lies within its radius of the truth, and the radius is as small as promised."""
    with mpmath.workdps(DIGITS):
        expected, given = truth(case, arithmetic), exact(case, **route)
        assert tuple(given.values) == case.returns
        for quantity, value in given.values.items():
            wanted = np.asarray(expected[quantity])
            rows = touched_rows(case, quantity) if "U" in case.inputs else None
            assert np.array_equal(rows, value.rows) if rows is not None else value.rows is None
            if rows is not None:
                assert not np.delete(wanted, rows, axis=0).any(), f"{quantity} is not zero on a row left out"
                wanted = wanted[rows]
            assert wanted.shape == value.hi.shape == value.lo.shape == value.radius.shape
            got = numbers(value.hi, arithmetic) + numbers(value.lo, arithmetic)
            within = np.asarray(abs(wanted - got) <= numbers(value.radius, arithmetic))
            assert within.all(), f"{quantity} at {np.argwhere(~within.astype(bool))[0]}: {case.describe()}"
            assert not sharp or (value.radius <= np.maximum(2.0**-90 * np.abs(value.hi), 2 * TINY)).all(), quantity
    return given


def _cancelling(rng: np.random.Generator, V: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns of ±2^60 that leave logits of order 1."""
    U, V_c = rng.normal(size=(V, d)), rng.normal(size=(V, d))
    U[:, 0], U[:, -1] = 2.0**60, -(2.0**60)
    V_c[:, 0] = V_c[:, -1] = 3.0
    return U, V_c


def _scaled(scale: float) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    return lambda rng, V, d: (rng.normal(size=(V, d)) * scale, rng.normal(size=(V, d)) * scale)


KINDS: dict[str, Callable[..., tuple[np.ndarray, np.ndarray]]] = {
    "normal": _scaled(1.0),
    "huge": _scaled(100.0),  # logits of 1e4
    "tiny": _scaled(2.0**-533),  # gradients among the subnormals
    "subnormal": lambda rng, V, d: (rng.integers(-9, 9, (V, d)) * TINY, rng.integers(-9, 9, (V, d)) * 2.0**500),
    "cancelling": _cancelling,
    "ties": lambda rng, V, d: (rng.integers(-1, 2, (V, d)) * 1.0, rng.integers(-1, 2, (V, d)) * 1.0),
    "wide": lambda rng, V, d: tuple(np.ldexp(rng.normal(size=(2, V, d)), rng.integers(-300, 5, (2, V, d)))),
    "dominant": lambda rng, V, d: (rng.normal(size=(V, d)) * 600, np.ones((V, d))),  # probabilities to 2^-2000
}
SIZES = [(1, 1, 0), (1, 3, 2), (5, 1, 3), (6, 3, 4), (26, 10, 5)]  # V, d, K; the last too large for balls alone
PAIRS = ["naive_softmax", "negative_sampling", "hierarchical_softmax", "naive_softmax_batch", "negative_sampling_batch"]
WINDOWS = ["skipgram", "cbow", "skipgram_batch", "cbow_batch", "step"]
LOSSES = PAIRS + [f"{function} {loss}" for function in WINDOWS for loss in (NAIVE_SOFTMAX, NEGATIVE_SAMPLING)]
EVERYTHING = ["sigmoid", "softmax", *LOSSES]


def draw(name: str, kind: str, V: int, d: int, K: int, seed: int = 0) -> Case:
    """A case with repeated outsides, outsides among the negatives, and, in batches, an empty window."""
    function, _, loss = name.partition(" ")
    rng = np.random.default_rng([seed, V, d, K, list(KINDS).index(kind)])
    U, V_c = KINDS[kind](rng, V, d)
    outsides, context = rng.integers(0, V, 5), rng.integers(0, V, 5)
    outsides[1] = outsides[0]
    negatives = rng.integers(0, V, (5, K))
    negatives[:, :1] = outsides[:, None]
    offsets, mean = np.array([0, 2, 2, 5]), ("sum", "mean")[V % 2]
    everything = {
        "x": U, "logits": U, "center": V_c[0], "outside": int(outsides[0]), "U": U, "V_c": V_c, "loss": loss,
        "centers": V_c[context], "outsides": outsides, "context": context, "contexts": context, "offsets": offsets,
        "target": int(outsides[0]), "targets": outsides[:3], "reduce": mean, "negatives": negatives,
        "rate": 0.3,
        "path": np.append(outsides, context)[: 2 * K], "signs": np.resize([1, -1, -1], min(2 * K, 10)),
    }  # fmt: skip
    if function in ("skipgram", "step"):
        everything["center"] = 0
    if function == "skipgram_batch":
        everything["centers"] = context[:3]
    if function in ("negative_sampling", "cbow"):
        everything["negatives"] = negatives[0]
    if function == "cbow_batch":
        everything["negatives"] = negatives[:3]
    if loss == NAIVE_SOFTMAX:
        everything["negatives"] = None
    inputs = {parameter: everything[parameter] for parameter in SIGNATURES[function].parameters}
    return Case(function, "float64", inputs, kind, seed, V)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", EVERYTHING)
def test_every_value_lies_within_its_radius_of_the_truth(name, kind):
    for V, d, K in SIZES:
        check(draw(name, kind, V, d, K), ARITHMETICS["mpmath"])


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_standard_library_agrees(name):
    check(draw(name, "normal", 4, 2, 3), ARITHMETICS["fractions"])


@pytest.mark.parametrize("kind", ["normal", "subnormal"])
@pytest.mark.parametrize("name", LOSSES)
def test_the_hybrid_is_rigorous_too(name, kind):
    for V, d, K in SIZES:
        check(draw(name, kind, V, d, K), ARITHMETICS["mpmath"], sharp=False, hybrid=True)


def test_shared_negatives_and_single_windows_without_words():
    shared = draw("negative_sampling_batch", "normal", 6, 3, 4)
    check(shared.with_inputs(negatives=np.array([2, 2, 5])), ARITHMETICS["mpmath"])
    nothing = np.empty(0, np.int64)
    for name, word in (("skipgram", "outsides"), ("cbow", "context")):
        case = draw(f"{name} {NAIVE_SOFTMAX}", "normal", 6, 3, 0).with_inputs(**{word: nothing})
        given = check(case, ARITHMETICS["mpmath"])
        assert (given.values["loss"].hi, given.values["loss"].radius, given.groups) == (0, 0, ())


def test_large_U_takes_the_hybrid_unless_it_is_not_sharp(monkeypatch):
    # more rows than the chunk in which double-double sums are formed
    case = draw("naive_softmax", "normal", 5000, 3, 0)
    balls, hybrid = exact(case, hybrid=False), exact(case, hybrid=True)
    for quantity, sharp in balls.values.items():
        blurred = hybrid.values[quantity]
        distance = (sharp.hi - blurred.hi) + (sharp.lo - blurred.lo)
        assert (np.abs(distance) <= (sharp.radius + blurred.radius) * (1 + 2.0**-40)).all(), quantity
        assert (blurred.radius <= 2.0**-73 * np.max(np.abs(blurred.hi))).all(), quantity
        assert (blurred.radius > sharp.radius).any(), f"{quantity} did not take the hybrid"
    monkeypatch.setattr(reference, "HYBRID_SIZE", 10)
    assert np.array_equal(exact(case).values["grad_center"].radius, hybrid.values["grad_center"].radius)
    overflowing = draw("naive_softmax", "normal", 6, 3, 0)
    U, center = overflowing.wide("U") * 2.0**1000, overflowing.wide("center") * 2.0**-1000
    check(overflowing.with_inputs(U=U, center=center), ARITHMETICS["mpmath"])


def test_what_is_beyond_float64_has_an_infinite_radius():
    case = draw("naive_softmax", "normal", 6, 3, 0)
    U, center = case.wide("U"), case.wide("center")
    farthest = int(np.argmin(U @ center))
    given = exact(case.with_inputs(U=U * 1e300, center=center * 1e300, outside=farthest))
    loss = given.values["loss"]
    assert (loss.hi, loss.lo, loss.radius) == (np.inf, 0, np.inf)
    assert np.isfinite(given.values["grad_U"].hi).all()


def test_the_working_precision_of_others_stays_as_it_was():
    before = flint.ctx.prec
    exact(draw("naive_softmax", "cancelling", 6, 3, 0))
    assert flint.ctx.prec == before


@pytest.mark.parametrize("name", LOSSES)
def test_magnitudes_are_the_leading_digits_of_the_values(name):
    case = draw(name, "normal", 6, 3, 4)
    given = exact(case)
    assert len(given.groups) == len(groups(case))
    terms = [t for group in given.groups for t in ([group.softmax] if group.softmax else group.logistic)]
    if "rate" not in case.inputs:  # a step returns no loss
        total = given.values["loss" if "loss" in given.values else "losses"].hi.sum()
        n = sum(len(t.losses) for t in terms) + 5  # roundings of sums of positive terms
        assert abs(sum(t.losses.sum() for t in terms) - total) <= n * 2.0**-52 * total
    for group, magnitudes in zip(groups(case), given.groups, strict=True):
        size = np.abs(group.vectors).sum(axis=0) / group.divisor
        mean = group.vectors.sum(axis=0) / group.divisor
        assert (np.abs(magnitudes.hidden - mean) <= (len(group.vectors) + 1) * 2.0**-53 * size).all()
        words = [target.outside for target in group.targets]
        if magnitudes.softmax:
            assert magnitudes.softmax.outsides.tolist() == words
        else:
            assert [t.rows[0] for t in magnitudes.logistic] == words


def _set(_: object) -> Callable[..., dict[int, int]]:
    return lambda outsides: dict.fromkeys(outsides, 1)


def _once(terms: Callable[..., tuple[list[int], list[int]]]) -> Callable[..., tuple[list[int], list[int]]]:
    def without_repeats(target: Any) -> tuple[list[int], list[int]]:
        once = dict(zip(*terms(target), strict=True))
        return list(once), list(once.values())

    return without_repeats


def _short(outer: Callable[..., dd.Enclosure]) -> Callable[..., dd.Enclosure]:
    def without_lo(*arguments: Any) -> dd.Enclosure:
        hi, lo, radius = outer(*arguments).fields
        return dd.Enclosure(hi, 0 * lo, radius)

    return without_lo


def _lying(enclose: Callable[..., dd.Enclosure]) -> Callable[..., dd.Enclosure]:
    return lambda balls: dd.Enclosure(enclose(balls).hi, enclose(balls).lo, np.zeros(len(balls)))


FAULTS = {
    "repeated outsides count once": (softmax, "Counter", _set, "skipgram naive_softmax"),
    "losses without their top": (softmax.Softmax, "loss", lambda _: lambda s, o: s.others.log1p(), "naive_softmax"),
    "repeated negatives count once": (logistic, "_terms", _once, "negative_sampling"),
    "nodes count once": (logistic, "_terms", _once, "hierarchical_softmax"),
    "outer products without lo": (dd, "outer", _short, "naive_softmax"),
    "radii that lie": (gradients, "enclose", _lying, "sigmoid"),
    "a sum for the mean": (losses, "hidden_vector", lambda f: lambda g: [h * 5 for h in f(g)], "cbow naive_softmax"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_noticed(fault, monkeypatch):
    where, attribute, spoil, name = FAULTS[fault]
    case = draw(name, "normal", 27, 10, 5)
    check(case, ARITHMETICS["mpmath"])
    monkeypatch.setattr(where, attribute, spoil(getattr(where, attribute)))
    with pytest.raises(AssertionError):
        check(case, ARITHMETICS["mpmath"])
