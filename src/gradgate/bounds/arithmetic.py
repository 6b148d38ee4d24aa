"""The arithmetic that a bound grants an implementation: its formats, the order of its sums, and the routes of a tier.

Errors are kept as logarithms: a result that passes n roundings of relative size u lies within a factor
exp(+-n l(u)) of the truth, l(u) = -log(1 - u), so that expm1(n l(u)) bounds the relative error with no small print.

Glossary, the symbols of docs/bounds.md against the names used here:

    u_s, u_a    storage.roundoff, accumulation.roundoff
    l(u_s)      store_rounding         one result rounded to storage
    l(u_a)      sum_rounding           one addition (or product) inside a sum
    kappa       KAPPA                  relative error of exp, log, log1p in units of u: 8, that is 4 ulp
    h           extra_store            a stored intermediate where storage is narrower than accumulation, else 0
    l_e         function_rounding      one exp, log or log1p, with its store
    k_e         function_error         the same as a relative error, not a logarithm
    eta, lambda storage.tiny, storage.smallest    smallest subnormal, smallest normal
    f           underflow              absolute error of a product that underflows
    f_e         function_underflow     absolute error of an exp that underflows
    N(n)        depth(n)               roundings that one of n summands passes at most"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from gradgate.formats import FLOAT32, Format

STRICT, DEFAULT, FRAGILE = "strict", "default", "fragile"
TIERS = (STRICT, DEFAULT, FRAGILE)

# 4 ulp = 8 u. The worst that was measured is 4.37 u (NumPy's float32 log).
KAPPA = 8.0

Summation = Literal["any", "blocked", "pairwise"]

_DEPTHS: dict[str, Callable[[int], int]] = {
    "any": lambda n: n,
    # blocks of about sqrt(n): one sum inside a block, one over the blocks
    "blocked": lambda n: min(n, 2 * math.ceil(math.sqrt(n))),
    # NumPy: leaves of 128 numbers go through 8 accumulators (16 + 3 additions), then a binary tree; 24 leaves room
    "pairwise": lambda n: min(n, math.ceil(math.log2(max(n, 1))) + 24),
}


def log_rounding(u: float) -> float:
    """l(u) = -log(1 - u): the largest |log| of a factor 1 + e or 1 / (1 + e) with |e| <= u."""
    return -math.log1p(-u)


@dataclass(frozen=True)
class Arithmetic:
    """How an implementation computes: the format it stores, the one it sums in (the same unless given), how it sums."""

    storage: Format
    accumulation: Format = None  # type: ignore[assignment]  # __post_init__ fills it in: always a Format for readers
    flushes_subnormals: bool = False
    summation: Summation = "any"
    factors: Format | None = None  # what matrix products round their factors to, as TF32 does; None: nothing

    def __post_init__(self) -> None:
        if self.accumulation is None:
            object.__setattr__(self, "accumulation", self.storage)
        if self.accumulation.roundoff > self.storage.roundoff:
            raise ValueError(f"{self.accumulation.name} is narrower than the storage, {self.storage.name}")
        if self.summation not in _DEPTHS:
            raise ValueError(f"summation {self.summation!r} is none of {', '.join(_DEPTHS)}")

    def depth(self, n: int) -> int:
        """Roundings that a summand (with the product that makes it) passes at most in a sum of n terms."""
        return _DEPTHS[self.summation](n)

    @cached_property
    def mixed(self) -> bool:
        """Whether sums are wider than what is stored."""
        return self.accumulation.roundoff < self.storage.roundoff

    @cached_property
    def store_rounding(self) -> float:
        return log_rounding(self.storage.roundoff)

    @cached_property
    def sum_rounding(self) -> float:
        return log_rounding(self.accumulation.roundoff)

    @cached_property
    def factor_rounding(self) -> float:
        """Both factors of a product in a narrower format."""
        return 2 * log_rounding(self.factors.roundoff) if self.factors else 0.0

    @cached_property
    def extra_store(self) -> float:
        return self.store_rounding if self.mixed else 0.0

    @cached_property
    def _function_roundoff(self) -> float:
        """exp and log run in the storage format, except 16-bit ones, for which libraries compute in float32."""
        wide_enough = self.storage.roundoff <= FLOAT32.roundoff
        return self.storage.roundoff if wide_enough else self.accumulation.roundoff

    @cached_property
    def function_rounding(self) -> float:
        return log_rounding(KAPPA * self._function_roundoff) + self.extra_store

    @cached_property
    def function_error(self) -> float:
        return KAPPA * self._function_roundoff + (self.storage.roundoff if self.mixed else 0.0)

    @cached_property
    def underflow(self) -> float:
        return 2 * self.storage.smallest if self.flushes_subnormals else self.storage.tiny

    @cached_property
    def function_underflow(self) -> float:
        return 2 * self.storage.smallest if self.flushes_subnormals else KAPPA * self.storage.tiny

    def loop_rounding(self, tier: str) -> float:
        """One addition of a sum over targets, negatives or contexts: a loop in Python stores every partial sum."""
        return self.sum_rounding if tier == STRICT else self.store_rounding
