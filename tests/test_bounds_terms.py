"""Every term of a bound is needed: without it, or in the tier below, a right computation exceeds what is left."""

import numpy as np
import pytest

from gradgate.bounds import Arithmetic, bounds
from gradgate.bounds import groups as groups_module
from gradgate.bounds import probabilities as probabilities_module
from gradgate.bounds import softmax as softmax_module
from gradgate.bounds.hidden import Hidden
from gradgate.case import Case
from gradgate.formats import FORMATS, round_to
from gradgate.reference import exact


def limits_of(case, tier="default", **arithmetic):
    return bounds(case, exact(case).groups, Arithmetic(case.form, **arithmetic), tier)


def pair(dtype, center, U, outside=0, **inputs):
    form = FORMATS[dtype]
    given = {"center": round_to(center, form), "outside": outside, "U": round_to(U, form), **inputs}
    return Case("negative_sampling" if inputs else "naive_softmax", dtype, given, "by hand", 0, 0)


def error_in_loss(case, loss):
    value = exact(case).values["loss"]
    return abs((float(loss) - value.hi) - value.lo)


def sequential_loss(case):
    """log sum exp, one term after the other, of a pair whose target has the largest logit."""
    x = case.inputs["U"] @ case.inputs["center"]
    return np.log(np.cumsum(np.exp(x - x.max()))[-1]) - (x[0] - x.max())


def worst_case_of_a_sum():
    """Each of the 2000 small terms moves the sum 1.2 u and rounds it by 2 u."""
    return pair("float32", np.ones(1), np.append(0.0, np.full(2000, np.log(1.2 * 2.0**-24)))[:, None])


def test_a_sum_of_many_terms_needs_its_depth(monkeypatch):
    case = worst_case_of_a_sum()
    error = error_in_loss(case, sequential_loss(case))
    assert 0.3 * limits_of(case).values["loss"] < error <= limits_of(case).values["loss"]
    monkeypatch.setattr(Arithmetic, "depth", lambda self, n: 20)
    assert error > limits_of(case).values["loss"]


def test_a_wrongly_declared_order_is_caught():
    case = worst_case_of_a_sum()
    assert error_in_loss(case, sequential_loss(case)) > limits_of(case, summation="pairwise").values["loss"]


def test_cancelling_logits_need_their_dot_product(monkeypatch):
    rng = np.random.default_rng(0)
    U = np.column_stack([rng.standard_normal(20) * 1e6, np.zeros(20), rng.standard_normal(20)])
    case = pair("float64", np.array([1.0, 1.0, 1 / 3]), U * np.array([1, 0, 1]) + np.outer(-U[:, 0], [0, 1, 0]))
    x = (case.inputs["U"] * case.inputs["center"])[:, [0, 2, 1]].cumsum(1)[:, -1]
    error = error_in_loss(case, np.log(np.exp(x - x.max()).sum()) + x.max() - x[0])
    assert error <= limits_of(case).values["loss"]
    monkeypatch.setattr(softmax_module, "logit_errors", lambda U, hidden, arithmetic: (np.zeros(len(U.sizes)), 0.0))
    assert error > limits_of(case).values["loss"]


def test_exp_of_x_minus_lse_needs_the_default_tier():
    x = np.linspace(690, 700, 30) + 1 / 3
    case = Case("softmax", "float64", {"logits": x}, "by hand", 0, 0)
    error = np.abs(np.exp(x - np.log(np.exp(x).sum())) - exact(case).values["softmax"].hi)
    assert np.all(error <= limits_of(case).values["softmax"])
    assert np.any(error > limits_of(case, "strict").values["softmax"])


def test_log_of_one_minus_sigmoid_needs_the_fragile_tier():
    case = pair("float64", np.ones(1), np.array([[-25.0], [3.0]]), negatives=np.array([1]))
    s = 1 / (1 + np.exp(np.array([-25.0, -3.0])))
    error = error_in_loss(case, -np.log(1 - s).sum())
    assert limits_of(case).values["loss"] < error <= limits_of(case, "fragile").values["loss"]


def test_softmax_without_a_shift_needs_its_underflow(monkeypatch):
    logits = np.float32([[-80.0, -98.0]])
    case = Case("softmax", "float32", {"logits": logits}, "by hand", 0, 0)
    value, e = exact(case).values["softmax"], np.exp(logits)
    error = np.abs(e / e.sum() - value.hi)
    assert np.all(error <= limits_of(case).values["softmax"])
    monkeypatch.setattr(probabilities_module, "_without_shift", lambda *_: 1.0)
    assert np.any(error > limits_of(case).values["softmax"])


