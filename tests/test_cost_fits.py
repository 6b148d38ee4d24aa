"""Exponents, intervals and crossings of costs whose growth is known."""

from dataclasses import replace

import numpy as np
import pytest

from gradgate.costs.fits import TooFew, crossing, exponent, local_slopes, ratio
from gradgate.costs.measuring import Measurement
from gradgate.costs.summary import comparisons, growths

SIZES = [2**power for power in range(8, 18)]


def noisy(cost, seed=0, count=21):
    rng = np.random.default_rng(seed)
    return {size: tuple(cost(size) * np.exp(0.1 * rng.standard_normal(count))) for size in SIZES}


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 1.13])
def test_the_exponent_of_a_power_law_lies_in_its_interval(power):
    hits = 0
    for seed in range(20):
        found = exponent(noisy(lambda size: 3e-6 * size**power, seed))
        assert found.low <= found.value <= found.high
        assert abs(found.value - power) < 0.05
        hits += found.low <= power <= found.high
    assert hits >= 16  # of 20, where 19 are expected


def test_without_noise_the_exponent_is_exact_and_its_interval_empty():
    found = exponent({size: (size**1.5,) * 5 for size in SIZES})
    assert found.value == pytest.approx(1.5)
    assert found.low == pytest.approx(found.high)


def test_the_same_run_gives_the_same_interval():
    samples = noisy(lambda size: size)
    assert exponent(samples) == exponent(samples)


def test_local_slopes_show_where_a_line_bends():
    slopes = local_slopes({size: (max(size, 2**12) * 1e-9,) for size in SIZES})
    assert [slope for middle, slope in slopes if middle < 2**12] == pytest.approx([0.0] * 4, abs=1e-12)
    assert [slope for middle, slope in slopes if middle > 2**12] == pytest.approx([1.0] * 5)


def test_the_crossing_lies_where_the_costs_are_equal():
    found = crossing(noisy(lambda size: 1e-9 * size, 1), noisy(lambda size: 1e-9 * 3000, 2))
    assert found.low <= found.value <= found.high
    assert 2500 < found.value < 3600


def test_a_cost_that_is_never_above_has_no_crossing_and_one_that_always_is_has_the_smallest_size():
    assert crossing(noisy(lambda size: size), noisy(lambda size: 2 * size)) is None
    assert crossing(noisy(lambda size: 4 * size), noisy(lambda size: size)).value == SIZES[0]


def test_the_ratio_at_a_size_has_an_interval_that_holds_it():
    found = ratio(noisy(lambda size: 6 * size, 1), noisy(lambda size: 2 * size, 2), 2**12)
    assert found.low < 3.0 < found.high
    assert found.high / found.low < 1.3


def test_one_size_is_too_few_for_a_line():
    with pytest.raises(TooFew, match="needs two sizes"):
        exponent({256: (1.0,)})


def measured(loss, V, seconds, **changed):
    known = {
        "implementation": "mine",
        "function": loss,
        "loss": loss,
        "V": V,
        "d": 100,
        "K": None if loss == "naive_softmax" else 5,
        "B": 1,
        "dtype": "float32",
        "device": "cpu",
        "seconds": (seconds,) * 5,
        "rounds": 5,
        "bytes": V * 400,
        "rows": V,
        "returned": V * 400,
        "verified": True,
        "load": 1.0,
    }
    return Measurement(**{**known, **changed})


def test_a_summary_sets_both_losses_of_one_implementation_side_by_side():
    softmax = [measured("naive_softmax", V, V * 1e-8) for V in SIZES]
    flat = [measured("negative_sampling", V, 2e-5, bytes=3000, rows=6, returned=2400) for V in SIZES]
    by_function = {growth.series.function: growth for growth in growths([*softmax, *flat])}
    assert by_function["naive_softmax"].time.value == pytest.approx(1.0)
    assert by_function["naive_softmax"].bytes.value == pytest.approx(1.0)
    assert by_function["negative_sampling"].time.value == pytest.approx(0.0, abs=1e-12)
    assert by_function["negative_sampling"].returned.value == pytest.approx(0.0, abs=1e-12)
    [found] = comparisons([*softmax, *flat])
    assert found.wins_from.value == pytest.approx(2000)
    assert (found.at, found.ratio.value) == (2**17, pytest.approx(2**17 * 1e-8 / 2e-5))


def test_measurements_that_differ_in_more_than_one_size_are_no_series():
    mixed = [measured("naive_softmax", V, 1.0, B=B) for V, B in ((256, 1), (512, 2), (1024, 4))]
    assert growths(mixed) == []


def test_memory_that_cannot_be_seen_is_none_and_has_no_exponent():
    unseen = [replace(measured("naive_softmax", V, V * 1e-8), bytes=None) for V in (256, 1024, 4096)]
    [growth] = growths(unseen)
    assert growth.bytes is None
    assert growth.returned.value == pytest.approx(1.0)
