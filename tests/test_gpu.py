"""The Triton kernels: on a device where there is one, and in Triton's interpreter on any machine that has Triton."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gradgate import load
from gradgate.calling.host import Worker
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import resolve
from gradgate.case import Case
from gradgate.draws import generated
from gradgate.laws import BY_NAME
from gradgate.places import folder
from gradgate.suite.check import check_case

triton = pytest.importorskip("triton", reason="not run: gpu_triton needs triton: pip install 'gradgate[gpu]'")

FUNCTIONS = ("naive_softmax", "negative_sampling", "naive_softmax_batch", "negative_sampling_batch")
DTYPES = ("float32", "bfloat16")
LAWS = [BY_NAME[name] for name in ("exact_value", "exact_gradient", "promised_form", "inputs_unchanged", "bad_index")]
READABLE = 120  # words: several tiles, and still seconds in the interpreter


@contextmanager
def interpreted(spec: str) -> Iterator[Worker]:
    """In a process of its own: Triton reads the variable when it is imported."""
    with Worker(resolve(spec), seed=0, time_limit=120.0, environment={"TRITON_INTERPRET": "1"}) as worker:
        yield worker


def small_cases(function: str, dtype: str, count: int = 8) -> Iterator[Case]:
    """The first generated cases with few words."""
    found = (generated(function, dtype, seed=0, index=index) for index in range(200))
    small = [case for case in found if len(case.inputs["U"]) <= READABLE]
    yield from small[:count]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_kernels_keep_the_exact_laws_in_the_interpreter(function, dtype):
    with interpreted("gpu_triton") as worker:
        judged = [check_case(worker, case, LAWS) for case in small_cases(function, dtype)]
    passed = {judgement.law.name for judgements in judged for judgement in judgements if judgement.status == "passed"}
    assert {"exact_value", "exact_gradient"} <= passed


def hold(worker: Worker, function: str) -> None:
    for case in small_cases(function, "float32", 40):
        check_case(worker, case, LAWS)


@pytest.mark.parametrize(
    ("right", "wrong", "function"),
    [
        ("slope = tl.where(n == 0, -slope, slope)", "slope = slope", "negative_sampling"),
        (
            "for n in range(tl.load(starts + row), tl.load(starts + row + 1)):",
            "for n in range(tl.load(starts + row), tl.load(starts + row) + 1):",
            "negative_sampling_batch",
        ),
        ("total = total * tl.exp(before - maximum) +", "total = total +", "naive_softmax_batch"),
        ("residual - 1, residual)", "residual, residual)", "naive_softmax"),
    ],
    ids=["sign", "repeats counted once", "maximum not followed", "one-hot forgotten"],
)
def test_a_fault_planted_into_a_kernel_is_refuted(tmp_path: Path, right: str, wrong: str, function: str):
    source = (folder("impls") / "gpu_triton.py").read_text(encoding="utf-8")
    assert source.count(right) == 1
    (tmp_path / "planted.py").write_text(source.replace(right, wrong), encoding="utf-8")
    with (
        interpreted(str(tmp_path / "planted.py")) as worker,
        pytest.raises(AssertionError, match="refuted; exact_"),
    ):
        hold(worker, function)


def test_without_the_interpreter_the_kernels_want_a_device(monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    assert load("gpu_triton").particulars.devices == ("cuda",)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_kernels_keep_the_exact_laws_on_a_device(monkeypatch, function, dtype):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    implementation = load("gpu_triton")
    if "cuda" not in implementation.devices_here():
        pytest.skip("not run: no device")
    for index in range(60):
        check_case(InProcess(implementation, "cuda"), generated(function, dtype, seed=0, index=index), LAWS)
