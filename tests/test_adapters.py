"""Assignment files behind the contract: right ones give right numbers, wrong draws and windows are named."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from gradgate.adapters import Adapted, NotPosed, TapeExhausted, WrongDraws, WrongWindow, adapt, pairs, standins

STRANGERS = Path(__file__).parent / "strangers"
RIGHT = ("cs224n_2019_right", "cs224n_2017_right", "cs224n_2017_row_right", "cs224n_2017_column_right", "xcs224n_right")
WITH_CBOW = RIGHT[1:4]
SIZES = [(5, 3, 10), (2, 1, 1), (7, 7, 4), (40, 6, 5), (1000, 10, 3)]
CLOSE = 1e-12  # relative to the largest entry; the gate itself judges by bounds, these tests only by "the same formula"


def load(name: str, folder: Path = STRANGERS) -> ModuleType:
    path = folder / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"stranger_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with standins.answering(folder):
        spec.loader.exec_module(module)
    return module


def adapted(name: str) -> Adapted:
    found = adapt(load(name))
    assert found is not None
    return found


def draw(V: int, d: int, K: int, seed: int = 1):
    """center, outside, negatives without the outside word (if V allows), U."""
    rng = np.random.Generator(np.random.Philox(seed))
    outside = int(rng.integers(V))
    others = np.delete(np.arange(V), outside)
    return rng.normal(size=d), outside, rng.choice(others, K), rng.normal(size=(V, d))


def assert_same(got, due) -> None:
    assert len(got) == len(due) == 3
    for one, other in zip(got, due, strict=True):
        assert np.shape(one) == np.shape(other)
        error, scale = np.max(np.abs(one - other)), max(1.0, float(np.max(np.abs(other))))
        assert error <= CLOSE * scale, f"{one} where {other} is due"


def right_window(rows, targets, V_c, U, negatives):
    """Skip-gram and CBOW alike: the sum of the rows predicts each target."""
    loss, grad_V_c, grad_U = 0.0, np.zeros_like(V_c), np.zeros_like(U)
    hidden = V_c[rows].sum(axis=0)
    for i, target in enumerate(targets):
        pair = pairs.naive_softmax(hidden, target, U)
        if negatives is not None:
            pair = pairs.negative_sampling(hidden, target, negatives[i], U)
        loss += pair[0]
        np.add.at(grad_V_c, rows, pair[1])
        grad_U += pair[2]
    return loss, grad_V_c, grad_U


# ---- our own right pairs, against central differences


@pytest.mark.parametrize("loss", ["naive_softmax", "negative_sampling"])
def test_the_right_pairs_agree_with_their_differences(loss):
    center, outside, negatives, U = draw(6, 3, 5)
    drawn = () if loss == "naive_softmax" else (negatives,)

    def value(v, matrix):
        return getattr(pairs, loss)(v, outside, *drawn, matrix)

    _, grad_center, grad_U = value(center, U)
    for flat, gradient, call in ((center, grad_center, lambda x: value(x, U)), (U, grad_U, lambda x: value(center, x))):
        for index in np.ndindex(flat.shape):
            step = np.zeros_like(flat)
            step[index] = 1e-5
            slope = (call(flat + step)[0] - call(flat - step)[0]) / 2e-5
            assert abs(slope - gradient[index]) <= 1e-8


def test_the_right_pairs_do_not_overflow():
    U = np.array([[2000.0], [-2000.0], [0.0]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert pairs.naive_softmax(np.ones(1), 1, U)[0] == 4000.0
        assert pairs.negative_sampling(np.ones(1), 1, np.array([0]), U)[0] == 4000.0


# ---- right files


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize(("V", "d", "K"), SIZES)
def test_a_right_file_gives_right_pairs(name, V, d, K):
    file = adapted(name)
    center, outside, negatives, U = draw(V, d, K)
    for array in (center, negatives, U):
        array.setflags(write=False)
    assert_same(file.naive_softmax(center, outside, U), pairs.naive_softmax(center, outside, U))
    got = file.negative_sampling(center, outside, negatives, U)
    assert_same(got, pairs.negative_sampling(center, outside, negatives, U))


@pytest.mark.parametrize("name", RIGHT)
@pytest.mark.parametrize("loss", ["naive_softmax", "negative_sampling"])
@pytest.mark.parametrize(("V", "d", "K"), SIZES)
def test_a_right_file_gives_right_windows(name, loss, V, d, K):
    file = adapted(name)
    center, _, _, U = draw(V, d, K)
    rng = np.random.Generator(np.random.Philox(2))
    V_c, words = rng.normal(size=(V, d)), rng.integers(V, size=6)
    words[1], row = words[0], int(words[2])  # a repeated word, and the centre among its outside words
    negatives = None if loss == "naive_softmax" else rng.integers(V, size=(6, K))
    got = file.skipgram(row, words, V_c, U, loss, negatives)
    assert_same(got, right_window([row], words, V_c, U, negatives))
    if name in WITH_CBOW:
        one = None if negatives is None else negatives[0]
        got = file.cbow(words, row, V_c, U, loss, one, "sum")
        assert_same(got, right_window(words, [row], V_c, U, None if one is None else [one]))


def test_an_empty_window_is_zero():
    V_c, U = np.ones((4, 2)), np.ones((4, 2))
    got = adapted("cs224n_2019_right").skipgram(1, np.array([], int), V_c, U, "naive_softmax", None)
    assert_same(got, (0.0, np.zeros((4, 2)), np.zeros((4, 2))))


PAIRS = ("naive_softmax", "negative_sampling")


@pytest.mark.parametrize(
    ("name", "form", "offers"),
    [
        ("cs224n_2019_right", "CS224n 2019+", ("sigmoid", "naive_softmax", "negative_sampling", "skipgram")),
        ("xcs224n_right", "XCS224N", ("sigmoid", "naive_softmax", "negative_sampling", "skipgram")),
        ("cs224n_2017_right", "CS224n 2017", (*PAIRS, "skipgram", "cbow", "normalize_rows")),
        ("sign_flipped", "CS224n 2019+", ("naive_softmax",)),
    ],
)
def test_the_form_and_what_it_offers_are_named(name, form, offers):
    file = adapted(name)
    assert (file.name, file.offers) == (form, offers)
    assert getattr(file, "hierarchical_softmax", None) is None
    assert (getattr(file, "cbow", None) is not None) == ("cbow" in offers)


def test_a_plain_plug_in_and_an_unrelated_module_are_not_adapted():
    assert adapt(load("numpy_two_functions")) is None
    assert adapt(ModuleType("unrelated")) is None
    sigmoid_only = ModuleType("sigmoid_only")
    sigmoid_only.sigmoid = lambda x: x  # the same name in both worlds
    assert adapt(sigmoid_only) is None


def test_a_file_with_nothing_but_a_window_is_an_assignment():
    module = load("callback_ignored")
    del module.naiveSoftmaxLossAndGradient
    found = adapt(module)
    assert found is not None
    assert found.offers == ("skipgram",)


# ---- conventions


@pytest.mark.parametrize(
    ("name", "convention"),
    [
        ("target_kept", "keep"),
        ("target_skipped", "skip"),
        ("target_rejected", "reject"),
        ("cs224n_2017_row_right", "keep"),
        ("repeats_counted_once", "reject"),
        ("distinct_redrawn", "reject"),
        ("hard_coded_sizes", "reject"),
        ("own_random_numbers", None),
        ("two_k_drawn", None),
        ("raises", None),
    ],
)
def test_the_convention_is_recognised_and_named(name, convention):
    file = adapted(name)
    center, outside, negatives, U = draw(9, 4, 5)
    with suppress(Exception):  # the convention is told even where the case is then refused
        file.negative_sampling(center, outside, negatives, U)
    assert file.convention == convention
    ending = f"(convention: {convention})" if convention else "could not be told"
    assert sum(ending in remark for remark in file.remarks) == 1


@pytest.mark.parametrize("name", ["target_kept", "target_skipped", "target_rejected", "two_k_drawn"])
def test_a_target_among_the_negatives_is_posed_only_where_it_is_used(name):
    file = adapted(name)
    center, outside, negatives, U = draw(9, 4, 5)
    negatives[3] = outside
    if name == "target_kept":
        got = file.negative_sampling(center, outside, negatives, U)
        assert_same(got, pairs.negative_sampling(center, outside, negatives, U))
    else:
        with pytest.raises(NotPosed, match="hold the outside word"):
            file.negative_sampling(center, outside, negatives, U)


# ---- wrong draws


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("two_k_drawn", "drew 10 samples where K=5"),
        ("k_ignored", "drew 10 samples where K=5"),
        ("own_random_numbers", "drew no sample from the dataset where K=5: its negatives are its own"),
    ],
)
def test_a_wrong_number_of_draws_is_named(name, sentence):
    center, outside, negatives, U = draw(9, 4, 5)
    with pytest.raises(WrongDraws) as raised:
        adapted(name).negative_sampling(center, outside, np.unique(negatives).repeat(5)[:5], U)
    assert str(raised.value).startswith(sentence)


def test_redrawn_repeats_are_guessed():
    center, outside, _, U = draw(9, 4, 5)
    repeated = np.full(5, (outside + 1) % 9)
    with pytest.raises(WrongDraws, match=r"drew 9 samples where K=5; .*perhaps it redraws repeated ones"):
        adapted("distinct_redrawn").negative_sampling(center, outside, repeated, U)


def test_endless_draws_end_even_where_the_file_swallows_the_exception():
    center, outside, negatives, U = draw(9, 4, 5)
    with pytest.raises(TapeExhausted, match="asked for 40 samples or more where K=5"):
        adapted("endless_draws").negative_sampling(center, outside, negatives, U)


def test_ten_negatives_are_ten_even_for_a_file_that_ignores_k():
    center, outside, negatives, U = draw(9, 4, 10)
    got = adapted("k_ignored").negative_sampling(center, outside, negatives, U)
    assert_same(got, pairs.negative_sampling(center, outside, negatives, U))


# ---- wrong windows

WINDOW = np.array([3, 1, 3])


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("callback_ignored", "the callback is ignored: it was never called, for 3 words to predict"),
        ("window_gradient_to_context_row", "gradient of the centre written to rows 1, 3 where row 0 is due"),
        ("window_last_word_only", "row 0 of grad_V_c is [4.0, 5.0], due is [10.0, 13.0]"),
        ("window_distinct_words", "the callback was called 2 times where the window has 3 to predict"),
        ("window_divided", "loss is "),
    ],
)
def test_a_wrong_window_is_named(name, sentence):
    V_c, U = np.ones((5, 2)), np.ones((5, 2))
    with pytest.raises(WrongWindow) as raised:
        adapted(name).skipgram(0, WINDOW, V_c, U, "naive_softmax", None)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cbow_average", "the callback got the average of the context vectors where their sum is due"),
        ("cbow_loss_per_word", "the callback was called 3 times where the window has 1 to predict"),
    ],
)
def test_a_wrong_cbow_is_named(name, sentence):
    with pytest.raises(WrongWindow) as raised:
        adapted(name).cbow(WINDOW, 0, np.ones((5, 2)), np.ones((5, 2)), "naive_softmax", None, "sum")
    assert str(raised.value).startswith(sentence)


def test_a_window_is_judged_apart_from_its_pair_loss():
    rng = np.random.Generator(np.random.Philox(3))
    V_c, U = rng.normal(size=(2, 5, 2))
    got = adapted("pairs_wrong_window_right").skipgram(0, WINDOW, V_c, U, "naive_softmax", None)
    assert_same(got, right_window([0], WINDOW, V_c, U, None))


def test_three_calls_a_word_are_right_for_naive_softmax_only():
    rng = np.random.Generator(np.random.Philox(4))
    V_c, U = rng.normal(size=(2, 5, 2))
    file = adapted("window_called_three_times")
    assert_same(file.skipgram(0, WINDOW, V_c, U, "naive_softmax", None), right_window([0], WINDOW, V_c, U, None))
    assert any("called 9 times" in remark for remark in file.remarks)
    with pytest.raises(WrongWindow, match="different negatives"):
        file.skipgram(0, WINDOW, V_c, U, "negative_sampling", np.zeros((3, 2), int))


def test_cases_that_the_assignment_does_not_know_are_not_posed():
    file, V_c = adapted("cs224n_2017_right"), np.ones((5, 2))
    with pytest.raises(NotPosed, match="adds the context vectors"):
        file.cbow(WINDOW, 0, V_c, V_c, "naive_softmax", None, "mean")
    with pytest.raises(NotPosed, match="empty context"):
        file.cbow(WINDOW[:0], 0, V_c, V_c, "naive_softmax", None, "sum")


# ---- shapes, and results that are handed on


def test_odd_shapes_are_accepted_with_a_remark():
    center, outside, _, U = draw(6, 3, 5)
    file = adapted("shape_1d")
    assert_same(file.naive_softmax(center, outside, U), pairs.naive_softmax(center, outside, U))
    file.naive_softmax(center, outside, U)
    assert file.remarks == [
        "loss has shape (1,); accepted as a number",
        "grad_center has shape (1, d); accepted as (d,)",
    ]
    got = file.skipgram(0, WINDOW, U, U, "naive_softmax", None)  # its window is written for these very shapes
    assert_same(got, right_window([0], WINDOW, U, U, None))


@pytest.mark.parametrize(
    ("name", "shape"), [("cs224n_2017_row_right", "(1, d)"), ("cs224n_2017_column_right", "(d, 1)")]
)
def test_a_centre_of_another_shape_is_remarked(name, shape):
    file = adapted(name)
    center, outside, _, U = draw(6, 3, 5)
    file.naive_softmax(center, outside, U)
    assert file.remarks[0] == f"naive_softmax: the file needs the centre as {shape}; it is passed so"


@pytest.mark.parametrize("name", ["transposed_grad", "sign_flipped", "log_p_positive", "float32_inside"])
def test_wrong_numbers_and_shapes_are_handed_on(name):
    center, outside, _, U = draw(6, 3, 5)
    got = adapted(name).naive_softmax(center, outside, U)
    with pytest.raises(AssertionError):
        assert_same(got, pairs.naive_softmax(center, outside, U))


@pytest.mark.parametrize("name", ["repeats_counted_once", "repeats_overwritten"])
def test_lost_repeats_are_handed_on(name):
    center, outside, negatives, U = draw(6, 3, 5)
    got = adapted(name).negative_sampling(center, outside, np.full(5, negatives[0]), U)
    due = pairs.negative_sampling(center, outside, np.full(5, negatives[0]), U)
    assert_same((*got[:2], due[2]), due)
    with pytest.raises(AssertionError):
        assert_same(got, due)


def test_state_between_calls_is_not_hidden():
    center, outside, _, U = draw(6, 3, 5)
    file = adapted("global_state")
    first, second = (file.naive_softmax(center, outside, U) for _ in range(2))
    with pytest.raises(AssertionError):
        assert_same(first, second)


def test_garbage_and_exceptions_are_handed_on():
    center, outside, negatives, U = draw(6, 3, 5)
    assert adapted("returns_none").naive_softmax(center, outside, U) is None
    assert adapted("returns_string").naive_softmax(center, outside, U)[0] == "todo"
    with pytest.raises(NotImplementedError, match="to be done"):
        adapted("raises").naive_softmax(center, outside, U)
    with pytest.raises(NotImplementedError, match="to be done"):
        adapted("raises").negative_sampling(center, outside, negatives, U)
    with pytest.raises(TypeError, match="positional argument"):
        adapted("wrong_parameter_count").naive_softmax(center, outside, U)
    with pytest.raises(ValueError, match="reshape"):
        adapted("hard_coded_sizes").naive_softmax(center, outside, U)


def test_an_input_that_the_file_writes_to_is_the_callers():
    center, outside, _, U = draw(6, 3, 5)
    U.setflags(write=False)
    with pytest.raises(ValueError, match="read-only"):
        adapted("mutates_input").naive_softmax(center, outside, U)


# ---- stand-ins


def test_the_assignments_modules_are_answered_while_a_file_is_loaded_only():
    with standins.answering(STRANGERS) as answered:
        import q2_gradcheck
        from utils.gradcheck import grad_tests_negsamp, gradcheck_naive
    assert answered == ["q2_gradcheck", "utils", "utils.gradcheck"]
    assert q2_gradcheck.gradcheck_naive(lambda x: x, 1.0) is gradcheck_naive(1) is grad_tests_negsamp() is None
    assert not set(standins.NAMES) & set(sys.modules)
    with pytest.raises(ModuleNotFoundError):
        import q1_softmax  # noqa: F401


def test_a_real_neighbour_wins(tmp_path):
    (tmp_path / "q1_softmax.py").write_text("def softmax(x):\n    return 'theirs'\n")
    (tmp_path / "utils").mkdir()
    (tmp_path / "utils" / "utils.py").write_text("def softmax(x):\n    return 'also theirs'\n")
    with standins.answering(tmp_path) as answered:
        from q1_softmax import softmax
        from q2_sigmoid import sigmoid
        from utils.gradcheck import gradcheck_naive
        from utils.utils import softmax as other
    assert (softmax(0), other(0), sigmoid(0.0), gradcheck_naive()) == ("theirs", "also theirs", 0.5, None)
    assert answered == ["q2_sigmoid", "utils.gradcheck"]
    with standins.answering(STRANGERS):  # and it does not stay for the next file
        from q1_softmax import softmax as ours
    assert ours(np.zeros(2)).tolist() == [0.5, 0.5]


def test_a_module_of_that_name_that_was_loaded_before_is_put_back():
    before = sys.modules["utils"] = ModuleType("utils")
    try:
        load("cs224n_2019_right")
        assert sys.modules["utils"] is before
    finally:
        del sys.modules["utils"]


def test_the_stand_in_softmax_works_by_rows_and_is_shifted():
    logits = np.array([[1000.0, 1000.0], [-1000.0, 0.0]])
    with np.errstate(over="raise", invalid="raise"):
        assert standins.softmax(logits).tolist() == [[0.5, 0.5], [0.0, 1.0]]
        assert standins.softmax(logits[1]).tolist() == [0.0, 1.0]
        assert standins.sigmoid(np.array([-800.0, 0.0, 800.0])).tolist() == [0.0, 0.5, 1.0]
    assert standins.normalize_rows(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [[0.6, 0.8], [0.0, 0.0]]


def test_a_file_that_cannot_be_loaded_is_left_to_the_loader(tmp_path):
    (tmp_path / "unfinished.py").write_text("def skipgram(:\n")
    with pytest.raises(SyntaxError):
        load("unfinished", tmp_path)
    with pytest.raises(SystemExit):
        load("exit_at_import")
    assert not any(type(finder).__module__ == standins.__name__ for finder in sys.meta_path)
