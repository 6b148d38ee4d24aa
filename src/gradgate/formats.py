"""The floating-point formats that an implementation may store its numbers in, and rounding into them.

A value of a format is carried by a NumPy dtype that holds it exactly: bfloat16 has none of its own in NumPy, so it
travels as float32 values that have only eight significant bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Format:
    """One binary floating-point format.

    roundoff is u = 2^-p for p significant bits (round to nearest); tiny the smallest positive subnormal, smallest the
    smallest positive normal, largest the largest finite number. carrier is the NumPy dtype that holds its values.
    """

    name: str
    roundoff: float
    tiny: float
    smallest: float
    largest: float
    carrier: np.dtype


FLOAT64 = Format("float64", 2.0**-53, 2.0**-1074, 2.0**-1022, float(np.finfo(np.float64).max), np.dtype(np.float64))
FLOAT32 = Format("float32", 2.0**-24, 2.0**-149, 2.0**-126, float(np.finfo(np.float32).max), np.dtype(np.float32))
BFLOAT16 = Format("bfloat16", 2.0**-8, 2.0**-133, 2.0**-126, float.fromhex("0x1.fep127"), np.dtype(np.float32))
FLOAT16 = Format("float16", 2.0**-11, 2.0**-24, 2.0**-14, 65504.0, np.dtype(np.float16))
# What tensor cores round the factors of a float32 matrix product to. Nothing is stored in it.
TF32 = Format("TF32", 2.0**-11, 2.0**-136, 2.0**-126, FLOAT32.largest, np.dtype(np.float32))

FORMATS = {form.name: form for form in (FLOAT64, FLOAT32, BFLOAT16, FLOAT16)}


def round_to(values: np.ndarray, form: Format) -> np.ndarray:
    """The nearest value of the format (ties to even) of each float64 in `values`, in the format's carrier dtype."""
    wide = np.asarray(values, np.float64)
    if form not in (BFLOAT16, TF32):
        with np.errstate(over="ignore", under="ignore"):
            return wide.astype(form.carrier)
    # NumPy has no such dtype, and going through float32 would round twice.
    exponent = np.maximum(np.frexp(wide)[1], -125)  # below the smallest normal, 0.5 * 2^-125, steps are even
    step = 2 * form.roundoff * np.ldexp(0.5, exponent)
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = np.where(np.isfinite(wide), np.rint(wide / step) * step, wide)
        return np.where(np.abs(rounded) > form.largest, np.copysign(np.inf, wide), rounded).astype(form.carrier)


def is_exact(values: np.ndarray, form: Format) -> bool:
    """Whether every float64 in `values` is a value of the format."""
    return bool(np.array_equal(np.asarray(values, np.float64), round_to(values, form).astype(np.float64)))
