"""Two runs of benchmarks, one against the other: which medians moved, and which of that both runs could have seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradgate.costs.document import Run
from gradgate.costs.fits import Interval, ratio
from gradgate.costs.measuring import Measurement

_KEY = "implementation function loss V d K B dtype device".split()


@dataclass(frozen=True)
class Change:
    """One benchmark in both runs. ratio: its new median over its old one; beyond: whether all of the 95 % interval
    exceeds what both certificates call noise; None where one of the runs has no certificate."""

    measurement: Measurement
    ratio: Interval
    beyond: bool | None


def changes(old: Run, new: Run) -> list[Change]:
    """Every benchmark that both runs hold, the slowest against before first."""
    before, noise = _by_key(old), noise_of(old, new)
    found = []
    for key, measurement in _by_key(new).items():
        if key in before:
            V = measurement.V
            moved = ratio({V: measurement.seconds}, {V: before[key].seconds}, V)
            beyond = None if noise is None else moved.low > noise or moved.high < 1 / noise
            found.append(Change(measurement, moved, beyond))
    return sorted(found, key=lambda change: -change.ratio.value)


def noise_of(old: Run, new: Run) -> float | None:
    """The factor that the worse of the two certificates could have seen, in CPU time and, where the runs say so, in
    wall time; None where a certificate is missing."""
    if old.noise is None or new.noise is None:
        return None
    found = [noise.smallest_slowdown for noise in (old.noise, new.noise)]
    return max(found + [noise.wall.smallest_slowdown for noise in (old.noise, new.noise) if noise.wall])


def only_in(run: Run, other: Run) -> list[str]:
    """The names of the benchmarks of the run that the other one lacks."""
    return [name_of(m) for key, m in _by_key(run).items() if key not in _by_key(other)]


def differing_conditions(old: Run, new: Run) -> Iterator[str]:
    """A sentence for each part of the machine and each library that is not the same in both."""
    for kind in ("machine", "versions"):
        first, second = getattr(old, kind), getattr(new, kind)
        for name in sorted(first.keys() | second.keys()):
            if name != "limits" and first.get(name) != second.get(name):  # limits are measured: never twice the same
                yield f"{name}: {_told(first.get(name))} before, {_told(second.get(name))} now"


def name_of(measurement: Measurement) -> str:
    """A benchmark in a line: the implementation, the function and the sizes."""
    m = measurement
    sizes = [f"V={m.V}", *([f"K={m.K}"] if m.K is not None else []), f"B={m.B}", f"d={m.d}", m.dtype]
    loss = [] if m.function.startswith(m.loss) else [m.loss]
    return " ".join([m.implementation, m.called, *loss, *sizes, *([m.device] if m.device != "cpu" else [])])


def _by_key(run: Run) -> dict[tuple[object, ...], Measurement]:
    return {tuple(getattr(m, name) for name in _KEY): m for m in run.measurements}


def _told(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_told(inner)}" for name, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_told, value))
    return "none" if value is None else str(value)
