"""Generated cases repeat exactly, differ between dtypes by rounding alone, and reach every kind, size and choice."""

import functools
from collections import Counter

import numpy as np
import pytest

from gradgate.case import Case
from gradgate.draws import HUGE_LOGIT, KINDS, STEEP_LOGIT, Sizes, build, generated, generator
from gradgate.formats import FORMATS, is_exact, round_to
from gradgate.interface import FUNCTIONS, NAIVE_SOFTMAX, NEGATIVE_SAMPLING, SIGNATURES, is_float
from gradgate.terms import groups

CASES = 200
WINDOWS = ("skipgram", "cbow", "skipgram_batch", "cbow_batch", "step")
MATRICES = [function for function in FUNCTIONS if function not in ("sigmoid", "softmax")]
NO_ROWS = ("offsets", "loss", "reduce", "signs", "rate")
FUNCTION = pytest.mark.parametrize("function", FUNCTIONS)


@functools.cache
def drawn(function, dtype="float64", seed=0):
    return [generated(function, dtype, seed, index) for index in range(CASES)]


def same(one: Case, other: Case) -> bool:
    return one.kind == other.kind and all(
        np.array_equal(one.inputs[name], other.inputs[name]) for name in SIGNATURES[one.function].parameters
    )


def reach(case):
    """The largest absolute logit of a case."""
    if "U" not in case.inputs:
        return np.abs(case.wide("x" if case.function == "sigmoid" else "logits")).max()
    U = case.wide("U")
    return max(np.abs(U @ group.vectors.T).max() for group in groups(case))


@FUNCTION
def test_the_same_seed_and_index_give_the_same_case(function):
    for case in drawn(function)[::-7]:  # in another order, too
        assert same(case, generated(function, "float64", 0, case.index))


@FUNCTION
def test_another_seed_index_or_function_gives_another_case(function):
    case = generated(function, "float64", 0, 3)
    assert not same(case, generated(function, "float64", 1, 3))
    assert not same(case, generated(function, "float64", 0, 13))
    numbers = {generator(seed, name, index).random() for seed in (0, 1) for name in FUNCTIONS for index in range(20)}
    assert len(numbers) == 2 * 20 * len(FUNCTIONS)


def test_a_case_is_what_it_was_on_every_machine():
    """Philox keyed by a hash: these numbers change only if somebody changes the cases."""
    case = generated("negative_sampling", "float64", 0, 0)
    assert case.describe() == "V=50 d=15 outside=10 negatives=[39, 39, 39, 36, 49] seed=0 index=0 (digits)"


@pytest.mark.parametrize("dtype", sorted(set(FORMATS) - {"float64"}))
@FUNCTION
def test_dtypes_differ_by_rounding_alone(function, dtype):
    form = FORMATS[dtype]
    for wide, narrow in zip(drawn(function)[:40], drawn(function, dtype)[:40], strict=True):
        assert wide.kind == narrow.kind
        for name, value in wide.inputs.items():
            if not is_float(function, name):
                assert np.array_equal(value, narrow.inputs[name]), name
            elif wide.kind != "subnormal" and np.abs(value).max() < form.largest / 16:  # scaled to the format's range
                assert np.array_equal(round_to(value, form), narrow.inputs[name]), name
            else:
                assert value.shape == narrow.inputs[name].shape


@pytest.mark.parametrize("dtype", FORMATS)
@FUNCTION
def test_every_number_is_a_finite_value_of_the_dtype(function, dtype):
    form = FORMATS[dtype]
    for case in drawn(function, dtype)[:60]:
        for name in filter(functools.partial(is_float, function), case.inputs):
            assert case.inputs[name].dtype == form.carrier
            assert np.isfinite(case.inputs[name]).all(), f"{name} [{case.describe()}]"
            assert is_exact(case.inputs[name], form), f"{name} [{case.describe()}]"


@pytest.mark.parametrize("function", MATRICES)
def test_indices_are_rows_and_shapes_agree(function):
    for case in drawn(function):
        V = len(case.inputs["U"])
        for name, value in case.inputs.items():
            if not is_float(function, name) and name not in NO_ROWS and value is not None:
                assert np.all((np.asarray(value) >= 0) & (np.asarray(value) < V)), f"{name} [{case.describe()}]"
        if "offsets" in case.inputs:
            assert case.inputs["offsets"][0] == 0
            assert np.all(np.diff(case.inputs["offsets"]) >= 1)


@FUNCTION
def test_every_kind_comes_with_every_loss_and_reduction(function):
    met = {(case.kind, case.inputs.get("loss"), case.inputs.get("reduce")) for case in drawn(function)}
    losses = (NAIVE_SOFTMAX, NEGATIVE_SAMPLING) if function in WINDOWS else (None,)
    reductions = ("sum", "mean") if function.startswith("cbow") else (None,)
    assert met == {(kind, loss, reduce) for kind in KINDS for loss in losses for reduce in reductions}


@pytest.mark.parametrize("function", MATRICES)
def test_twenty_of_two_hundred_cases_have_a_large_vocabulary(function):
    sizes = [case.inputs["U"].shape for case in drawn(function)]
    assert sum(V >= 1000 for V, _ in sizes) == 20
    assert {1, 2, 3} <= {V for V, _ in sizes}
    assert {1, 2, 3, 50} <= {d for _, d in sizes}
    assert any(50 < V < 1000 for V, _ in sizes)
    assert max(V for V, _ in sizes) > 2000
    assert any(10 < d < 50 for _, d in sizes)
    assert max(d for _, d in sizes) > 60


