"""The shipped implementations, without the harness: known values, agreement with longdouble, the contract's edges."""

import functools
import importlib.util
import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

IMPLS = Path(__file__).parents[1] / "impls"
TORCH = ("torch_autograd", "torch_rows")
NUMBA = ("numba_fused", "numba_windows")
NAMES = ("pure_python", "numpy_dense", "numpy_rows", "array_api", "jax_jit", *NUMBA, *TORCH, "torch_ranks")
ON_DEVICES = (*TORCH, "torch_ranks")
NEEDS = {
    "array_api": "array_api_compat",
    "jax_jit": "jax",
    "numba_fused": "numba",
    "numba_windows": "numba",
    "torch_autograd": "torch",
    "torch_rows": "torch",
    "torch_ranks": "torch",
}
ROUNDOFF = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}
PARAMETERS = {
    "naive_softmax": "center outside U",
    "negative_sampling": "center outside negatives U",
    "hierarchical_softmax": "center path signs U",
    "skipgram": "center outsides V_c U loss negatives",
    "cbow": "context target V_c U loss negatives reduce",
    "naive_softmax_batch": "centers outsides U",
    "negative_sampling_batch": "centers outsides negatives U",
    "skipgram_batch": "centers outsides offsets V_c U loss negatives",
    "cbow_batch": "contexts offsets targets V_c U loss negatives reduce",
}


