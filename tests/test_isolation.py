"""The isolated implementation: a cell answers as a worker does, and what it says is bounded, cut and not believed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from gradgate.calling.calls import Call, Outcome
from gradgate.case import Case
from gradgate.errors import Broken
from gradgate.isolation import Isolation, Limits, Submission

SIGMOID = b"import numpy as np\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-x))\n"


@pytest.fixture(scope="module")
def isolation() -> Iterator[Isolation]:
    with Isolation(Limits(cpu_seconds=5, wall_seconds=10)) as opened:
        yield opened


def calls(count: int = 3) -> list[Call]:
    return [Call(str(i), Case("sigmoid", "float64", {"x": np.arange(3.0) + i}, "test", 0, i)) for i in range(count)]


def performed(isolation: Isolation, source: bytes, **more: object) -> list[Outcome]:
    with isolation.cell(Submission("word2vec.py", source), **more) as cell:  # type: ignore[arg-type]
        return cell.perform(calls())


def test_a_cell_gives_what_the_file_returns(isolation: Isolation) -> None:
    for call, outcome in zip(calls(), performed(isolation, SIGMOID), strict=True):
        assert outcome.fault == ""
        np.testing.assert_array_equal(outcome.results["sigmoid"].values, 1 / (1 + np.exp(-call.case.inputs["x"])))


def test_a_file_that_raises_when_it_is_imported_is_broken(isolation: Isolation) -> None:
    with pytest.raises(Broken, match=r"word2vec\.py raises ZeroDivisionError"):
        performed(isolation, b"1 / 0\n")
