"""The gate's cases from real text: they obey the contract, repeat exactly, and show what they exist for."""

from __future__ import annotations

import numpy as np
import pytest

from gradgate.case import Case
from gradgate.formats import FORMATS, is_exact
from gradgate.interface import SIGNATURES
from gradgate.terms import groups
from gradgate.text import TEXT_FUNCTIONS, Corpus, build_corpus, gate_corpus, text_case

FIRST = range(20)  # what the gate runs of each function and dtype
WINDOWED = tuple(name for name in TEXT_FUNCTIONS if name.startswith(("skipgram", "cbow")))
SAMPLED = ("negative_sampling", "negative_sampling_batch", *WINDOWED)


def cases(function: str, seed: int = 0, corpus: Corpus | None = None, dtype: str = "float64") -> list[Case]:
    return [text_case(function, dtype, corpus or gate_corpus(), seed, index) for index in FIRST]


def windows(case: Case) -> list[np.ndarray]:
    """The outside words of each window, cut at the offsets."""
    name = "outsides" if "outsides" in case.inputs else "context" if "context" in case.inputs else "contexts"
    return (
        np.split(case.inputs[name], case.inputs["offsets"][1:-1]) if "offsets" in case.inputs else [case.inputs[name]]
    )


def repeats(rows: np.ndarray) -> bool:
    return len(set(rows.tolist())) < len(rows)


def assert_shows(found: list[bool], what: str) -> None:
    assert any(found), f"none of {len(found)} cases shows {what}"


def repeated_words(some: list[Case]) -> list[bool]:
    return [any(repeats(window) for window in windows(case)) for case in some]


def coinciding(some: list[Case]) -> list[bool]:
    targets = [target for case in some for group in groups(case) for target in group.targets]
    return [target.signs is not None and target.outside in target.rows[1:] for target in targets]


def repeated_negatives(some: list[Case]) -> list[bool]:
    targets = [target for case in some for group in groups(case) for target in group.targets]
    return [target.signs is not None and repeats(target.rows[1:]) for target in targets]


def centers_inside(some: list[Case]) -> list[bool]:
    centers = [np.atleast_1d(case.inputs.get("center", case.inputs.get("centers", 0))) for case in some]
    return [
        c in rows for case, own in zip(some, centers, strict=True) for c, rows in zip(own, windows(case), strict=True)
    ]