@functools.cache
def load(name):
    if needed := NEEDS.get(name):
        pytest.importorskip(needed, reason=f"not run: {name} needs {needed}, which is not installed")
    spec = importlib.util.spec_from_file_location(name, IMPLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Tensors this small take five times as long when threads wait for each other."""
    if importlib.util.find_spec("torch") is None:
        yield
        return
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(params=NAMES)
def impl(request):
    return load(request.param)


def call(impl, function, given, dtype="float64", device="cpu"):
    """The results as NumPy arrays, row-sparse gradients added up into dense ones."""
    results = getattr(impl, function)(*convert(impl, given.values(), dtype, device))
    return [densify(impl, result, len(given["U"])) for result in results]


def convert(impl, values, dtype="float64", device="cpu"):
    asarray = getattr(impl, "asarray", lambda array, dtype, device: array)
    dtypes = {"f": dtype, "i": "int64"}
    return [asarray(v, dtypes[v.dtype.kind], device) if isinstance(v, np.ndarray) else v for v in values]


def densify(impl, result, V):
    asnumpy = getattr(impl, "asnumpy", np.asarray)
    if not isinstance(result, tuple):
        return asnumpy(result)
    rows, values = map(asnumpy, result)
    dense = np.zeros((V, values.shape[1]), values.dtype)
    np.add.at(dense, rows, values)
    return dense


def every_case(carrier=np.float64, scale=1.0, V=7, d=3, K=4):
    """(function, inputs by name) of every function, with repeats, empty windows, no negatives and empty batches.

    The numbers have so few digits that every 16-bit format holds them.
    """
    rng = np.random.default_rng(7)
    offsets, B, N = np.array([0, 0, 2, 2, 5, 9, 9]), 6, 9

    def reals(*shape):
        return (np.rint(rng.normal(size=shape) * 32) / 32 * scale).clip(-4 * scale, 4 * scale).astype(carrier)

    def ints(*shape):
        return rng.integers(0, V, shape)

    def case(function, *inputs):
        return function, dict(zip(PARAMETERS[function].split(), inputs, strict=True))

    U, V_c, one = reals(V, d), reals(V, d), min(1, V - 1)
    yield case("naive_softmax", reals(d), one, U)
    yield case("naive_softmax_batch", reals(B, d), ints(B), U)
    yield case("naive_softmax_batch", reals(0, d), ints(0), U)
    for negatives in (ints(K), np.full(K, one), ints(0)):
        yield case("negative_sampling", reals(d), one, negatives, U)
    for path in (ints(K), np.full(K, one), ints(0)):
        yield case("hierarchical_softmax", reals(d), path, rng.choice([-1, 1], len(path)), U)
    for negatives in (ints(B, K), ints(K), ints(B, 0), ints(0)):
        yield case("negative_sampling_batch", reals(B, d), ints(B), negatives, U)
    yield case("negative_sampling_batch", reals(0, d), ints(0), ints(0, K), U)
    for loss, draw in (("naive_softmax", lambda *shape: None), ("negative_sampling", ints)):
        yield case("skipgram", one, np.array([0, one, 0]), V_c, U, loss, draw(3, K))
        yield case("skipgram", one, ints(0), V_c, U, loss, draw(0, K))
        yield case("skipgram_batch", ints(B), ints(N), offsets, V_c, U, loss, draw(N, K))
        yield case("skipgram_batch", ints(B), ints(0), 0 * offsets, V_c, U, loss, draw(0, K))
        for reduce in ("sum", "mean"):
            yield case("cbow", np.array([0, one, 0]), one, V_c, U, loss, draw(K), reduce)
            yield case("cbow", ints(0), one, V_c, U, loss, draw(K), reduce)
            yield case("cbow_batch", ints(N), offsets, ints(B), V_c, U, loss, draw(B, K), reduce)
            yield case("cbow_batch", ints(0), offsets[:1], ints(0), V_c, U, loss, draw(0, K), reduce)


def draw_cases(impl, *carrier, **sizes):
    """every_case of the functions that the file defines."""
    return [(function, given) for function, given in every_case(*carrier, **sizes) if hasattr(impl, function)]


def require(impl, *functions):
    if lacking := [function for function in functions if not hasattr(impl, function)]:
        pytest.skip(f"not offered: {impl.__name__} has no {', '.join(lacking)}")


def flushes(impl):
    return getattr(impl, "FLUSHES_SUBNORMALS", False)


def windows_of(function, given):
    """What each window predicts from what: [(rows of V_c or of centers, divisor, [(outside, negatives or None)])]."""
    kind, batch = function.removesuffix("_batch"), function.endswith("_batch")
    negatives = given.get("negatives")
    if kind in ("naive_softmax", "negative_sampling"):
        outsides = given["outsides"] if batch else [given["outside"]]
        if negatives is None:
            return [([b], 1, [(outside, None)]) for b, outside in enumerate(outsides)]
        each = np.broadcast_to(negatives, (len(outsides), negatives.shape[-1]))
        return [([b], 1, [(outside, each[b])]) for b, outside in enumerate(outsides)]
    flat = given["outsides" if kind == "skipgram" else "contexts" if batch else "context"]
    offsets = given["offsets"] if batch else [0, len(flat)]
    spans = [range(start, end) for start, end in zip(offsets[:-1], offsets[1:], strict=True)]
    if kind == "skipgram":
        centers = given["centers"] if batch else [given["center"]]
        each = [None] * len(flat) if negatives is None else negatives
        return [([centers[b]], 1, [(flat[n], each[n]) for n in span]) for b, span in enumerate(spans)]
    targets = given["targets"] if batch else [given["target"]]
    each = [None] * len(targets) if negatives is None else negatives if batch else [negatives]
    mean = given["reduce"] == "mean"
    return [
        (flat[span], len(span) if mean else 1, [(targets[b], each[b])]) if span else ([], 1, [])
        for b, span in enumerate(spans)
    ]


def exact_path(center, path, signs, U):
    margins = signs * (U[path] @ center)
    slopes, grad_U = -signs / (1 + np.exp(margins)), np.zeros_like(U)
    np.add.at(grad_U, path, np.outer(slopes, center))
    return np.logaddexp(0, -margins).sum(), slopes @ U[path], grad_U


@np.errstate(over="ignore")
def exact(function, given):
    """Losses and gradients in longdouble, straight from the definitions."""
    if function == "hierarchical_softmax":
        return exact_path(*(np.longdouble(given[n]) if n in ("center", "U") else given[n] for n in given))
    U = given["U"].astype(np.longdouble)
    vectors = given.get("V_c", given.get("centers", given.get("center")))
    if function.startswith(("naive", "negative")):
        vectors = np.atleast_2d(vectors)
    vectors = vectors.astype(np.longdouble)
    losses, grad_vectors, grad_U = [], np.zeros_like(vectors), np.zeros_like(U)
    for rows, divisor, targets in windows_of(function, given):
        hidden, loss = vectors[rows].sum(axis=0) / divisor, np.longdouble(0)
        for outside, negatives in targets:
            logits, slopes = U @ hidden, np.zeros(len(U), np.longdouble)
            if negatives is None:
                loss += np.logaddexp.reduce(logits) - logits[outside]
                slopes += np.exp(logits - np.logaddexp.reduce(logits))
                slopes[outside] -= 1
            else:
                loss += np.logaddexp(0, -logits[outside]) + sum(np.logaddexp(0, logits[k]) for k in negatives)
                slopes[outside] -= 1 / (1 + np.exp(logits[outside]))
                np.add.at(slopes, negatives, 1 / (1 + np.exp(-logits[negatives])))
            grad_U += np.outer(slopes, hidden)
            for row in rows:
                grad_vectors[row] += slopes @ U / divisor
        losses.append(loss)
    if function.endswith("_batch"):
        return np.array(losses), grad_vectors, grad_U
    return losses[0], grad_vectors if "V_c" in given else grad_vectors[0], grad_U


def assert_close(results, expected, roundoff, scale, label):
    """Each result is a sum of fewer than 64 terms no larger than `scale`, from logits that err by a few roundings."""
    for quantity, (result, truth) in enumerate(zip(results, expected, strict=True)):
        empty = result.size == np.size(truth) == 0  # a list cannot say (0, d)
        assert empty or result.shape == np.shape(truth), (label, quantity, result.shape)
        if empty:
            continue
        error = np.max(np.abs(result.astype(np.longdouble) - truth))
        assert error <= 64 * roundoff * scale, f"{label}: result {quantity} is off by {error}"


def a_step(loss, dtype="float64"):
    """A window in which a word repeats and is among its negatives, as the step takes it."""
    rng = np.random.default_rng(3)
    V_c, U = (np.rint(rng.normal(size=(7, 3)) * 32).astype(dtype) / 32 for _ in range(2))
    negatives = np.array([[2, 2, 4], [5, 0, 2], [1, 1, 6]]) if loss == "negative_sampling" else None
    return dict(zip(STEP, (V_c, U, 4, np.array([2, 5, 2]), loss, negatives, 0.25), strict=True))


STEP = "V_c U center outsides loss negatives rate".split()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("loss", ["naive_softmax", "negative_sampling"])
def test_a_step_goes_along_the_gradient_at_the_old_vectors(impl, loss, dtype):
    require(impl, "step")
    if dtype not in impl.DTYPES:
        pytest.skip(f"not offered: no {dtype}")
    given = a_step(loss, dtype)
    _, *gradients = exact("skipgram", {name: given[name] for name in PARAMETERS["skipgram"].split()})
    due = [given[name] - 0.25 * gradient for name, gradient in zip(("V_c", "U"), gradients, strict=True)]
    arguments = convert(impl, given.values(), dtype)  # NumPy files write to these very arrays
    results = [densify(impl, result, 7) for result in impl.step(*arguments)]
    assert_close(results, due, ROUNDOFF[dtype], 100.0, f"step {loss}")


def test_a_step_is_that_worked_out_by_hand(impl):
    require(impl, "step")
    # p = (1/4, 3/4) and twice the word 1: EI = (1/2, -1/2), EH = -log(3) / 2 from the old rows of U
    given = (
        np.array([[1.0], [2.0]]),
        np.array([[0.0], [math.log(3)]]),
        0,
        np.array([1, 1]),
        "naive_softmax",
        None,
        0.5,
    )
    new_V_c, new_U = (densify(impl, result, 2) for result in impl.step(*convert(impl, given)))
    np.testing.assert_allclose(new_V_c, [[1 + math.log(3) / 4], [2.0]], rtol=1e-15)
    np.testing.assert_allclose(new_U, [[-1 / 4], [math.log(3) + 1 / 4]], rtol=1e-15)


@pytest.mark.parametrize("wrong", [{"center": 7}, {"outsides": np.array([0, 0, -1])}, {"loss": "max"}])
def test_a_step_that_is_refused_moves_nothing(impl, wrong):
    require(impl, "step")
    given = {**a_step("naive_softmax"), **wrong}
    arguments = convert(impl, given.values())
    with pytest.raises((IndexError, ValueError)):
        impl.step(*arguments)
    for name, argument in zip(("V_c", "U"), arguments, strict=False):
        np.testing.assert_array_equal(getattr(impl, "asnumpy", np.asarray)(argument), a_step("naive_softmax")[name])


def wanted_device(device):
    if device == "cuda" and not pytest.importorskip("torch", reason="not run: no torch").cuda.is_available():
        pytest.skip("not run: no device")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(("name", "device"), [*((name, "cpu") for name in NAMES), *((n, "cuda") for n in ON_DEVICES)])
def test_every_function_agrees_with_longdouble(name, device, dtype):
    wanted_device(device)
    impl = load(name)
    if dtype not in impl.DTYPES:
        pytest.skip(f"not offered: {name} has no {dtype}")
    for V, d in ((7, 3), (1, 1), (40, 8)):
        for function, given in draw_cases(impl, np.dtype(dtype), V=V, d=d):
            label = f"{name} {function} V={V} d={d}"
            results = call(impl, function, given, dtype, device)
            assert all(result.dtype == dtype for result in results), label
            assert_close(results, exact(function, given), ROUNDOFF[dtype], 100.0, label)


def test_blocks_threads_and_tiles_of_the_vocabulary_are_put_together():
    impl = load("numba_fused")
    assert impl.TILE < 2600, "one tile would hold all"
    for function, given in draw_cases(impl, V=2600):
        assert_close(call(impl, function, given), exact(function, given), ROUNDOFF["float64"], 100.0, function)


@pytest.mark.parametrize(
    ("name", "function", "given"),
    [
        ("numba_fused", "negative_sampling", (np.ones(2), 1, np.array([0, 0]), np.zeros((2, 2)))),
        ("numba_windows", "cbow", ([1], 1, *np.ones((2, 2, 2)) * 0, "negative_sampling", [0, 0], "sum")),
    ],
)
def test_the_cache_of_the_compiled_file_is_found_under_any_name(name, function, given):
    """Numba's cache remembers a module's name, and asks for it when it is read."""
    load(name)
    for another in ("one_name", "another_name"):
        spec = importlib.util.spec_from_file_location(another, IMPLS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        loss, *_ = getattr(module, function)(*given)
        np.testing.assert_allclose(loss, 3 * math.log(2), rtol=1e-15)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_product_of_many_terms_neither_overflows_nor_loses_small_ones(dtype):
    """numba_windows takes one logarithm of the product of a pair's terms."""
    U = np.array([[0.0], [1.0]], dtype)
    for logit, K, due in ((0.0, 3000, 3001 * math.log(2)), (-30.0, 3000, 30 + 3001 * math.exp(-30))):
        V_c = np.full((2, 1), logit, dtype)
        loss, *_ = load("numba_windows").skipgram(0, [1], V_c, U, "negative_sampling", np.ones((1, K), np.int64))
        np.testing.assert_allclose(loss, due, rtol=3000 * ROUNDOFF[dtype])


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("name", TORCH)
def test_sixteen_bits_are_rounded_once(name, dtype):
    impl = load(name)
    for function, given in draw_cases(impl, np.float32, K=300):
        results = getattr(impl, function)(*convert(impl, given.values(), dtype))
        rounded = [densify(impl, result, len(given["U"])) for result in results]
        for value, truth in zip(rounded, exact(function, given), strict=True):
            excess = np.abs(value - truth) - ROUNDOFF[dtype] * np.abs(truth)
            assert np.all(excess <= 2.0**-12), f"{name} {function}: beyond one rounding by {excess.max()}"
        dtypes = {str((part[1] if isinstance(part, tuple) else part).dtype) for part in results}
        assert dtypes == {f"torch.{dtype}"}, (function, dtypes)


def test_the_pair_losses_are_those_worked_out_by_hand(impl):
    require(impl, "naive_softmax", "negative_sampling")
    # logits 0 and log 3, so p = (1/4, 3/4), sigmoid = (1/2, 3/4)
    given = {"center": np.array([1.0]), "outside": 1, "U": np.array([[0.0], [math.log(3)]])}
    loss, grad_center, grad_U = call(impl, "naive_softmax", given)
    np.testing.assert_allclose(loss, math.log(4 / 3), rtol=1e-15)
    np.testing.assert_allclose(grad_center, [-math.log(3) / 4], rtol=1e-15)
    np.testing.assert_allclose(grad_U, [[1 / 4], [-1 / 4]], rtol=1e-15)
    given = {"center": given["center"], "outside": 1, "negatives": np.array([0, 0]), "U": given["U"]}
    loss, grad_center, grad_U = call(impl, "negative_sampling", given)
    np.testing.assert_allclose(loss, math.log(4 / 3) + 2 * math.log(2), rtol=1e-15)
    np.testing.assert_allclose(grad_center, [-math.log(3) / 4], rtol=1e-15)
    np.testing.assert_allclose(grad_U, [[1.0], [-1 / 4]], rtol=1e-15)


def test_a_path_is_that_worked_out_by_hand(impl):
    require(impl, "hierarchical_softmax")
    # logits 0 and log 3: half of the root's probability, and a quarter of its lighter child's, which is passed twice
    given = {"center": np.array([1.0]), "path": np.array([0, 1, 1]), "signs": np.array([1, -1, -1])}
    given["U"] = np.array([[0.0], [math.log(3)]])
    loss, grad_center, grad_U = call(impl, "hierarchical_softmax", given)
    np.testing.assert_allclose(loss, math.log(2 * 4 * 4), rtol=1e-15)
    np.testing.assert_allclose(grad_center, [2 * 3 / 4 * math.log(3)], rtol=1e-15)
    np.testing.assert_allclose(grad_U, [[-1 / 2], [2 * 3 / 4]], rtol=1e-15)


def test_the_windows_are_those_worked_out_by_hand(impl):
    require(impl, "skipgram", "cbow")
    V_c, U = np.array([[2.0], [0.0]]), np.array([[0.0], [math.log(3)]])
    given = ("context", "target", "V_c", "U", "loss", "negatives", "reduce")
    cbow = dict(zip(given, (np.array([0, 1]), 1, V_c, U, "naive_softmax", None, "mean"), strict=True))
    loss, grad_V_c, grad_U = call(impl, "cbow", cbow)  # the hidden vector is (2 + 0) / 2 = 1
    np.testing.assert_allclose(loss, math.log(4 / 3), rtol=1e-15)
    np.testing.assert_allclose(grad_V_c, np.full((2, 1), -math.log(3) / 8), rtol=1e-15)
    np.testing.assert_allclose(grad_U, [[1 / 4], [-1 / 4]], rtol=1e-15)
    given = ("center", "outsides", "V_c", "U", "loss", "negatives")
    skipgram = dict(zip(given, (0, np.array([1, 1]), V_c / 2, U, "naive_softmax", None), strict=True))
    loss, grad_V_c, grad_U = call(impl, "skipgram", skipgram)
    np.testing.assert_allclose(loss, 2 * math.log(4 / 3), rtol=1e-15)
    np.testing.assert_allclose(grad_V_c, [[-math.log(3) / 2], [0]], rtol=1e-15)
    np.testing.assert_allclose(grad_U, [[1 / 2], [-1 / 2]], rtol=1e-15)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", [(), (6,), (2, 3), (0, 4)])
def test_sigmoid_and_softmax_are_stable(impl, shape):
    require(impl, "sigmoid", "softmax")
    values = np.resize([0.0, -1e4, 1e4, 5e-324, -740.0, 0.5], shape)
    asnumpy = getattr(impl, "asnumpy", np.asarray)
    with np.errstate(over="ignore"):
        truth = 1 / (1 + np.exp(-values.astype(np.longdouble)))
    smallest = np.finfo(float).tiny if flushes(impl) else 1e-323
    sigmoid = asnumpy(impl.sigmoid(*convert(impl, [values])))
    assert sigmoid.shape == shape or sigmoid.size == 0
    np.testing.assert_allclose(sigmoid.reshape(shape), truth.astype(np.float64), rtol=1e-15, atol=smallest)
    if shape:
        exps = np.exp(values.astype(np.longdouble) - values.max(axis=-1, keepdims=True))
        softmax = asnumpy(impl.softmax(*convert(impl, [values])))
        truth = (exps / exps.sum(axis=-1, keepdims=True)).astype(np.float64)
        assert softmax.size == truth.size
        np.testing.assert_allclose(softmax.reshape(truth.shape), truth, rtol=2e-15, atol=smallest)


def test_sigmoid_keeps_the_subnormals_of_float32(impl):
    require(impl, "sigmoid")
    if "float32" not in impl.DTYPES:
        pytest.skip("not offered: no float32")
    if flushes(impl):
        pytest.skip(f"not offered: {impl.__name__} declares that it flushes them")
    values = np.array([-95.0, -103.0], np.float32)
    sigmoid = getattr(impl, "asnumpy", np.asarray)(impl.sigmoid(*convert(impl, [values], "float32")))
    assert np.all(np.abs(sigmoid - np.exp(values.astype(np.float64))) <= 2.0**-149), sigmoid


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", [1e2, 1e-160])
def test_huge_logits_and_subnormal_products_neither_overflow_nor_warn(impl, scale):
    for function, given in draw_cases(impl, scale=scale):  # products of 1e2 * 4 squared: logits near 1e4 and above
        for result, truth in zip(call(impl, function, given), exact(function, given), strict=True):
            allowed = 1e-11 * max(1.0, np.max(np.abs(truth), initial=0))
            assert np.all(np.abs(result.reshape(np.shape(truth)) - truth) <= allowed), (function, result, truth)


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def strided(array):
    """A read-only view of every second entry along the last axis."""
    wide = np.repeat(array, 2, axis=-1)
    wide.flags.writeable = False
    return wide[..., ::2]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("layout", [read_only, strided, np.asfortranarray])
def test_the_memory_layout_does_not_matter_and_no_input_is_written_to(impl, layout):
    for function, given in draw_cases(impl):
        laid_out = {name: layout(value) if isinstance(value, np.ndarray) else value for name, value in given.items()}
        assert_close(call(impl, function, laid_out), call(impl, function, given), 2.0**-53, 100.0, function)
        arguments = convert(impl, given.values())
        getattr(impl, function)(*arguments)
        asnumpy = getattr(impl, "asnumpy", np.asarray)
        for name, argument in zip(given, arguments, strict=True):
            if isinstance(given[name], np.ndarray) and given[name].size:
                np.testing.assert_array_equal(asnumpy(argument), given[name], err_msg=f"{function} changed {name}")


def test_repeating_a_call_repeats_its_bytes(impl):
    for function, given in draw_cases(impl, V=300, d=20):
        first, second = call(impl, function, given), call(impl, function, given)
        assert [r.tobytes() for r in first] == [r.tobytes() for r in second], function


@pytest.mark.parametrize("name", ON_DEVICES)
def test_arrays_go_to_the_device_that_is_asked_for(name):
    made = load(name).asarray(np.zeros(2), "float32", "meta")  # a device without memory, which every machine has
    assert (made.device.type, made.element_size()) == ("meta", 4)


@pytest.mark.parametrize("name", ON_DEVICES)
def test_every_tensor_is_made_on_a_device_that_is_named(name):
    """Without one it is made on the CPU, wherever the inputs are."""
    impl = load(name)
    import torch
    from torch.overrides import TorchFunctionMode

    class NamingTheDevice(TorchFunctionMode):
        def __torch_function__(self, made, types, args=(), kwargs=None):
            makes = made in (torch.arange, torch.empty, torch.eye, torch.full, torch.ones, torch.tensor, torch.zeros)
            assert not makes or (kwargs or {}).get("device") is not None, f"{made.__name__} is told no device"
            return made(*args, **(kwargs or {}))

    for function, given in draw_cases(impl):
        arguments = convert(impl, given.values())
        with NamingTheDevice():
            getattr(impl, function)(*arguments)


@pytest.mark.parametrize("name", ON_DEVICES)
def test_a_tensor_with_a_gradient_of_its_own_can_be_read(name):
    impl = load(name)
    kept = impl.asarray(np.ones(2), "float32", "cpu").requires_grad_()
    np.testing.assert_array_equal(impl.asnumpy(kept), np.ones(2))


INDICES = ("path", "outside", "negatives", "outsides", "context", "contexts", "target", "targets", "center", "centers")


@pytest.mark.parametrize("wrong", [-1, 7])
def test_an_index_outside_of_the_vocabulary_is_refused(impl, wrong):
    refused, offered = 0, [function for function in PARAMETERS if hasattr(impl, function)]
    for function, given in draw_cases(impl, V=7):
        for name in INDICES:
            value = given.get(name)
            if isinstance(value, np.ndarray) and value.dtype.kind == "i" and value.size:
                spoilt = value.copy()
                spoilt.flat[-1] = wrong
            elif isinstance(value, int):
                spoilt = wrong
            else:
                continue
            with pytest.raises(IndexError, match=r"row.*expected 0 <= row < 7"):
                call(impl, function, {**given, name: spoilt})
            refused += 1
    assert refused > 3 * len(offered)


@pytest.mark.parametrize("name", ["loss", "reduce"])
def test_an_unknown_loss_or_reduction_is_refused(impl, name):
    require(impl, "skipgram", "cbow")
    for function, given in draw_cases(impl):
        if name in given:
            with pytest.raises(ValueError, match=f"{name} is 'max', expected one of "):
                call(impl, function, {**given, name: "max"})


@pytest.mark.parametrize("wrong", [0, 2, -2])
def test_a_sign_that_is_neither_one_nor_minus_one_is_refused(impl, wrong):
    require(impl, "hierarchical_softmax")
    for function, given in draw_cases(impl):
        if function == "hierarchical_softmax" and len(given["path"]):
            with pytest.raises(ValueError, match=f"signs: got {wrong}, expected 1 or -1"):
                call(impl, function, {**given, "signs": np.append(given["signs"][:-1], wrong)})


def sampling_cases(impl, V):
    """The calls that need some rows of U only: negative sampling in pairs, batches and windows, and paths."""
    for function, given in draw_cases(impl, V=V, d=4):
        if function.startswith(("negative", "hierarchical")) or given.get("loss") == "negative_sampling":
            yield function, given


def test_numpy_rows_allocates_nothing_of_the_size_of_the_vocabulary():
    impl = load("numpy_rows")
    for function, given in sampling_cases(impl, V=100_000):
        getattr(impl, function)(*given.values())
        tracemalloc.start()
        getattr(impl, function)(*given.values())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 100_000, f"{function} allocated {peak} bytes"


def test_torch_rows_computes_nothing_of_the_size_of_the_vocabulary():
    impl = load("torch_rows")
    import torch
    from torch.utils._python_dispatch import TorchDispatchMode

    class Sizes(TorchDispatchMode):
        largest = 0

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            out = func(*args, **(kwargs or {}))
            parts = [part for part in (out if isinstance(out, tuple) else (out,)) if isinstance(part, torch.Tensor)]
            self.largest = max([self.largest, *(part.numel() for part in parts)])
            return out

    for dtype in ("float32", "bfloat16"):
        seen = 0
        for function, given in sampling_cases(impl, V=100_000):
            arguments = convert(impl, given.values(), dtype)
            with Sizes() as sizes:
                getattr(impl, function)(*arguments)
            assert sizes.largest < 10_000, f"{function} made a tensor of {sizes.largest} entries"
            seen = max(seen, sizes.largest)
        assert seen > 0, "no operation was observed"
