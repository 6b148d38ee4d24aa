"""The noise distribution, the conventions for negatives, and the two subsampling rules, by exact values."""

from __future__ import annotations

import numpy as np
import pytest

from gradgate.text import TextError, draw_negatives, draw_noise, keep_probability, noise_cdf

FOURTH_POWERS = np.array([256, 81, 16, 1])  # to the power 3/4: 64, 27, 8, 1, which add up to 100
CDF = np.array([64, 91, 99, 100]) / 100
ULP = 2.0**-52


def assert_is_noise_of_fourth_powers(cdf: np.ndarray) -> None:
    assert cdf.tolist() == CDF.tolist()


def test_noise_is_the_count_to_the_power_three_quarters() -> None:
    assert_is_noise_of_fourth_powers(noise_cdf(FOURTH_POWERS))


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_noise_of_another_power_would_be_caught(power: float) -> None:
    with pytest.raises(AssertionError):
        assert_is_noise_of_fourth_powers(np.cumsum(FOURTH_POWERS**power) / np.sum(FOURTH_POWERS**power))


@pytest.mark.parametrize("counts", [np.array([]), np.zeros(3)])
def test_noise_without_mass_is_refused(counts: np.ndarray) -> None:
    with pytest.raises(TextError, match="has no mass"):
        noise_cdf(counts)


def test_draws_are_the_inverse_cdf_of_the_generators_uniforms() -> None:
    drawn = draw_noise(CDF, (50, 4), np.random.Generator(np.random.Philox(key=7)))
    uniforms = np.random.Generator(np.random.Philox(key=7)).random((50, 4))
    expected = [[next(row for row in range(4) if u < CDF[row]) for u in line] for line in uniforms]
    assert drawn.tolist() == expected
    assert set(drawn.ravel().tolist()) >= {0, 1, 2}


class Scripted:
    """A generator whose uniforms are given, to reach the edges of the CDF."""

    def __init__(self, *uniforms: float) -> None:
        self.left = list(uniforms)

    def random(self, shape: int | tuple[int, ...]) -> np.ndarray:
        size = int(np.prod(shape))
        taken, self.left = self.left[:size], self.left[size:]
        return np.array(taken).reshape(shape)


def test_a_uniform_at_an_edge_belongs_to_the_next_word_and_no_massless_word_is_drawn() -> None:
    cdf = noise_cdf(np.array([0, 256, 0, 256, 0]))
    drawn = draw_noise(cdf, 4, Scripted(0.0, 0.5 - ULP, 0.5, 1 - ULP / 2))  # type: ignore[arg-type]
    assert drawn.tolist() == [1, 1, 3, 3]


@pytest.mark.parametrize(
    ("convention", "expected", "unused"),
    [("keep", [[0, 1, 0], [1, 2, 0]], 4), ("skip", [[1], [2, 0]], 4), ("reject", [[3, 1, 1], [0, 2, 0]], 0)],
)
def test_each_convention_treats_a_negative_that_equals_its_target_in_its_way(
    convention: str, expected: list[list[int]], unused: int
) -> None:
    # targets 0 and 1; after the first six, "reject" draws again for three, and once more where 0 meets 0
    rng = Scripted(0.1, 0.7, 0.2, 0.8, 0.95, 0.3, 0.995, 0.5, 0.6, 0.75)
    drawn = draw_negatives(CDF, np.array([0, 1]), 3, convention, rng)  # type: ignore[arg-type]
    assert [row.tolist() for row in drawn] == expected
    assert len(rng.left) == unused


@pytest.mark.parametrize("convention", ["reject", "keep"])
def test_no_negatives_are_an_empty_array_for_each_target(convention: str) -> None:
    drawn = draw_negatives(CDF, np.array([0, 1]), 0, convention, np.random.default_rng(0))  # type: ignore[arg-type]
    assert [row.shape for row in drawn] == [(0,), (0,)]


@pytest.mark.parametrize("counts", [[9], [0, 9, 0]])
def test_rejecting_the_only_word_ends_with_a_sentence(counts: list[int]) -> None:
    target = np.array([int(np.argmax(counts))])
    with pytest.raises(TextError, match="the only one with mass"):
        draw_negatives(noise_cdf(np.array(counts)), target, 2, "reject", np.random.default_rng(0))
    kept = draw_negatives(noise_cdf(np.array(counts)), target, 2, "keep", np.random.default_rng(0))
    assert kept[0].tolist() == [target[0]] * 2


@pytest.mark.parametrize(("rule", "expected"), [("word2vec", [0.11, 0.75, 1.0, 1.0]), ("cs224n", [0.1, 0.5, 1.0, 1.0])])
def test_subsampling_keeps_with_the_rules_probability(rule: str, expected: list[float]) -> None:
    # f / t is 100, 4, 1 and 0: (10 + 1) / 100 and 1 / 10, (2 + 1) / 4 and 1 / 2, then never dropped
    kept = keep_probability(np.array([100, 4, 1, 0]), rule, 1 / 105)  # type: ignore[arg-type]
    for got, hand in zip(kept, expected, strict=True):
        assert abs(got - hand) <= 4 * ULP * hand, f"{rule}: {got}, by hand {hand}"  # four roundings


def test_the_rules_differ_where_words_are_frequent() -> None:
    counts = np.array([1000, 10, 1])
    word2vec, paper = (keep_probability(counts, rule, 1e-3) for rule in ("word2vec", "cs224n"))  # type: ignore[arg-type]
    assert word2vec[0] > paper[0]


@pytest.mark.parametrize(("rule", "threshold"), [("gensim", None), ("word2vec", 0.0), ("cs224n", float("nan"))])
def test_an_unknown_rule_or_threshold_is_refused(rule: str, threshold: float | None) -> None:
    with pytest.raises(TextError, match="expected one of"):
        keep_probability(np.array([1, 2]), rule, threshold)  # type: ignore[arg-type]
