"""What the JAX file does particular: few programs for all sizes, no state of the process changed; planted faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gradgate import load
from gradgate.calling.inprocess import InProcess
from gradgate.case import Case
from gradgate.draws import Sizes, build, generated, generator
from gradgate.laws import BY_NAME
from gradgate.places import folder
from gradgate.suite.check import check_case

jax = pytest.importorskip("jax", reason="not run: jax_jit needs jax: pip install 'gradgate[jax]'")

LAWS = [BY_NAME[name] for name in ("exact_value", "exact_gradient", "update_of_rate_0")]


def small_cases(function: str, count: int = 8) -> Iterator[Case]:
    """The first generated cases whose matrices one program holds."""
    found = (generated(function, "float64", seed=0, index=index) for index in range(100))
    small = [case for case in found if 1 < len(case.inputs["U"]) <= 64 and case.inputs["U"].shape[1] <= 64]
    yield from small[:count]


def hold(spec: str, function: str) -> None:
    subject = InProcess(load(spec))
    for case in small_cases(function):
        check_case(subject, case, LAWS)


@pytest.mark.parametrize(
    ("right", "wrong", "function"),
    [
        ("jnp.arange(len(U)) < V, logits", "jnp.arange(len(U)) <= V, logits", "naive_softmax"),
        ("signs != 0, jax", "signs < 2, jax", "negative_sampling"),
        ('mode="fill", fill_value=0).sum', 'mode="clip").sum', "skipgram_batch"),
        ("(True):\n        return", "(False):\n        return", "naive_softmax"),
        ("add(-rate * values, mode", "set(-rate * values, mode", "step"),
    ],
    ids=["a word too many", "negatives that are not there", "words that are not there", "float32", "set for added"],
)
def test_a_fault_planted_into_the_file_is_refuted(tmp_path: Path, right: str, wrong: str, function: str):
    source = (folder("impls") / "jax_jit.py").read_text(encoding="utf-8")
    assert source.count(right) == 1
    (tmp_path / "planted.py").write_text(source.replace(right, wrong), encoding="utf-8")
    hold("jax_jit", function)
    with pytest.raises(AssertionError, match="; exact_"):
        hold(str(tmp_path / "planted.py"), function)


def sampling(V: int, d: int, K: int) -> Case:
    return build("negative_sampling", "float32", "normal", Sizes(V, d, K, 1, 1), generator(0, "jax", V), 0, V)


def test_sizes_near_each_other_share_their_programs(monkeypatch):
    subject, compiled = InProcess(load("jax_jit")), []
    check_case(subject, sampling(40, 10, 3), LAWS[:2])
    monkeypatch.setattr(jax._src.compiler, "backend_compile_and_load", lambda *given, **more: compiled.append(given))
    check_case(subject, sampling(50, 17, 9), LAWS[:2])
    assert not compiled


def test_the_precision_of_the_process_stays_as_it_was():
    before = jax.config.jax_enable_x64  # another file may have chosen for itself
    hold("jax_jit", "naive_softmax")
    assert jax.config.jax_enable_x64 == before
    with jax.enable_x64(False):
        hold("jax_jit", "naive_softmax")
        assert not jax.config.jax_enable_x64


def test_negative_sampling_computes_nothing_as_large_as_the_vocabulary():
    module = load("jax_jit").module
    U, center = (module.asarray(np.ones(shape, np.float32), "float32", "cpu") for shape in ((100_000, 2), 2))
    loss, grad_center, (rows, values) = module.negative_sampling(center, 5, np.array([3, 3]), U)
    assert rows.tolist() == [5, 3, 3]
    assert values.values.size <= 16 * 64


@pytest.mark.parametrize("function", ["naive_softmax_batch", "negative_sampling_batch", "cbow"])
def test_the_file_keeps_the_exact_laws_on_a_device(function):
    implementation = load("jax_jit")
    if "cuda" not in implementation.devices_here():
        pytest.skip("not run: no device that JAX can use")
    for case in small_cases(function):
        check_case(InProcess(implementation, "cuda"), case, LAWS)
