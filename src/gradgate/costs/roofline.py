"""Each call as a share of what the machine allows: the roofline of Williams, Waterman and Patterson 2009.

A call takes at least as long as its bytes at the rate of a copy, and as its operations at the rate of a matrix product:
the longer of the two is its limit, and the limit over its time is its share. Hot, the rate of copying is that of as
much data as the call moves, which may stay in a cache; cold, it is that of memory. Rates are the best of several tries,
and so are the times here: the fastest round, and not the median."""

from __future__ import annotations

from dataclasses import dataclass

from gradgate.costs.limits import Limits
from gradgate.costs.measuring import Measurement

MEMORY, ARITHMETIC = "memory", "arithmetic"


@dataclass(frozen=True)
class Share:
    """bound: whether memory or arithmetic sets the limit, in seconds. task is the share of what anybody must do, form
    that of what must be done to return the gradient in this implementation's form; None where that was not seen. cold:
    the task's share with caches that were emptied before the call; None where it was not so timed."""

    seconds: float
    limit: float
    bound: str
    task: float
    form: float | None
    cold: float | None


def share(measurement: Measurement, limits: Limits | None) -> Share | None:
    """None where the limits are not known for its dtype, or what it needs was not counted."""
    m = measurement
    if limits is None or m.least_bytes is None or m.least_operations is None:
        return None
    due = limits.seconds(m.least_bytes, m.least_operations, m.dtype)
    in_form = limits.seconds(m.form_bytes or 0, m.least_operations, m.dtype)
    from_memory = limits.seconds(m.least_bytes, m.least_operations, m.dtype, cold=True)
    if due is None or in_form is None or from_memory is None:
        return None
    seconds = fastest(m)
    return Share(
        seconds,
        max(due),
        MEMORY if due[0] >= due[1] else ARITHMETIC,
        max(due) / seconds,
        max(in_form) / seconds if m.form_bytes else None,
        max(from_memory) / min(m.cold_seconds) if m.cold_seconds else None,
    )


def fastest(measurement: Measurement) -> float:
    """Seconds of the fastest round: by the device's events where it has some."""
    return min(measurement.device_seconds or measurement.seconds)
