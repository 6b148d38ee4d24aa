"""Memory at large sizes: U and one dense gradient, or U alone for a row-sparse one; and what is too much is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradgate.calling.loading import resolve
from gradgate.examining.findings import Cost
from gradgate.examining.subjects import Settings
from gradgate.large.memory import Watch
from gradgate.large.run import run_large
from gradgate.verdicts import VERIFIED

V, d = 200_000, 100
MATRIX = V * d * 4

pytestmark = pytest.mark.skipif(not Watch([]).knows, reason="the system does not say how much a process holds")

HOARDER = """
import numpy as np

COPIES = []


def negative_sampling(center, outside, negatives, U):
    COPIES.append(U.copy())
    rows = np.append(outside, negatives)
    signs = np.append(1.0, -np.ones(len(negatives))).astype(U.dtype)
    z = signs * (U[rows] @ center)
    slopes = -signs / (1 + np.exp(z))
    return np.logaddexp(0, -z).sum(), slopes @ U[rows], (rows, np.outer(slopes, center))
"""


def cost(spec: str, function: str) -> Cost:
    asked = Settings((function,), ("float32",), cases=1, vocabulary=V, dimension=d, time_limit=60.0)
    [subject] = run_large([resolve(spec)], asked, lambda done, total: None)
    [examination] = subject.examinations
    assert examination.verdict == VERIFIED, examination.sentence
    assert examination.cost is not None
    return examination.cost


def test_a_dense_gradient_takes_less_than_three_times_the_matrix():
    assert 2 * MATRIX < cost("numpy_rows", "naive_softmax").peak_bytes < 3 * MATRIX


def test_a_row_sparse_gradient_takes_the_matrix_alone():
    beside = cost("numpy_rows", "negative_sampling").peak_bytes - MATRIX
    assert 0 < beside < MATRIX / 4  # libraries that are loaded on the way: the same at every V


def test_an_implementation_that_keeps_copies_is_seen_to(tmp_path: Path):
    path = tmp_path / "hoarder.py"
    path.write_text(HOARDER, encoding="utf-8")
    assert cost(str(path), "negative_sampling").peak_bytes > 4 * MATRIX
