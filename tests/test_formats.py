"""Rounding into the formats: to nearest, ties to even, through subnormals and overflow, as Fractions and torch do."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradgate.formats import BFLOAT16, FORMATS, is_exact, round_to

EXACTLY = settings(max_examples=300, deadline=None, derandomize=True, database=None)
FORM = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)


def rounded(value: float, form, to_integer=round) -> float:
    """The nearest value of the format, in rational arithmetic: ties to even, and infinity beyond the largest."""
    if not math.isfinite(value) or value == 0:
        return value
    exponent, precision = math.frexp(value)[1] - 1, round(-math.log2(form.roundoff))
    step = max(Fraction(2) ** (exponent - precision + 1), Fraction(form.tiny))
    nearest = to_integer(abs(Fraction(value)) / step) * step  # Python rounds a Fraction's ties to even
    return math.copysign(float(nearest) if nearest <= Fraction(form.largest) else math.inf, value)


def assert_same(got, wanted):
    got, wanted = np.asarray(got, np.float64), np.asarray(wanted, np.float64)
    same = (got == wanted) & (np.signbit(got) == np.signbit(wanted)) | (np.isnan(got) & np.isnan(wanted))
    assert np.all(same), f"{got[~same]} is not {wanted[~same]}"


def neighbours(form) -> np.ndarray:
    """Values of the format, the midpoints between them, and the float64s next to those: where rounding is decided."""
    found = [0.0, form.largest, form.largest * (1 + form.roundoff / 2)]
    for start in (form.tiny, form.smallest, 0.5, 1.0, 2.0, 2.0 ** (math.frexp(form.largest)[1] - 1)):
        step = max(start * 2 * form.roundoff, form.tiny)
        found += [start + k * step / 2 for k in range(-3, 8)]
    with np.errstate(over="ignore"):
        near = np.concatenate([found, np.nextafter(found, np.inf), np.nextafter(found, -np.inf)])
    return np.concatenate([near, -near])


@FORM
@EXACTLY
@given(value=st.floats(width=64))
def test_every_number_goes_to_its_nearest_value(form, value):
    assert_same(round_to(np.array(value), form), rounded(value, form))


@FORM
@EXACTLY
@given(value=st.floats(-1, 1), scale=st.integers(-160, 130))
def test_numbers_of_every_size_go_to_their_nearest_value(form, value, scale):
    number = math.ldexp(value, scale)
    assert_same(round_to(np.array(number), form), rounded(number, form))


@FORM
def test_ties_go_to_even_at_every_border(form):
    for value in neighbours(form):
        assert_same(round_to(np.array(value), form), rounded(float(value), form))


@pytest.mark.parametrize("wrong", [math.floor, math.ceil, lambda steps: math.floor(steps + Fraction(1, 2))])
@pytest.mark.parametrize("name", ["float32", "bfloat16", "float16"])
def test_rounding_down_up_or_ties_away_from_zero_would_be_seen(name, wrong):
    values = neighbours(FORMATS[name])
    with pytest.raises(AssertionError):
        assert_same(round_to(values, FORMATS[name]), [rounded(float(v), FORMATS[name], wrong) for v in values])


@FORM
def test_rounding_twice_is_rounding_once(form):
    values = round_to(neighbours(form), form)
    assert_same(round_to(values, form), values)
    assert is_exact(values[np.isfinite(values)], form)


@FORM
def test_the_format_is_what_its_numbers_say(form):
    one_up = 1 + 2 * form.roundoff
    assert is_exact(np.array([one_up, form.tiny, form.smallest, form.largest, -form.largest]), form)
    assert round_to(np.array(form.tiny / 2), form) == 0  # a tie, to even
    assert round_to(np.array(form.tiny * 0.75), form) == form.tiny
    if form.name != "float64":
        assert not is_exact(np.array([1 + form.roundoff]), form)
        assert not is_exact(np.array([form.tiny * 1.5]), form)
        assert np.isinf(round_to(np.array(form.largest * (1 + form.roundoff)), form))
    assert round_to(np.array([1.0]), form).dtype == form.carrier


def test_bfloat16_is_not_rounded_twice():
    """Just above a tie, by less than float32 can tell: through float32 it would be taken for the tie itself."""
    value = 1 + 2.0**-8 + 2.0**-40
    assert round_to(np.array(value), BFLOAT16) == 1 + 2.0**-7
    through_float32 = round_to(np.array(value).astype(np.float32), BFLOAT16)
    assert through_float32 == 1.0


def test_bfloat16_is_torchs():
    torch = pytest.importorskip("torch", reason="torch is one of the witnesses, where it is installed")
    rng = np.random.default_rng(0)
    numbers = rng.integers(0, 2**32, 200_000, dtype=np.uint32).view(np.float32)  # all exponents, subnormals, NaN
    borders = neighbours(BFLOAT16).astype(np.float32)
    for values in (numbers[np.isfinite(numbers)], borders[np.isfinite(borders)]):
        theirs = torch.from_numpy(values.copy()).to(torch.bfloat16).float().numpy()
        assert_same(round_to(values, BFLOAT16), theirs)


@FORM
def test_what_is_no_number_stays_what_it_is(form):
    special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0])
    assert_same(round_to(special, form), special)
