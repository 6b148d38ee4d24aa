"""The noise distribution of negative sampling, and the three conventions for a negative that equals its target."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from gradgate.text.errors import TextError

Convention = Literal["reject", "skip", "keep"]
CONVENTIONS: tuple[str, ...] = get_args(Convention)


def noise_cdf(counts: np.ndarray) -> np.ndarray:
    """Cumulative noise distribution (V,): the word counts (V,) to the power 3/4, normalised; its last entry is 1.

    Source: Mikolov et al. 2013, "Distributed representations of words and phrases", section 2.2.
    Raises TextError when no word has a positive count.
    """
    root = np.sqrt(np.asarray(counts, np.float64))
    # two square roots: they round correctly on every machine, which a power function need not, and draws must repeat
    cumulative = np.cumsum(root * np.sqrt(root))
    if not (cumulative.size and cumulative[-1] > 0):
        raise TextError(f"the noise distribution of {cumulative.size} words has no mass; expected a positive count")
    cdf: np.ndarray = cumulative / cumulative[-1]
    return cdf


def draw_noise(cdf: np.ndarray, shape: int | tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Rows drawn from the noise distribution, int64, by inverse CDF: one uniform of [0, 1) each, in row-major order."""
    # side="right": the smallest row with cdf > uniform, so that a word without mass is never drawn
    return np.searchsorted(cdf, rng.random(shape), side="right").astype(np.int64)


def draw_negatives(
    cdf: np.ndarray, targets: np.ndarray, K: int, convention: Convention, rng: np.random.Generator
) -> tuple[np.ndarray, ...]:
    """For each of the targets (T,) its negatives, int64 (K,), repeats allowed. What a negative equal to its target
    means is the convention:

    "reject"  it is drawn again until it differs (the CS224n assignment, `getNegativeSamples`);
    "skip"    it is dropped, so that fewer than K may come back (word2vec.c, `if (target == word) continue`);
    "keep"    it stays, and its row gets both gradients.
    Raises TextError for another convention, K < 0, or "reject" where no word but the target can be drawn.
    """
    if convention not in CONVENTIONS or K < 0:
        raise TextError(f"negatives got convention={convention!r}, K={K}; expected K >= 0 and one of {CONVENTIONS}")
    wanted = np.asarray(targets, np.int64)[:, None]
    drawn = draw_noise(cdf, (len(wanted), K), rng)
    if convention == "skip":
        return tuple(row[row != target] for row, target in zip(drawn, wanted, strict=True))
    if convention == "reject":
        _redraw(cdf, wanted, drawn, rng)
    return tuple(drawn)


def _redraw(cdf: np.ndarray, wanted: np.ndarray, drawn: np.ndarray, rng: np.random.Generator) -> None:
    """Draw again, in place, each of `drawn` (T, K) that equals its row of `wanted` (T, 1)."""
    equal = drawn == wanted
    if equal.any():
        for target in np.unique(wanted):
            _require_another(cdf, int(target))
    while equal.any():
        drawn[equal] = draw_noise(cdf, int(equal.sum()), rng)
        equal = drawn == wanted


def _require_another(cdf: np.ndarray, target: int) -> None:
    below = cdf[target - 1] if target else 0.0
    if below == 0 and cdf[target] == 1:
        raise TextError(f'word {target} is the only one with mass, so "reject" would never end; use "skip" or "keep"')
