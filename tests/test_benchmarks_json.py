"""The schema gradgate.bench/1: what the documents say of it is what is written, and what is written can be read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradgate.costs.document import Run, document, read_run
from gradgate.costs.items import Item
from gradgate.costs.limits import Limits, as_json
from gradgate.costs.machine import machine
from gradgate.costs.measuring import Measurement
from gradgate.costs.noise import Certificate, WallNoise
from gradgate.report.document import surroundings

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks-json.md"
OPEN = {
    "versions",
    "skipped",
    "machine.caches",
    "machine.blas",
    "machine.threads",
    "machine.limits.flops_by_dtype",
}  # their keys are names, or said in a sentence
INTERVALS = ("growth.time", "growth.bytes", "growth.returned", "comparisons.wins_from", "comparisons.ratio")
LIMITS = Limits(((2**12, 2e11), (2**20, 1e11), (2**28, 4e10)), {"float32": 2e11, "float64": 1e11})
SAID = {"machine.system", "machine.processor", "machine.cpus"}  # in the line on the machine


@pytest.fixture(scope="module")
def run() -> Run:
    """Two losses at four V, with a real machine and its limits."""
    found = []
    for loss, K in (("naive_softmax", None), ("negative_sampling", 5)):
        for V in (256, 512, 1024, 2048):
            item = Item(loss, V, K)
            seconds = tuple(1e-9 * V * (1 if K is None else 0.1) * (1 + step / 1000) for step in range(21))
            sizes = {"V": V, "d": item.d, "K": K, "B": item.B, "dtype": item.dtype, "device": "cpu"}
            counted = {"rounds": 21, "bytes": V, "rows": V, "returned": V, "verified": True, "load": None}
            counted |= {"least_bytes": 800 * V, "form_bytes": 900 * V, "least_operations": 500 * V}
            counted |= {"cold_seconds": (1e-3,), "device_seconds": (1e-4, 2e-4)}
            found.append(Measurement("one", item.function, loss, seconds=seconds, **sizes, **counted))
    noise = Certificate((1.0, 1.001), 1.2, 1.002, WallNoise(8, 1.03, 1.1, 1.06))
    about = {**machine(), "limits": as_json(LIMITS)}
    versions = surroundings(("numpy", "torch"))["versions"]
    return Run(
        "run",
        3,
        about,
        versions,
        tuple(found),
        {"too slow": 2},
        ("wrong",),
        (1e-8,),
        noise,
        True,
    )


def keys(value: Any, path: str = "") -> set[str]:
    if path in OPEN or path in INTERVALS:
        return set()
    if isinstance(value, list):
        return {key for inner in value for key in keys(inner, path)}
    if not isinstance(value, dict):
        return set()
    paths = {key: f"{path}.{key}".lstrip(".") for key in value}
    return set(paths.values()) | {key for name, inner in value.items() for key in keys(inner, paths[name])}


def test_the_documented_keys_are_those_that_are_written(run: Run) -> None:
    lines = [line.split("|")[1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    documented = {key for cell in lines for key in re.findall(r"`([^`]+)`", cell)}
    assert keys(document(run)) - SAID == documented


def test_an_interval_is_a_value_between_two_ends(run: Run) -> None:
    written = document(run)
    for path in INTERVALS:
        kind, name = path.split(".")
        assert written[kind]
        for found in written[kind]:
            assert set(found[name]) == {"value", "low", "high"}


def test_what_is_written_is_strict_json_and_reads_back_as_it_was(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(document(run), allow_nan=False), encoding="utf-8")
    assert read_run(str(path)) == run


def test_a_run_without_floor_or_certificate_reads_back_too(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    least = replace(run, measurements=(), floor=(), noise=None, complete=False)
    path.write_text(json.dumps(document(least), allow_nan=False), encoding="utf-8")
    assert read_run(str(path)) == least