def test_a_sum_without_a_shift_that_may_be_zero_is_unbounded_in_the_fragile_tier_only():
    case = pair("float64", np.ones(1), np.array([[-745.0], [-746.0]]))
    assert limits_of(case).values["loss"] < 1e-9
    fragile = limits_of(case, "fragile")
    assert fragile.values["loss"] == np.inf
    assert not fragile.undecidable


def test_where_the_sum_without_a_shift_overflows_a_probability_may_be_zero_and_the_loss_is_no_other_number():
    logits = np.array([[710.0], [709.0], [700.0]])
    case = pair("float64", np.ones(1), logits)
    with np.errstate(all="ignore"):
        e = np.exp(logits[:, 0])
        p = e / e.sum()
    assert p[2] == 0  # 700 / inf
    error = np.abs((p - np.eye(3)[0])[:, None] - exact(case).values["grad_U"].hi)[1:]
    default, fragile = limits_of(case), limits_of(case, "fragile")
    assert np.all(error[1] > default.values["grad_U"][2])
    assert np.all(error[1] <= fragile.values["grad_U"][2])
    assert np.all(fragile.values["grad_U"][2] < 1e-4)
    assert fragile.values["loss"] < 1e-9
    assert not fragile.in_naive_domain


@pytest.mark.parametrize(
    ("z", "due"), [(-20.0, "a number"), (-36.5, "a number or infinite"), (-60.0, "infinite"), (-700.0, "infinite")]
)
def test_log_of_one_minus_sigmoid_is_a_number_or_infinite_as_the_fragile_tier_says(z, due):
    case = pair("float64", np.ones(1), np.array([[z], [1.0]]), negatives=np.array([1]))
    fragile = limits_of(case, "fragile")
    with np.errstate(all="ignore"):
        negatives = np.array([z, -1.0])
        routes = [1 / (1 + np.exp(negatives)), np.exp(-negatives) / (1 + np.exp(-negatives))]
        losses = [-np.log(1 - s).sum() for s in routes]
    for loss in losses:
        if np.isfinite(loss):
            assert due != "infinite"
            assert error_in_loss(case, loss) <= fragile.values["loss"]
        else:
            assert fragile.infinite
    assert bool(fragile.infinite) == (due != "a number")
    assert not limits_of(case).infinite
    if due == "infinite":  # a number is excused no more than by default
        assert fragile.values["loss"] <= 3 * limits_of(case).values["loss"]


def test_the_logarithm_of_a_subnormal_exponential_needs_the_fragile_tier():
    case = pair("float64", np.ones(1), np.array([[-725.4879628482369], [-365.0]]))
    e = np.exp(case.wide("U")[:, 0])
    error = error_in_loss(case, -np.log(e[0] / e.sum()))
    assert limits_of(case).values["loss"] < error <= limits_of(case, "fragile").values["loss"]
    assert not limits_of(case).in_naive_domain


def test_numbers_stored_in_16_bits_need_their_rounding():
    x = np.float32([0.0, -1.25, -2.5])
    case = Case("softmax", "bfloat16", {"logits": x}, "by hand", 0, 0)
    e = round_to(np.exp(x), case.form)
    error = np.abs(round_to(e / round_to(e.sum(), case.form), case.form) - exact(case).values["softmax"].hi)
    assert np.all(error <= limits_of(case, accumulation=FORMATS["float32"]).values["softmax"])
    without = Arithmetic(FORMATS["float32"])
    assert np.any(error > bounds(case, exact(case).groups, without, "fragile").values["softmax"])


def test_a_mean_of_cancelling_words_needs_the_error_of_h(monkeypatch):
    V_c = np.array([[1e8 / 3], [-1e8 / 3], [0.1]])
    inputs = {"context": np.arange(3), "target": 0, "V_c": V_c, "U": np.array([[3.0], [1.0], [2.0]])}
    inputs |= {"loss": "naive_softmax", "negatives": None, "reduce": "mean"}
    case = Case("cbow", "float64", inputs, "by hand", 0, 0)
    x = inputs["U"][:, 0] * (((V_c[2, 0] + V_c[0, 0]) + V_c[1, 0]) / 3)
    error = error_in_loss(case, np.log(np.exp(x - x.max()).sum()) + x.max() - x[0])
    assert error <= limits_of(case).values["loss"]

    def exact_input(h, group, arithmetic, tier):
        return Hidden(np.abs(h), np.zeros_like(h), None, None, 0.0)

    monkeypatch.setattr(groups_module, "hidden_vector", exact_input)
    assert error > limits_of(case).values["loss"]
