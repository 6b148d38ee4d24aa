"""Counts: the laws hold for right implementations, and each fault that is known fails one."""

import functools
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import gradgate
from gradgate import cli
from gradgate.calling.calls import Call
from gradgate.calling.implementation import Implementation
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load
from gradgate.case import Case
from gradgate.cells import Cells, cells_of
from gradgate.counts.definition import cooccurrence, pairs_within
from gradgate.counts.draws import WORKED_COUNTS, count_case, kinds_of
from gradgate.counts.examination import CountExamination
from gradgate.counts.laws import BY_NAME
from gradgate.counts.run import dtypes_of
from gradgate.errors import CannotRun
from gradgate.grading.rubric_files import read_rubric
from gradgate.interface import COUNTS
from gradgate.verdicts import CRASHED, REFUTED, VERIFIED

from .counting import TWINS, module

ROOT = Path(__file__).resolve().parents[1]
CASES = 16  # each kind twice
FUNCTIONS = tuple(COUNTS)


def examined(subject, function, dtype, cases=CASES, *, shipped=False):
    performer = InProcess(subject if isinstance(subject, Implementation) else Implementation("theirs", subject))
    examination = CountExamination(function, dtype, performer.particulars, performer.perform, shipped=shipped)
    for index in range(cases):
        examination.put(count_case(function, dtype, 0, index))
    examination.conclude()
    return examination


def shipped(name):
    if name == "scipy_counts":
        pytest.importorskip("scipy", reason="not run: scipy_counts needs scipy, which is not installed")
    return load(name)


@functools.cache
def refuted_by(twin, dtype):
    """The examination of the function that a twin changes, in its dtypes."""
    right = module()
    function = next(name for name in FUNCTIONS if getattr(TWINS[twin], name) is not getattr(right, name))
    return [examined(TWINS[twin], function, one) for one in dtypes_of(function, (dtype,))]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", ["python_counts", "scipy_counts"])
def test_the_shipped_counts_are_verified(name, function):
    implementation = shipped(name)
    for dtype in dtypes_of(function, implementation.particulars.dtypes):
        found = examined(implementation, function, dtype, shipped=True)
        assert found.verdict == VERIFIED, found.sentence
        assert all(not tally.outcomes[REFUTED] for tally in found.laws.values())
        assert all(measured.decided for measured in found.quantities.values())
        silent = [
            law
            for law, tally in found.laws.items()
            if BY_NAME[law].applies(Case(function, dtype, {}, "", 0, 0)) and not tally.outcomes["passed"]
        ]
        assert not silent, f"no case put these laws: {silent}"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_right_counts_on_dense_arrays_are_verified(function):
    for dtype in dtypes_of(function, ("float64", "float32")):
        found = examined(module(), function, dtype)
        assert found.verdict == VERIFIED, found.sentence


@pytest.mark.parametrize("twin", TWINS)
def test_a_fault_is_refuted(twin):
    for found in [*refuted_by(twin, "float64"), *refuted_by(twin, "float32")]:
        assert found.verdict in (REFUTED, CRASHED), f"{twin} passes in {found.dtype}"
        assert found.counterexamples
        assert found.sentence


def test_every_law_that_binds_strangers_refutes_a_fault():
    """But for what needs a fault of its own: purity, and what relates two functions."""
    found = [examination for twin in TWINS for examination in refuted_by(twin, "float64")]
    blamed = {law for examination in found for law, tally in examination.laws.items() if tally.outcomes[REFUTED]}
    own = {"no_state", "inputs_unchanged", "read_only"}
    assert {law.name for law in BY_NAME.values() if law.binds_strangers} - own <= blamed


def _writes(W):
    W += 0
    W[0, 0] += 1
    return module().pmi(W)


@pytest.mark.parametrize(
    ("fault", "law"),
    [
        (_writes, "inputs_unchanged"),
        (_writes, "read_only"),
        (lambda W, calls=[]: module().pmi(W) * (1 + 1e-9 * (calls.append(0) or len(calls))), "no_state"),
    ],
)
def test_an_impure_function_is_refuted(fault, law):
    found = examined(SimpleNamespace(pmi=fault), "pmi", "float64")
    assert found.laws[law].outcomes[REFUTED]


def test_a_dense_form_is_refuted_where_a_sparse_one_is_declared():
    declared = module(assparse=lambda rows, cols, values, shape: cells_of_parts(rows, cols, values, shape).dense())
    found = examined(declared, "cooccurrence", "int64", shipped=True)
    assert found.laws["stored_cells"].outcomes[REFUTED] == found.laws["stored_cells"].expected > 0
    assert not examined(module(), "cooccurrence", "int64", shipped=True).laws["stored_cells"].expected


def cells_of_parts(rows, cols, values, shape):
    return Cells(np.stack([rows, cols], axis=1), values, shape)


