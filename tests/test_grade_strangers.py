"""Grading gives points where the gate finds a right formula, and nowhere else: over every file of strangers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gradgate.grading.grade import grade_submission
from gradgate.grading.graded import GradedSubmission
from gradgate.grading.rubric_files import rubric_for
from gradgate.grading.settings import GradingSettings
from gradgate.isolation import Isolation, Limits

FOLDER = Path(__file__).parent / "strangers"
DUE = tomllib.loads((FOLDER / "verdicts.toml").read_text(encoding="utf-8"))
CASES = 20


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    with Isolation(Limits(cpu_seconds=3.0, wall_seconds=60.0)) as isolation:
        yield isolation


def graded(name: str, isolation: Isolation) -> GradedSubmission:
    data = (FOLDER / f"{name}.py").read_bytes()
    form = "CS224n 2017" if b"CostAndGradient" in data else ""
    return grade_submission(name, data, replace(rubric_for(form), cases=CASES), GradingSettings(), isolation)


@pytest.mark.parametrize("name", DUE)
def test_the_points_are_those_that_the_gates_verdicts_are_worth(name, isolation):
    found = graded(name, isolation)
    verdicts = {part.id: part.verdict for part in found.parts if part.id != "normalize_rows"}
    due = {function: DUE[name].get(function, "not offered" if DUE[name] else "crashed") for function in verdicts}
    assert verdicts == due, [part.message for part in found.parts]
    for part in found.parts:
        right = part.verdict in ("verified", "fragile")
        assert part.points == (part.max_points if right else 0), part
        assert bool(part.cause) == (part.verdict not in ("verified", "not offered") and bool(DUE[name])), part
