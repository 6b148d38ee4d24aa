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

pytest.importorskip("triton", reason="not run: the kernels need triton: pip install 'gradgate[gpu]'")

SAMPLING, SOFTMAX = ("negative_sampling", "negative_sampling_batch"), ("naive_softmax", "naive_softmax_batch")
FILES = {"gpu_sampling": SAMPLING, "gpu_sampling_atomic": SAMPLING, "gpu_softmax": SOFTMAX}
OFFERED = [(name, function) for name, functions in FILES.items() for function in functions]
IN_TORCH = [
    (name, function, dtype)
    for name in ("torch_rows", "torch_autograd")
    for function in (*SAMPLING, *SOFTMAX, "skipgram_batch", "cbow_batch")
    for dtype in ("float32", "bfloat16")
]
DTYPES = ("float32", "bfloat16")
LAWS = [
    BY_NAME[name]
    for name in ("exact_value", "exact_gradient", "promised_form", "no_state", "inputs_unchanged", "bad_index")
]
FEW, SEVERAL_BLOCKS = 60, 1000  # words: a block takes 256 in the interpreter


@contextmanager
def interpreted(spec: str | Path) -> Iterator[Worker]:
    """In a process of its own: Triton reads the variable when it is imported."""
    with Worker(resolve(str(spec)), seed=0, time_limit=120.0, environment={"TRITON_INTERPRET": "1"}) as worker:
        yield worker


def cases(function: str, dtype: str, few: int = 6, many: int = 1) -> Iterator[Case]:
    """The first generated cases with few words, and those that take several blocks."""
    drawn = [generated(function, dtype, seed=0, index=index) for index in range(60)]
    yield from [case for case in drawn if len(case.inputs["U"]) <= FEW][:few]
    yield from [case for case in drawn if len(case.inputs["U"]) >= SEVERAL_BLOCKS][:many]


def planted(folder_: Path, name: str, *changes: tuple[str, str]) -> Path:
    """The shipped file with these texts replaced, each of which stands in it once."""
    source = (folder("impls") / f"{name}.py").read_text(encoding="utf-8")
    for right, wrong in changes:
        assert source.count(right) == 1, right
        source = source.replace(right, wrong)
    path = folder_ / "planted.py"
    path.write_text(source, encoding="utf-8")
    return path


def hold(worker: Worker, function: str) -> None:
    for case in cases(function, "float32", few=40, many=3):
        check_case(worker, case, LAWS)


@pytest.fixture(scope="module", params=FILES)
def shipped(request) -> Iterator[Worker]:
    with interpreted(request.param) as worker:
        yield worker


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("form", [0, 1], ids=["pair", "batch"])
def test_the_kernels_keep_the_exact_laws_in_the_interpreter(shipped, form, dtype):
    function = FILES[shipped.name][form]
    judged = [check_case(shipped, case, LAWS) for case in cases(function, dtype)]
    passed = {judgement.law.name for judgements in judged for judgement in judgements if judgement.status == "passed"}
    assert {"exact_value", "exact_gradient", "no_state"} <= passed


FAULTS = {
    "sign": ("gpu_sampling", "tl.where(n == 0, -slope, slope), 0)", "slope, 0)", "negative_sampling"),
    "repeats counted once": (
        "gpu_sampling",
        "range(end - tl.load(counts + slot), end, N)",
        "range(end - 1, end, N)",
        "negative_sampling_batch",
    ),
    "pairs of repeats left out": ("gpu_sampling", "(counts > 1)", "(counts > 2)", "negative_sampling_batch"),
    "stored, not added": ("gpu_sampling_atomic", "tl.atomic_add(", "tl.store(", "negative_sampling"),
    "maximum not followed": (
        "gpu_softmax",
        "total = total * tl.exp(before - maximum) +",
        "total = total +",
        "naive_softmax_batch",
    ),
    "one-hot forgotten": ("gpu_softmax", "residual - 1, residual)", "residual, residual)", "naive_softmax"),
    "words beyond the last": ("gpu_softmax", "logits, float(\"-inf\"))", "logits, 0.0)", "naive_softmax"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "right", "wrong", "function"), FAULTS.values(), ids=FAULTS)
def test_a_fault_planted_into_a_kernel_is_refuted(tmp_path, name, right, wrong, function):
    changes = [(right, wrong)]
    if "atomic_add" in right:
        changes.append((', mask=tile, sem="relaxed"', ", mask=tile"))
    path = planted(tmp_path, name, *changes)
    with interpreted(path) as worker, pytest.raises(AssertionError, match="refuted; exact_"):
        hold(worker, function)


# What a device does and the interpreter does not: TF32 keeps 10 of the 23 bits of a factor's fraction, and exp(x) is
# exp2 of a rounded product.
IN_TF32 = "logits = tl.dot(((center.to(tl.int32, bitcast=True) + 4096) & -8192).to(tl.float32, bitcast=True), u,"


def test_tf32_inside_a_kernel_is_refuted(tmp_path):
    path = planted(tmp_path, "gpu_softmax", ("logits = tl.dot(center, u,", IN_TF32))
    with interpreted(path) as worker, pytest.raises(AssertionError, match=r"exact_.*TF32 inside"):
        hold(worker, "naive_softmax")


@pytest.mark.parametrize(
    ("name", "exp", "product", "function"),
    [
        ("gpu_softmax", "residual = tl.exp(logits - maximum[:, None])", "logits - maximum[:, None]", "naive_softmax"),
        ("gpu_sampling", "decay = tl.exp(-tl.abs(x))", "-tl.abs(x)", "negative_sampling"),
    ],
)
def test_the_laws_leave_room_for_the_exp_of_a_device(tmp_path, name, exp, product, function):
    left = exp.partition(" = ")[0]
    path = planted(tmp_path, name, (exp, f"{left} = tl.exp2(({product}) * 1.4426950408889634)"))
    with interpreted(path) as worker:
        hold(worker, function)


def test_without_the_interpreter_the_kernels_want_a_device(monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    assert {load(name).particulars.devices for name in FILES} == {("cuda",)}


ON_A_DEVICE = [(*offer, dtype) for offer in OFFERED for dtype in DTYPES] + IN_TORCH


@pytest.mark.parametrize(("name", "function", "dtype"), ON_A_DEVICE)
def test_the_exact_laws_hold_on_a_device(monkeypatch, name, function, dtype):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    implementation = load(name)
    if "cuda" not in implementation.devices_here():
        pytest.skip("not run: no device")
    for index in range(60):
        check_case(InProcess(implementation, "cuda"), generated(function, dtype, seed=0, index=index), LAWS)