def holds_floats(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"


def integers(case: Case) -> dict[str, object]:
    return {name: np.asarray(value).tolist() for name, value in case.inputs.items() if not holds_floats(value)}


@pytest.mark.parametrize("function", TEXT_FUNCTIONS)
@pytest.mark.parametrize("dtype", FORMATS)
def test_text_cases_obey_the_contract(function: str, dtype: str) -> None:
    V = len(gate_corpus().vocabulary)
    for case in cases(function, dtype=dtype):
        assert tuple(case.inputs) == SIGNATURES[function].parameters
        assert case.kind == "text"
        for name, value in case.inputs.items():
            if holds_floats(value):
                assert value.dtype == FORMATS[dtype].carrier
                assert is_exact(value, FORMATS[dtype])
            elif isinstance(value, np.ndarray):
                assert value.dtype == np.int64
                assert (np.abs(value) == 1).all() if name == "signs" else ((value >= 0) & (value < V)).all()
        assert all(group.targets for group in groups(case)), "a window without a word"


@pytest.mark.parametrize("function", TEXT_FUNCTIONS)
def test_text_cases_repeat_and_depend_on_seed_function_and_index_alone(function: str) -> None:
    drawn = cases(function)
    again = [text_case(function, "float64", gate_corpus(), 0, index) for index in reversed(FIRST)][::-1]
    for case, other in zip(drawn, again, strict=True):
        for name, value in case.inputs.items():
            assert np.array_equal(value, other.inputs[name]), f"{function} {name} differs on a second draw"
    narrow = cases(function, dtype="bfloat16")
    assert [integers(case) for case in drawn] == [integers(case) for case in narrow]
    assert drawn[0].wide("U").shape == narrow[0].wide("U").shape
    assert not np.array_equal(drawn[0].inputs["U"], text_case(function, "float64", gate_corpus(), 1, 0).inputs["U"])


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_the_dtype_only_rounds_the_vectors(dtype: str) -> None:
    exact, narrow = (text_case("skipgram", name, gate_corpus(), 3, 4) for name in ("float64", dtype))
    off = np.abs(exact.wide("U") - narrow.wide("U"))
    form = FORMATS[dtype]
    assert (off <= form.roundoff * np.abs(exact.wide("U")) + form.tiny / 2).all()


@pytest.mark.parametrize("function", WINDOWED)
def test_losses_and_reductions_alternate(function: str) -> None:
    first = cases(function)[:4]
    assert [case.inputs["loss"] for case in first] == ["naive_softmax", "negative_sampling"] * 2
    assert [case.inputs["negatives"] is None for case in first] == [True, False] * 2
    if "reduce" in first[0].inputs:
        assert [case.inputs["reduce"] for case in first] == ["sum", "sum", "mean", "mean"]


@pytest.mark.parametrize("function", [name for name in TEXT_FUNCTIONS if name.endswith("_batch")])
def test_batches_hold_two_to_four_windows_ragged_where_they_are_windows(function: str) -> None:
    sizes = [len(groups(case)) for case in cases(function)]
    assert set(sizes) == {2, 3, 4}
    if function in WINDOWED:
        assert any(len({len(window) for window in windows(case)}) > 1 for case in cases(function))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("function", WINDOWED)
def test_windows_of_real_text_repeat_words(function: str, seed: int) -> None:
    assert_shows(repeated_words(cases(function, seed)), "a repeated word in a window")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("function", SAMPLED)
def test_negatives_of_real_text_repeat_and_meet_their_target(function: str, seed: int) -> None:
    drawn = cases(function, seed)
    assert_shows(repeated_negatives(drawn), "a repeated negative")
    assert_shows(coinciding(drawn), "the outside word among its negatives")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("function", ["skipgram", "skipgram_batch"])
def test_a_center_occurs_in_its_own_window(function: str, seed: int) -> None:
    assert_shows(centers_inside(cases(function, seed)), "a center in its own window")


def test_batches_of_pairs_repeat_an_outside_word() -> None:
    for function in ("naive_softmax_batch", "negative_sampling_batch"):
        assert_shows([repeats(case.inputs["outsides"]) for case in cases(function)], "a repeated outside word")


def test_a_text_without_repeats_would_be_caught() -> None:
    flat = build_corpus([[f"w{i}" for i in range(5000)]], min_count=1)
    drawn = [text_case("skipgram", "float64", flat, 0, index) for index in range(8, 20)]
    for found in (repeated_words(drawn), centers_inside(drawn)):
        with pytest.raises(AssertionError):
            assert_shows(found, "what this text does not have")


def test_rows_are_zipfian() -> None:
    centers = [int(case.inputs["center"]) for seed in range(5) for case in cases("skipgram", seed)]
    rare = sum(center >= len(gate_corpus().vocabulary) // 2 for center in centers)
    assert 0 < rare < len(centers) // 4, "evenly drawn rows would be rare half the time"


def test_logits_are_of_order_one() -> None:
    case = text_case("skipgram", "float64", gate_corpus(), 0, 0)
    spread = float(np.std(case.wide("V_c") @ case.wide("U").T))
    assert 0.5 < spread < 2


@pytest.mark.parametrize("function", ["sigmoid", "softmax", "glove"])
def test_a_function_without_words_is_refused(function: str) -> None:
    with pytest.raises(ValueError, match="takes no word"):
        text_case(function, "float64", gate_corpus(), 0, 0)