def test_bad_arguments_that_are_accepted_are_remarks_to_strangers_and_bind_the_shipped():
    assert examined(module(), "cooccurrence", "int64").verdict == VERIFIED
    assert any("bad_counts" in remark for remark in examined(module(), "cooccurrence", "int64").remarks)
    assert examined(module(), "cooccurrence", "int64", shipped=True).laws["bad_counts"].outcomes[REFUTED]


def test_ppmi_of_the_counts_alone_is_judged_without_smoothing():
    alone = module(ppmi=lambda W: module().ppmi(W))
    found = examined(alone, "ppmi", "float64", cases=72)
    assert found.verdict == VERIFIED
    assert found.laws["exact_ppmi"].reasons["ppmi of theirs takes no smoothing and no shift"] > 0
    assert found.laws["exact_ppmi"].outcomes["passed"] > 0


def test_cells_that_repeat_add_up():
    def doubled(tokens, window):
        W = cells_of(module().cooccurrence(tokens, window))
        rows, cols = np.repeat(W.rows, 2), np.repeat(W.cols, 2)
        values = np.stack([W.values - 1, np.ones_like(W.values)], axis=1).ravel()
        return rows, cols, values, W.shape

    assert examined(module(cooccurrence=doubled), "cooccurrence", "int64").verdict == VERIFIED


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        (lambda t, w: (t, t), "tuple of 2"),
        (lambda t, w: (t, t[:-1], t, (9, 9)), "three vectors of one length"),
        (lambda t, w: (t, t, t, (1000, 1000)), "has shape (1000, 1000)"),
        (lambda t, w: "W", "numbers are due"),
        (lambda t, w: (t + 10**6, t, t, (int(t.max()) + 1,) * 2), "outside its shape"),
    ],
)
def test_what_is_no_matrix_of_cells_is_refuted_in_words(returned, told):
    found = examined(module(cooccurrence=returned), "cooccurrence", "int64", cases=3)
    assert found.verdict == REFUTED
    assert told in found.sentence


def test_the_precepts_sentence():
    """I like cats and dogs, window 2, by hand."""
    due = np.array([[0, 1, 1, 0, 0], [1, 0, 1, 1, 0], [1, 1, 0, 1, 1], [0, 1, 1, 0, 1], [0, 0, 1, 1, 0]])
    assert np.array_equal(cooccurrence(range(5), 2).dense(), due)
    assert due.sum() == pairs_within(5, 2) == 14


@pytest.mark.parametrize("name", ["python_counts", "scipy_counts"])
def test_the_precepts_table(name):
    """Counts 10, 10 and 40: p(dogs, I) = 1/12, and PMI(dogs, I) = log 1.2, PMI(cats, dogs) = log 1.92; -inf at none."""
    W = cells_of(np.array(WORKED_COUNTS))
    assert W.dense()[2, 0] / W.values.sum() == pytest.approx(1 / 12)
    performer = InProcess(shipped(name))
    [outcome] = performer.perform([Call("base", Case("pmi", "float64", {"W": W}, "worked", 0, 0))])
    cells = {
        tuple(place): value
        for place, value in zip(outcome.results["PMI"].rows.tolist(), outcome.results["PMI"].values, strict=True)
    }
    assert cells[2, 0] == pytest.approx(np.log(1.2), rel=1e-15)
    assert cells[1, 2] == pytest.approx(np.log(1.92), rel=1e-15)
    assert (0, 0) not in cells


def test_a_vocabulary_of_one():
    W = cooccurrence([0, 0, 0], 1)
    assert W.dense().tolist() == [[4]]
    [outcome] = InProcess(load("python_counts")).perform([Call("base", Case("pmi", "float64", {"W": W}, "", 0, 0))])
    assert outcome.results["PMI"].values.tolist() == [0.0]


def test_an_empty_text_has_no_rows():
    assert cooccurrence([], 2).shape == (0, 0)
    inputs = {"tokens": np.zeros(0, np.int64), "window": 2}
    case = Case("cooccurrence", "int64", inputs, "", 0, 0)
    [outcome] = InProcess(load("python_counts")).perform([Call("base", case)])
    assert outcome.results["W"].shape == (0, 0)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_case_depends_on_its_seed_and_index_alone(function):
    [dtype] = dtypes_of(function, ("float64",))
    one, again = (count_case(function, dtype, 3, 5) for _ in range(2))
    assert one.describe() == again.describe()
    kinds = {count_case(function, dtype, 0, index).kind for index in range(8)}
    assert kinds == set(kinds_of(function))


