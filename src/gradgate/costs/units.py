"""Numbers for people: three digits and a unit."""

from __future__ import annotations

_SECONDS = ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_BYTES = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "B"))
_RATES = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""))
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def seconds(value: float) -> str:
    return _scaled(value, _SECONDS)


def size(value: float) -> str:
    """Bytes, in powers of 1024, as caches come in them."""
    return _scaled(value, _BYTES)


def rate(value: float) -> str:
    """A rate in powers of 1000, without what it is a rate of: "68 k"."""
    return _scaled(value, _RATES).rstrip()


def times(value: float) -> str:
    """A factor: "1,934", "2.1"."""
    return _digits(value)


def percent(value: float) -> str:
    """A share: "64 %", "0.03 %", "< 0.01 %"."""
    return f"{100 * value:.0f} %" if value >= 0.1 else f"{100 * value:.2g} %" if value >= 1e-4 else "< 0.01 %"


def power(value: float) -> str:
    """A whole number as a power of two where it is one: "2¹⁷"; else its digits."""
    number = int(value)
    if number > 64 and number & (number - 1) == 0:
        return "2" + str(number.bit_length() - 1).translate(_SUPERSCRIPTS)
    return f"{number:,}"


def _scaled(value: float, steps: tuple[tuple[float, str], ...]) -> str:
    scale, unit = next((step for step in steps if value >= step[0]), steps[-1])
    return f"{_digits(value / scale)} {unit}"


def _digits(value: float) -> str:
    places = 0 if abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
    text = f"{value:z,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
