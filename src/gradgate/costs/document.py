"""A run of benchmarks as one JSON document, schema "gradgate.bench/1" (docs/benchmarks-json.md), and back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gradgate.costs.fits import Interval
from gradgate.costs.limits import Limits, from_json
from gradgate.costs.measuring import Measurement
from gradgate.costs.noise import Certificate, WallNoise
from gradgate.costs.roofline import share
from gradgate.costs.summary import Comparison, Growth, comparisons, growths
from gradgate.errors import CannotRun
from gradgate.interface import NEGATIVE_SAMPLING

SCHEMA = "gradgate.bench/1"
_KINDS = {  # of the fields of a Measurement, its seconds aside
    **dict.fromkeys(("implementation", "function", "loss", "dtype", "device"), str),
    **dict.fromkeys(("V", "d", "B", "rounds"), int),
    **dict.fromkeys(("K", "bytes", "rows", "returned"), int | None),
    "verified": bool,
    "load": int | float | None,
}
_LATER = {  # keys that the first documents of the schema lack
    **dict.fromkeys(("least_bytes", "form_bytes", "least_operations"), int | None),
    "check": str | None,
    "lifted": bool,
}
_TIMES = ("cold_seconds", "device_seconds")  # they too
_MOST = 2.0**63  # of anything that is counted or timed


@dataclass(frozen=True)
class Run:
    """What a document holds. skipped says why a benchmark was not run, failed what a refuted one did wrong."""

    name: str
    seed: int
    machine: dict[str, Any]
    versions: dict[str, str | None]
    measurements: tuple[Measurement, ...]
    skipped: dict[str, int]
    failed: tuple[str, ...]
    floor: tuple[float, ...]
    noise: Certificate | None
    complete: bool

    @property
    def limits(self) -> Limits | None:
        """What its machine can do at best, where it was measured."""
        return from_json(self.machine.get("limits"))


def document(run: Run, *, fitted: bool = True) -> dict[str, Any]:
    """Everything measured, and, unless the run is still going on, what follows from it."""
    known = run.limits if fitted else None
    return {
        "schema": SCHEMA,
        "seed": run.seed,
        "complete": run.complete,
        "versions": run.versions,
        "machine": run.machine,
        "floor": list(run.floor),
        "noise": None if run.noise is None else asdict(run.noise),
        "skipped": run.skipped,
        "failed": list(run.failed),
        "growth": [_growth(growth) for growth in growths(run.measurements)] if fitted else [],
        "comparisons": [_comparison(found) for found in comparisons(run.measurements)] if fitted else [],
        "benchmarks": [{**asdict(m), "roofline": _share(m, known)} for m in run.measurements],
    }


def read_run(path: str) -> Run:
    """The run that a file holds. Raises CannotRun, with a sentence, for anything else."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotRun(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CannotRun(f"{path} is no JSON, or was cut short: run `gradgate bench --json {path}` again") from error
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        named = f"its schema is {schema!r}" if schema else "it has no schema"
        raise CannotRun(f"{path} is no run of benchmarks: {named}, {SCHEMA!r} is due")
    try:
        return Run(
            name=Path(path).stem,
            seed=found["seed"],
            machine=dict(found["machine"]),
            versions=dict(found["versions"]),
            measurements=tuple(_measurement(item) for item in found["benchmarks"]),
            skipped=dict(found["skipped"]),
            failed=tuple(found["failed"]),
            floor=_positive(found["floor"], "floor"),
            noise=None if found["noise"] is None else _certificate(found["noise"]),
            complete=found["complete"],
        )
    except KeyError as error:
        raise CannotRun(f"{path} says that it is {SCHEMA}, but lacks the key {error}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise CannotRun(f"{path} says that it is {SCHEMA}, but does not keep to it: {error}") from error


def _measurement(item: dict[str, Any]) -> Measurement:
    for name, kind in _KINDS.items():
        value = item[name]
        if not isinstance(value, kind) or (not isinstance(value, str) and not 0 <= (value or 0) < _MOST):
            raise ValueError(f"{name} is {value!r} in a benchmark")
    _positive([item[name] for name in ("V", "d", "B", "rounds")], "V, d, B, rounds")
    if (item["K"] is None) == (item["loss"] == NEGATIVE_SAMPLING):
        raise ValueError(f"K is {item['K']} in a benchmark of {item['loss']}")
    if not item["seconds"]:
        raise ValueError("a benchmark holds no seconds")
    kept = {name: item[name] for name in (*_KINDS, *_LATER) if name in item}
    for name, value in kept.items():
        if name in _LATER and not isinstance(value, _LATER[name]):
            raise ValueError(f"{name} is {value!r} in a benchmark")
    kept |= {name: _positive(item.get(name, []), name) for name in ("seconds", *_TIMES)}
    return Measurement(**kept)


def _certificate(found: dict[str, Any]) -> Certificate:
    _positive([*found["medians"], found["spread"], found["smallest_slowdown"]], "noise")
    wall = found.get("wall")  # the first documents of the schema have none
    if wall is not None:
        _positive(list(wall.values()), "noise.wall")
    return Certificate(
        **{**found, "medians": tuple(found["medians"]), "wall": None if wall is None else WallNoise(**wall)}
    )


def _positive(values: list[Any], name: str) -> tuple[Any, ...]:
    """The values, which must be numbers above 0: a logarithm is taken of them."""
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _MOST:
            raise ValueError(f"{name} holds {value!r}, a number above 0 is due")
    return tuple(values)


def _growth(growth: Growth) -> dict[str, Any]:
    series = growth.series
    return {
        **{
            name: getattr(series, name)
            for name in ("implementation", "function", "loss", "over", "K", "V", "B", "d", "dtype", "device")
        },
        "time": _interval(growth.time),
        "bytes": growth.bytes and _interval(growth.bytes),
        "returned": growth.returned and _interval(growth.returned),
        "local_slopes": [[_rounded(size), _rounded(slope)] for size, slope in growth.slopes],
    }


def _share(measurement: Measurement, known: Limits | None) -> dict[str, Any] | None:
    found = share(measurement, known)
    if found is None:
        return None
    return {name: _rounded(value) if isinstance(value, float) else value for name, value in asdict(found).items()}


def _comparison(found: Comparison) -> dict[str, Any]:
    wins = None if found.wins_from is None else _interval(found.wins_from)
    return {
        "implementation": found.implementation,
        "K": found.K,
        "B": found.B,
        "smallest": found.smallest,
        "wins_from": wins,
        "at": found.at,
        "ratio": _interval(found.ratio),
    }


def _interval(found: Interval) -> dict[str, float]:
    return {name: _rounded(value) for name, value in asdict(found).items()}


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