def test_verify_examines_counts_as_it_does_losses(tmp_path):
    path = tmp_path / "my_counts.py"
    path.write_text(
        "import numpy as np\n"
        "def cooccurrence(tokens, window):\n"
        "    V = max(tokens) + 1\n"
        "    W = np.zeros((V, V))\n"
        "    for i, word in enumerate(tokens):\n"
        "        for j in range(i - min(window, len(tokens)), i):\n"
        "            W[word, tokens[j]] += 1\n"
        "            W[tokens[j], word] += 1\n"
        "    return W\n"
    )
    command = [sys.executable, "-m", "gradgate", "verify", str(path), "--cases", "16", "--jobs", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    assert "my_counts.py · cooccurrence · int64: refuted" in done.stdout
    assert "exact_counts: W[t, c] counts the positions" in done.stdout
    assert "tokens=[0]" in done.stdout  # the smallest text that shows it: one word, which meets itself


def test_a_notebook_s_counts_are_checked():
    found = gradgate.check(pmi=TWINS["logarithms to base 2"].pmi, cooccurrence=module().cooccurrence, svd=module().svd)
    assert [found.judged[name].verdict for name in ("cooccurrence", "pmi", "svd")] == [VERIFIED, REFUTED, VERIFIED]
    assert found.judged["svd"].message == "Right: S, U and Vt are exact to rounding on 40 inputs."
    assert "PMI[0, 0] is 1 where 0.693147 is due" in found.judged["pmi"].message
    assert "Read: PMI_tc = log(" in found.judged["pmi"].message


RUBRIC = """
[[part]]
id = "W"
function = "cooccurrence"
points = 2
laws = ["symmetry"]
[[part]]
id = "PPMI"
function = "ppmi"
points = 3
[[part]]
id = "SVD"
function = "svd"
points = 5
"""


def test_counts_are_graded(tmp_path):
    """In the isolation, which believes no form but the contract's; symmetry alone is what the first part asks for."""
    right = (ROOT / "impls/python_counts.py").read_text()
    (tmp_path / "counts.py").write_text(right.replace("counts[earlier, word] += 1", "pass"))
    (tmp_path / "rubric.toml").write_text("cases = 8" + RUBRIC)
    command = [sys.executable, "-m", "gradgate", "grade", "counts.py", "--rubric", "rubric.toml", "--json", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    [graded] = json.loads(done.stdout)["submissions"]
    assert [part["verdict"] for part in graded["parts"]] == [REFUTED, VERIFIED, VERIFIED]


@pytest.mark.parametrize(
    ("law", "told"), [("exact_gradient", "known are exact_counts"), ("exact_pmi", "says nothing of cooccurrence")]
)
def test_a_rubric_may_name_the_laws_of_counts_alone(tmp_path, law, told):
    path = tmp_path / "rubric.toml"
    path.write_text(RUBRIC.replace("symmetry", law))
    with pytest.raises(CannotRun, match=told):
        read_rubric(str(path))


def _peak(call):
    """The bytes that a call holds at most beyond what there was, by Python's own count, and what it returned."""
    tracemalloc.start()
    try:
        returned = call()
        return tracemalloc.get_traced_memory()[1], returned
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["python_counts", "scipy_counts"])
def test_memory_grows_with_the_cells_and_not_with_the_vocabulary_squared(name):
    """The same text with its words spread over 64 times as many rows: a few times V more numbers, never V^2."""
    functions = shipped(name).module
    tokens = np.random.default_rng(0).integers(0, 64, 300)
    peaks = {}
    for spread in (1, 64):
        spaced = (tokens * spread).tolist() if name == "python_counts" else tokens * spread
        first, W = _peak(lambda given=spaced: functions.cooccurrence(given, 2))
        second, M = _peak(lambda given=W: functions.ppmi(given))
        third = _peak(lambda given=M: functions.svd(given, 3))[0] if name == "scipy_counts" else 0
        peaks[spread] = np.array([first, second, third])
    vectors = np.array([8, 8, 80])  # of V numbers each; ARPACK keeps 20 for three singular values, and works on them
    assert (peaks[64] - peaks[1] <= 8 * vectors * 63 * 64).all(), peaks
    assert (8 * vectors * 63 * 64 < 8 * (64 * 64) ** 2 / 50).all()  # a fiftieth of a dense matrix


def test_a_dense_matrix_would_fail_that_test():
    tokens = np.random.default_rng(0).integers(0, 64, 300)
    small, large = (_peak(lambda given=tokens * spread: np.zeros((given.max(),) * 2))[0] for spread in (1, 64))
    assert large - small > 8 * 80 * 63 * 64


def test_a_dtype_that_counts_have_not_is_one_sentence_and_exit_4(capsys):
    assert cli.main(["verify", "python_counts", "--loss", "pmi,svd", "--dtype", "float16"]) == 4
    told = "gradgate: pmi, svd: not examined in float16, but in float64 and float32\n"
    assert capsys.readouterr().err == told
