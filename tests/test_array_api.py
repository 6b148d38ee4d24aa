"""The file in the array API standard, on each library that there is here; CuPy, which needs CUDA, is not among them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from gradgate import load
from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess
from gradgate.draws import Sizes, build, generated, generator
from gradgate.laws import BY_NAME
from gradgate.places import folder
from gradgate.suite.check import check_case

pytest.importorskip("array_api_compat", reason="not run: array_api needs array_api_compat")

LAWS = [BY_NAME[name] for name in ("exact_value", "exact_gradient", "promised_form", "inputs_unchanged", "bad_index")]
FUNCTIONS = load("array_api").offers
COMPILED = ("naive_softmax", "negative_sampling", "cbow_batch")  # for JAX: seconds a function


@contextmanager
def on(library: str, spec: str = "array_api") -> Iterator[Implementation]:
    """The file on that library; on JAX in float64 too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARRAY_NAMESPACE", library)
        if library != "jax.numpy":
            yield load(spec)
            return
        import jax

        with jax.enable_x64(True):
            yield load(spec)


def hold(implementation: Implementation, function: str, dtype: str) -> None:
    """One case of each kind of numbers."""
    for index in range(10):
        check_case(InProcess(implementation), generated(function, dtype, seed=0, index=index), LAWS)


def needed(library: str) -> None:
    pytest.importorskip(library.partition(".")[0], reason=f"not run: {library} is not installed")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("library", ["numpy", "torch", "array_api_strict"])
def test_every_function_keeps_the_exact_laws_on_every_library(library, function, dtype):
    needed(library)
    with on(library) as implementation:
        made = implementation.module.asarray(np.zeros(2), dtype, "cpu")
        assert type(made).__module__.partition(".")[0] == library
        hold(implementation, function, dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("function", COMPILED)
def test_the_losses_keep_the_exact_laws_on_jax(function, dtype):
    needed("jax.numpy")
    sizes = Sizes(V=8, d=3, K=3, C=2, B=2)
    with on("jax.numpy") as implementation:
        for kind in ("normal", "huge", "subnormal"):
            case = build(function, dtype, kind, sizes, generator(0, function, 0), 0, 0)
            check_case(InProcess(implementation), case, LAWS[:4])


def test_what_jax_has_is_declared():
    needed("jax.numpy")
    with on("jax.numpy") as implementation:
        assert implementation.particulars.flushes_subnormals
        assert implementation.particulars.dtypes == ("float64", "float32")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARRAY_NAMESPACE", "jax.numpy")
        assert load("array_api").particulars.dtypes == ("float32",)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_array_is_made_on_the_device_of_the_inputs(function):
    """The strict library refuses to compute with arrays of two devices."""
    needed("array_api_strict")
    import array_api_strict

    elsewhere = array_api_strict.Device("device1")
    with on("array_api_strict") as implementation:
        module = implementation.module
        module.asarray = lambda x, dtype, device: array_api_strict.asarray(
            x, dtype=getattr(array_api_strict, dtype), device=elsewhere
        )
        module.asnumpy = lambda x: np.asarray(array_api_strict.to_device(x, array_api_strict.Device("CPU_DEVICE")))
        check_case(InProcess(implementation), generated(function, "float64", seed=0, index=0), LAWS[:2])


def test_a_device_that_the_library_lacks_is_not_declared():
    with on("numpy") as implementation:
        assert implementation.particulars.devices == ("cpu",)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("xp.sum(exps, axis=1, keepdims=True)", "exps.sum(axis=1, keepdims=True)"),
        ("xp.arange(U.shape[0], device=device(U))", "xp.arange(U.shape[0] + 1, device=device(U))[1:]"),
        ("xp.where(y, shifted,", "np.where(y, shifted,"),
    ],
    ids=["a method that the standard lacks", "a word beside it", "NumPy's own function"],
)
def test_a_fault_planted_into_the_file_fails_on_the_strict_library(tmp_path, right, wrong):
    needed("array_api_strict")
    source = (folder("impls") / "array_api.py").read_text(encoding="utf-8")
    assert source.count(right) == 1
    (tmp_path / "planted.py").write_text(source.replace(right, wrong), encoding="utf-8")
    with on("array_api_strict", str(tmp_path / "planted.py")) as implementation, pytest.raises(AssertionError):
        hold(implementation, "naive_softmax", "float64")
