"""The bridge from counts to gradients: it holds for right implementations, and each fault breaks a part of it."""

import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from gradgate.bridge import expectation, parameters, stationarity
from gradgate.bridge.__main__ import main
from gradgate.bridge.calling import Learner
from gradgate.bridge.counted import apart, counted
from gradgate.bridge.expectation import half_width
from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load
from gradgate.counts.definition import cooccurrence
from gradgate.text import build_corpus, read_text
from gradgate.verdicts import REFUTED, VERIFIED

K, V, WORDS = 3, 16, (0, 7)
DENSE = load("numpy_dense").module


@pytest.fixture(scope="module")
def counts():
    return counted(None, V, 2)


def learner(dtype="float64", **changed):
    functions = {name: getattr(DENSE, name) for name in ("naive_softmax", "negative_sampling")}
    return Learner(InProcess(Implementation("theirs", SimpleNamespace(**{**functions, **changed}))), dtype)


def refuted(found):
    return [each for each in found if each.verdict == REFUTED]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_expected_gradients_vanish_where_they_should_and_nowhere_else(counts, dtype):
    found = stationarity.examine(learner(dtype), counts, K, WORDS)
    assert [each.verdict for each in found] == [VERIFIED] * len(stationarity.POINTS)
    for each in found:
        assert (each.gradient <= each.bound) == each.point.vanishes
        assert each.components == len(WORDS) * V


def _biased(center, outside, negatives, U):
    """Negatives weigh a millionth too much."""
    loss, grad_center, grad_U = DENSE.negative_sampling(center, outside, negatives, U)
    positive = DENSE.negative_sampling(center, outside, negatives[:0], U)
    return loss, (1 + 1e-6) * (grad_center - positive[1]) + positive[1], grad_U


def _repeats_once(center, outside, negatives, U):
    return DENSE.negative_sampling(center, outside, np.unique(negatives), U)


def _skips_the_target(center, outside, negatives, U):
    return DENSE.negative_sampling(center, outside, negatives[negatives != outside], U)


def _shifted(center, outside, U):
    """Probabilities that do not add up to 1."""
    loss, grad_center, grad_U = DENSE.naive_softmax(center, outside, U)
    return loss, grad_center + 1e-9 * U.sum(axis=0), grad_U


@pytest.mark.parametrize(
    ("changed", "loss"),
    [
        ({"negative_sampling": _biased}, "negative_sampling"),
        ({"negative_sampling": _repeats_once}, "negative_sampling"),
        ({"negative_sampling": _skips_the_target}, "negative_sampling"),
        ({"naive_softmax": _shifted}, "naive_softmax"),
    ],
)
def test_a_wrong_gradient_does_not_vanish(counts, changed, loss):
    found = refuted(stationarity.examine(learner(**changed), counts, K, WORDS))
    assert found
    assert {each.point.loss for each in found} == {loss}


def test_a_gradient_that_is_no_number_vanishes_nowhere(counts):
    def nan(center, outside, U):
        loss, grad_center, grad_U = DENSE.naive_softmax(center, outside, U)
        return loss, grad_center * np.nan, grad_U

    found = stationarity.examine(learner(naive_softmax=nan), counts, K, WORDS[:1])
    assert all(each.verdict == REFUTED for each in found if each.point.loss == "naive_softmax")


def test_the_exact_expectation_is_what_draws_average_to_and_each_convention_has_its_own(counts):
    found = expectation.examine(learner(), counts, K, 3000, seed=0)
    assert {each.convention for each in found} == {"reject", "skip", "keep"}
    assert not refuted(found)
    apart_from = {(each.convention, other) for each in found for other in each.told_apart}
    assert {frozenset(pair) for pair in apart_from} == {
        frozenset(pair) for pair in (("reject", "skip"), ("reject", "keep"), ("skip", "keep"))
    }


def test_draws_that_repeat_miss_the_interval_where_repeats_count_once(counts):
    """The sum over V is of terms with one negative each, and the average of draws among which some repeat."""
    assert refuted(expectation.examine(learner(negative_sampling=_repeats_once), counts, K, 1500, seed=0))


