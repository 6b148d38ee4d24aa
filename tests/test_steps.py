"""Several steps: the cases that are drawn for them, and the compiled implementation, also in threads.

That the laws of steps refute what is wrong is replayed from the kill matrix (test_power)."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from gradgate.draws import generated
from gradgate.laws.order import windows_of_pass

pytest.importorskip("numba", reason="not run: numba_steps needs numba, which is not installed")

from gradgate import load

V, d, K = 60, 37, 5


@pytest.fixture(scope="module")
def steps():
    return load("numba_steps").module.steps


def windows(rng, centers, words, B=40):
    """B windows with centres and words out of those given."""
    counts = rng.integers(0, 5, B)
    outsides, negatives = rng.choice(words, counts.sum()), rng.choice(words, (B, K))
    return rng.choice(centers, B), outsides, np.cumsum([0, *counts]), negatives


def matrices(dtype):
    rng = np.random.default_rng(1)
    return [rng.standard_normal((V, d)).astype(dtype) for _ in range(2)]


def test_no_two_windows_of_a_case_touch_the_same_row():
    for index in range(200):
        case = generated("steps", "float64", 0, index)
        for turn in range(3):
            given = windows_of_pass(case, turn).inputs
            parts = np.split(given["outsides"], given["offsets"][1:-1])
            rows = [set(words) | set(drawn) for words, drawn in zip(parts, given["negatives"], strict=True)]
            assert sum(map(len, rows)) == len(set().union(*rows))
            assert len(set(given["centers"])) == len(given["centers"])


def test_some_cases_have_several_windows_and_later_passes_mix_them():
    cases = [generated("steps", "float64", 0, index) for index in range(200)]
    several = [case for case in cases if len(case.inputs["centers"]) > 1]
    assert len(several) > 60
    mixed = [windows_of_pass(case, 1).inputs["negatives"] for case in several]
    assert all((a != case.inputs["negatives"]).any() for a, case in zip(mixed, several, strict=True))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_steps_are_the_steps_of_the_windows_one_by_one(steps, dtype):
    V_c, U = matrices(dtype)
    one_V_c, one_U = V_c.copy(), U.copy()
    centers, outsides, offsets, negatives = windows(np.random.default_rng(0), np.arange(9), np.arange(12))
    steps(V_c, U, centers, outsides, offsets, negatives, 0.1)
    for b, (start, stop) in enumerate(zip(offsets[:-1], offsets[1:], strict=True)):
        words = outsides[start:stop]
        steps(one_V_c, one_U, centers[b : b + 1], words, np.array([0, len(words)]), negatives[b : b + 1], 0.1)
    np.testing.assert_array_equal(V_c, one_V_c)
    np.testing.assert_array_equal(U, one_U)


def test_threads_on_rows_of_their_own_take_the_same_steps(steps):
    """Where threads share rows their steps race; where they do not, the bits are those of one thread."""
    rng, halves = np.random.default_rng(0), np.split(np.arange(V), 2)
    work = [windows(rng, words, words, B=3000) for words in halves]
    alone, raced = matrices("float32"), matrices("float32")
    for given in work:
        steps(*alone, *given, 0.01)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda given: steps(*raced, *given, 0.01), work))
    np.testing.assert_array_equal(alone[0], raced[0])
    np.testing.assert_array_equal(alone[1], raced[1])


@pytest.mark.parametrize("place", range(4))
def test_steps_that_are_refused_move_nothing(steps, place):
    V_c, U = matrices("float64")
    given = [array.copy() for array in windows(np.random.default_rng(0), np.arange(V), np.arange(V))]
    if place == 2:
        given[2][-1] += 1  # a window that ends beyond the words
    else:
        given[place].flat[-1] = V
    with pytest.raises(IndexError):
        steps(V_c, U, *given, 0.1)
    np.testing.assert_array_equal(V_c, matrices("float64")[0])
    np.testing.assert_array_equal(U, matrices("float64")[1])
