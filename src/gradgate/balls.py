"""Numbers with a radius: what an implementation returned, give or take the rounding error that it may have made.

A law is written as a formula on balls; it holds when the two sides' balls meet. Each operation adds its own float64
rounding to the radius, so that the harness never blames an implementation for the harness's arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

U64 = 2.0**-53
TINY = 2.0**-1074


@dataclass(frozen=True, eq=False)
class Ball:
    """All arrays x with |x - mid| <= rad elementwise; mid and rad are float64 of one shape."""

    mid: np.ndarray
    rad: np.ndarray

    def __add__(self, other: Ball | float) -> Ball:
        right = ball(other)
        mid = self.mid + right.mid
        return Ball(mid, _closed(self.rad + right.rad, mid))

    def __sub__(self, other: Ball | float) -> Ball:
        return self + -ball(other)

    def __neg__(self) -> Ball:
        return Ball(-self.mid, self.rad)

    def __mul__(self, other: Ball | np.ndarray | float) -> Ball:
        right = ball(other)
        mid = self.mid * right.mid
        rad = np.abs(self.mid) * right.rad + self.rad * (np.abs(right.mid) + right.rad)
        return Ball(mid, _closed(rad, mid))

    def __truediv__(self, other: Ball | np.ndarray | float) -> Ball:
        """The quotient; the divisor must not hold zero (its radius makes the result's infinite otherwise)."""
        right = ball(other)
        with np.errstate(divide="ignore", invalid="ignore"):
            mid = self.mid / right.mid
            low = np.abs(right.mid) - right.rad
            rad = np.where(low > 0, (self.rad + (np.abs(mid) + TINY) * right.rad) / low, np.inf)
        return Ball(mid, _closed(rad, mid))

    def __matmul__(self, other: Ball | np.ndarray) -> Ball:
        """Matrix product; a sum of n terms adds n roundings, whatever its order."""
        right = ball(other)
        size = np.abs(self.mid) @ np.abs(right.mid)
        rad = np.abs(self.mid) @ right.rad + self.rad @ (np.abs(right.mid) + right.rad)
        terms = self.mid.shape[-1] + 1
        return Ball(self.mid @ right.mid, (rad + terms * U64 * size) * (1 + terms * 4 * U64) + 2 * terms * TINY)

    def __getitem__(self, key: Any) -> Ball:
        return Ball(self.mid[key], self.rad[key])

    def sum(self, axis: int | None = None) -> Ball:
        count = self.mid.size if axis is None else self.mid.shape[axis]
        rad = self.rad.sum(axis) + count * U64 * np.abs(self.mid).sum(axis)
        return Ball(np.asarray(self.mid.sum(axis)), np.asarray(rad * (1 + count * 4 * U64)))

    def expm1(self) -> Ball:
        mid = np.expm1(self.mid)
        return Ball(mid, np.exp(self.mid) * np.expm1(self.rad) * (1 + 16 * U64) + 8 * U64 * np.abs(mid) + TINY)

    def widened(self, rad: np.ndarray | float) -> Ball:
        return Ball(self.mid, self.rad + rad)


def ball(value: Ball | np.ndarray | float) -> Ball:
    """A ball of its own, or a float64 array taken as exact."""
    if isinstance(value, Ball):
        return value
    mid = np.asarray(value, np.float64)
    return Ball(mid, np.zeros_like(mid))


def between(low: np.ndarray | float, high: np.ndarray | float) -> Ball:
    """The ball that covers [low, high]."""
    middle = np.asarray((np.asarray(low, np.float64) + high) / 2)
    return Ball(middle, np.maximum(high - middle, middle - low) * (1 + 4 * U64))


def _closed(rad: np.ndarray, mid: np.ndarray) -> np.ndarray:
    """A radius with the rounding of the operation that gave mid, and of its own evaluation: a few operations."""
    return (rad + U64 * np.abs(mid)) * (1 + 8 * U64) + 4 * TINY