def test_the_interval_holds_for_any_number_of_draws():
    """It is conservative: of 2,000 that may fail one time in ten, far fewer do; and it shrinks as 1/sqrt(n)."""
    rng = np.random.default_rng(0)
    missed = 0
    for n in (5, 20, 100, 500):
        for _ in range(500):
            values = rng.random((n, 1)) ** 3
            missed += abs(values.mean() - 0.25) > half_width(values, np.ones(1), 0.1)[0]
    assert missed <= 200
    wide, narrow = (half_width(rng.random((n, 1)), np.ones(1), 1e-6)[0] for n in (10_000, 160_000))
    assert 3 < wide / narrow < 5
    assert half_width(rng.random((10_000, 1)), np.ones(1), 1e-6)[0] < 0.05


def test_rows_are_touched_as_the_counts_of_parameters_say(counts):
    for name in ("numpy_dense", "numpy_rows"):
        found = parameters.examine(Learner(InProcess(load(name)), "float64"), counts, K, seed=0)
        assert not refuted(found)
        assert [each.rows for each in found] == [V + 1, 2 * V, K + 2, K + 1, K + 1]
    rows = found
    dense = parameters.examine(learner(), counts, K, seed=0)
    assert rows[2].numbers == (K + 2) * parameters.DIMENSION
    assert dense[2].numbers == (V + 1) * parameters.DIMENSION


def test_a_gradient_that_touches_other_rows_is_refuted(counts):
    def everywhere(center, outside, negatives, U):
        loss, grad_center, grad_U = DENSE.negative_sampling(center, outside, negatives, U)
        return loss, grad_center, grad_U + 1e-300

    assert refuted(parameters.examine(learner(negative_sampling=everywhere), counts, K, seed=0))


def test_counts_of_a_text_do_not_cross_its_sentences():
    corpus = build_corpus(read_text()[:40], min_count=1)
    W = cooccurrence(apart(corpus, 3), 3).dense()[:-1, :-1]
    alone = np.zeros_like(W)
    for start, end in zip(corpus.offsets[:-1], corpus.offsets[1:], strict=True):
        part = cooccurrence(corpus.tokens[start:end], 3)
        alone[: part.shape[0], : part.shape[1]] += part.dense()
    assert np.array_equal(W, alone)
    assert not np.array_equal(W, cooccurrence(corpus.tokens, 3).dense())


def test_the_command_tells_all_three_parts():
    options = "--vocabulary 8 --words 1 --negatives 2 --draws 300 --json -".split()
    command = [sys.executable, "-m", "gradgate.bridge", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["schema"] == "gradgate.bridge/1"
    assert len(told["stationarity"]) == len(stationarity.POINTS)
    assert len(told["expectation"]) == 6
    assert len(told["parameters"]) == 5
    assert "PMI - log K" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--text", "no/such/text"], "no such file or folder"),
        (["--vocabulary", "1"], "cannot differ from one another and from their target among 1 words"),
        (["--vocabulary", "4", "--negatives", "5"], "among 4 words"),
        (["python_counts"], "defines no naive_softmax"),
        (["pure_python", "--dtype", "float32"], "computes in float64, not in float32"),
        (["--negatives", "0"], "0"),
        (["nobody"], "no such implementation"),
    ],
)
def test_what_cannot_be_examined_is_one_sentence_and_exit_4(arguments, told, capsys):
    assert _code(arguments) == 4
    out, err = capsys.readouterr()
    assert told in err
    assert len(err.strip().splitlines()) == 1
    assert not out


def _code(arguments):
    try:
        return main([*map(str, arguments)])
    except SystemExit as end:  # argparse ends the program
        return end.code


def test_an_empty_text_is_one_sentence_and_exit_4(tmp_path, capsys):
    path = tmp_path / "empty.txt"
    path.write_text(" \n")
    assert _code(["--text", path]) == 4
    assert "holds no word" in capsys.readouterr().err


def test_an_implementation_that_raises_is_said_in_one_sentence(tmp_path, capsys):
    path = tmp_path / "raises.py"
    path.write_text(
        "def naive_softmax(center, outside, U):\n    raise ValueError('not yet')\n"
        "def negative_sampling(center, outside, negatives, U):\n    raise ValueError('not yet')\n"
    )
    assert _code([path, "--vocabulary", 8, "--negatives", 2]) == 1
    assert "ValueError: not yet" in capsys.readouterr().err