def test_windows_batches_and_negatives_are_sometimes_long():
    assert max(len(case.inputs["negatives"]) for case in drawn("negative_sampling")) > 30
    assert max(len(case.inputs["outsides"]) for case in drawn("skipgram")) > 16
    assert max(len(case.inputs["context"]) for case in drawn("cbow")) > 16
    for function in ("naive_softmax_batch", "negative_sampling_batch"):
        assert max(len(case.inputs["outsides"]) for case in drawn(function)) > 16
    for function in ("skipgram_batch", "cbow_batch"):
        assert max(len(case.inputs["offsets"]) for case in drawn(function)) > 16


@pytest.mark.parametrize("function", MATRICES)
def test_some_wide_logits_lie_where_log1p_fades(function):
    logits = [
        np.abs(case.wide("U") @ g.vectors.T) for case in drawn(function) if case.kind == "wide" for g in groups(case)
    ]
    assert sum(int(np.sum((z > 15) & (z < 37))) for z in logits) > 20


def test_windows_batches_and_negatives_come_in_all_sizes():
    assert {len(case.inputs["outsides"]) for case in drawn("skipgram")} > {1, 2, 3, 4}
    assert {len(case.inputs["outsides"]) for case in drawn("naive_softmax_batch")} > {1, 2, 3}
    assert {len(case.inputs["negatives"]) for case in drawn("negative_sampling")} > set(range(1, 9))
    assert {case.inputs["negatives"].ndim for case in drawn("negative_sampling_batch")} == {1, 2}  # shared, or not
    assert {case.inputs["x"].ndim for case in drawn("sigmoid")} == {1, 2}


def test_paths_come_out_of_trees_repeat_nodes_and_are_empty_for_a_single_word():
    paths = [(case.inputs["path"], len(case.inputs["U"])) for case in drawn("hierarchical_softmax")]
    downward = [len(path) > 1 and path[0] == V - 2 and (np.diff(path) < 0).all() for path, V in paths]
    repeating = [len(np.unique(path)) < len(path) for path, _ in paths]
    assert sum(downward) > 20
    assert sum(repeating) > 40
    assert any(len(path) == 0 for path, _ in paths)
    assert max(len(path) for path, _ in paths) > 40
    for case in drawn("hierarchical_softmax"):
        assert case.inputs["signs"].shape == case.inputs["path"].shape
        assert set(case.inputs["signs"].tolist()) <= {1, -1}


def test_negatives_repeat_and_meet_the_outside_word_often():
    cases = [case for case in drawn("negative_sampling") if len(case.inputs["U"]) >= 5]
    repeats = sum(len(np.unique(case.inputs["negatives"])) < len(case.inputs["negatives"]) for case in cases)
    meets = sum(case.inputs["outside"] in case.inputs["negatives"] for case in cases)
    assert repeats >= len(cases) / 4
    assert meets >= len(cases) / 5


@FUNCTION
def test_huge_logits_reach_ten_thousand_and_ordinary_ones_stay_of_order_one(function):
    huge = [reach(case) for case in drawn(function) if case.kind == "huge"]
    assert HUGE_LOGIT * (0.6 if function in ("sigmoid", "softmax") else 0.99) <= max(huge) <= HUGE_LOGIT * 1.01
    assert np.quantile(huge, 0.75) >= HUGE_LOGIT / 25
    if function in MATRICES:  # a probability clipped at 1e-15 shows only where e^-300 is still a number
        assert any(STEEP_LOGIT / 2 < value <= STEEP_LOGIT * 1.01 for value in huge)
    ordinary = [reach(case) for case in drawn(function) if case.kind in ("digits", "normal")]
    assert 0.3 < np.median(ordinary) < 12
    tiny = [reach(case) for case in drawn(function) if case.kind == "tiny"]
    assert 0 < max(tiny) < 1e-3


@pytest.mark.parametrize("function", MATRICES)
def test_digits_have_few_digits(function):
    for case in drawn(function):
        for name in filter(functools.partial(is_float, function), case.inputs):
            if case.kind == "digits":
                assert np.array_equal(case.wide(name) * 8, np.rint(case.wide(name) * 8))


@pytest.mark.parametrize("function", MATRICES)
def test_cancelling_products_are_much_larger_than_their_sum(function):
    lost = []
    for case in drawn(function):
        if case.kind == "cancelling" and case.inputs["U"].shape[1] >= 2:
            U = case.wide("U")
            for group in groups(case):
                terms = np.abs(U) @ np.abs(group.vectors).T
                lost.append(np.median(terms / np.maximum(np.abs(U @ group.vectors.T), 1e-9)))
    assert np.median(lost) > 20


@pytest.mark.parametrize("dtype", FORMATS)
def test_subnormal_cases_hold_subnormal_numbers(dtype):
    form = FORMATS[dtype]
    cases = [case for case in drawn("naive_softmax", dtype) if case.kind == "subnormal"]
    sizes = np.concatenate([np.abs(case.wide("U")).ravel() for case in cases])
    assert np.mean((sizes > 0) & (sizes < form.smallest)) > 0.1
    assert np.mean(sizes >= form.smallest) > 0.1


@FUNCTION
def test_the_smallest_sizes_can_be_asked_for(function):
    sizes = Sizes(V=1, d=1, K=1, C=1, B=1)
    for kind in KINDS:
        case = build(function, "float64", kind, sizes, np.random.default_rng(0), 0, 0)
        assert tuple(case.inputs) == SIGNATURES[function].parameters
        assert all(np.size(value) <= 2 for name, value in case.inputs.items() if name not in ("loss", "reduce"))


def test_kinds_come_in_the_announced_proportions():
    counts = Counter(case.kind for case in drawn("naive_softmax"))
    assert counts == Counter({kind: 40 if kind in ("digits", "normal") else 20 for kind in KINDS})
