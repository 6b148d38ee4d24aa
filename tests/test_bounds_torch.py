"""PyTorch's own losses and torch.autograd stay within the bounds, in four formats; 16-bit ones sum in float32.

BOUND_CASES=N draws N cases instead of a few; with -s each test prints its worst error / bound."""

import functools
import os

import numpy as np
import pytest

from gradgate.bounds import Arithmetic, bounds
from gradgate.case import Case
from gradgate.draws import Sizes, build, generated
from gradgate.formats import FLOAT32, FORMATS
from gradgate.interface import FUNCTIONS
from gradgate.reference import exact
from gradgate.terms import groups

torch = pytest.importorskip("torch", reason="torch is an optional backend")
functional = torch.nn.functional

CASES = int(os.environ.get("BOUND_CASES", "10"))
LOSSES = [function for function in FUNCTIONS if function not in ("sigmoid", "softmax")]


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Inputs are small: a second thread only waits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def shifted_by_hand(x, outside):
    """The maximum isn't detached: autograd sends a gradient through it, zero but for rounding."""
    s = x - x.max()
    return torch.log(torch.exp(s).sum()) - s[outside]


def cross_entropy(x, outside):
    return functional.cross_entropy(x[None], torch.tensor([outside]))


def binary_cross_entropy(x, positive):
    return functional.binary_cross_entropy_with_logits(x, positive, reduction="sum")


def log_sigmoid(x, positive):
    return -functional.logsigmoid((2 * positive - 1) * x).sum()


def softplus(x, positive):
    # from threshold on, softplus(x) is x: the default, 20, costs 2e-9
    return functional.softplus((1 - 2 * positive) * x, threshold=40).sum()


def log_of_sigmoid(x, positive):
    return -torch.log(torch.sigmoid((2 * positive - 1) * x)).sum()


# name: (loss from logits and target, loss from logits and which are positive, naive domain only)
ROUTES = {
    "cross_entropy": (cross_entropy, binary_cross_entropy, False),
    "log_softmax": (lambda x, o: -functional.log_softmax(x, 0)[o], log_sigmoid, False),
    "logsumexp": (lambda x, o: torch.logsumexp(x, 0) - x[o], softplus, False),
    "by hand": (shifted_by_hand, softplus, False),
    "log of softmax": (lambda x, o: -torch.log(torch.softmax(x, 0)[o]), log_of_sigmoid, True),
}


def tensor(values, dtype):
    return torch.tensor(values, dtype=getattr(torch, dtype))


def logits_of(group, vectors, U):
    h = vectors[0] if len(group.vectors) == 1 else vectors.sum(0) / group.divisor
    return U @ h


def run(case, softmax, logistic):
    """Every quantity, dense: each group's vectors are leaves, so that batches give the gradient of each pair."""
    U = tensor(case.wide("U"), case.dtype).requires_grad_()
    d, losses, gradients = U.shape[1], [], []
    rows = np.zeros((len(case.inputs.get("V_c", ())), d))
    for group in groups(case):
        vectors = tensor(group.vectors, case.dtype).requires_grad_()
        loss = tensor(0.0, case.dtype)
        for target in group.targets:
            logits = logits_of(group, vectors, U)
            if target.signs is None:
                loss = loss + softmax(logits, target.outside)
            else:
                loss = loss + logistic(logits[target.rows], tensor(target.signs > 0, case.dtype))
        loss.backward()
        losses.append(loss.item())
        gradients.append(vectors.grad.double().numpy())
        if len(rows):
            np.add.at(rows, group.rows, gradients[-1])
    out = {"loss": np.array(losses[0]), "losses": np.array(losses), "grad_V_c": rows, "grad_U": U.grad.double().numpy()}
    out |= {"grad_center": gradients[0][0], "grad_centers": np.concatenate(gradients)} if not len(rows) else {}
    if "rate" in case.inputs:
        for name in ("V_c", "U"):
            way = tensor(out[f"grad_{name}"], case.dtype)
            out[f"new_{name}"] = (
                tensor(case.wide(name), case.dtype).sub(way, alpha=case.inputs["rate"]).double().numpy()
            )
    return {name: out[name] for name in case.returns}


def ratios(outputs, reference, limits):
    found = []
    for name, output in outputs.items():
        exactly = reference.values[name]
        value = output if exactly.rows is None else output[exactly.rows]
        error = np.maximum(np.abs((value - exactly.hi) - exactly.lo) - exactly.radius, 0)
        with np.errstate(all="ignore"):
            found.append(np.where(error == 0, 0, error / limits.values[name]).ravel())
    return np.nan_to_num(np.concatenate(found), nan=np.inf)


@functools.lru_cache(maxsize=CASES)
def judged_case(function, dtype, index):
    """A case, its reference and its default bounds: every route meets the same ones."""
    case = generated(function, dtype, 5, index)
    reference = exact(case)
    accumulation = FLOAT32 if dtype in ("bfloat16", "float16") else None
    return case, reference, bounds(case, reference.groups, Arithmetic(case.form, accumulation), "default")


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("function", LOSSES)
def test_torch_stays_within_the_bounds(route, function, dtype):
    softmax, logistic, naive = ROUTES[route]
    components = []
    for index in range(CASES):
        case, reference, limits = judged_case(function, dtype, index)
        if limits.undecidable or (naive and not limits.in_naive_domain):
            continue
        components.append(ratios(run(case, softmax, logistic), reference, limits))
        worst = components[-1].max(initial=0)
        assert worst <= 1, f"error is {worst:.3g} of the bound: {case.describe()}"
    assert len(components) > CASES // 3
    total = np.concatenate(components)
    print(f"{route}, {function}, {dtype}, {len(components)} cases, {total.size} components, worst {total.max():.3f}")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("function", [f for f in LOSSES if f != "step"])  # beside old weights no subnormal number shows
def test_flushing_subnormals_must_be_declared_and_is_then_allowed_for(function, dtype):
    undeclared = []
    for seed in range(4):
        case = build(function, dtype, "subnormal", Sizes(6, 3, 4, 3, 2), np.random.default_rng(seed), seed, seed)
        if not torch.set_flush_denormal(True):
            pytest.skip("this CPU cannot flush subnormals")
        try:
            outputs = run(case, *ROUTES["log_softmax"][:2])
        finally:
            torch.set_flush_denormal(False)
        reference = exact(case)
        declared, not_declared = (
            ratios(outputs, reference, bounds(case, reference.groups, Arithmetic(case.form, None, flushes), "default"))
            for flushes in (True, False)
        )
        assert declared.max() <= 1, case.describe()
        undeclared.append(not_declared.max())
    assert max(undeclared) > 1


def test_softplus_with_its_default_threshold_is_not_right_to_rounding():
    case = Case("negative_sampling", "float64", {}, "digits", 0, 0).with_inputs(
        center=np.array([20.5]), outside=0, negatives=np.array([0]), U=np.array([[1.0]])
    )
    reference = exact(case)
    limits = bounds(case, reference.groups, Arithmetic(case.form), "default")
    outputs = run(case, None, lambda x, y: functional.softplus((1 - 2 * y) * x).sum())
    assert ratios(outputs, reference, limits).max() > 1
