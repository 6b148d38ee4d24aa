"""Grading one submission: points agree with the gate's verdicts, a fault counts once, and what is said teaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gradgate.grading.grade import grade_submission
from gradgate.grading.graded import GradedPart, GradedSubmission
from gradgate.grading.rubric import CAUSE, Rubric, RubricPart
from gradgate.grading.rubric_files import rubric_for
from gradgate.grading.settings import GradingSettings
from gradgate.isolation import Isolation, Limits

STRANGERS = Path(__file__).parent / "strangers"
RIGHT = (STRANGERS / "cs224n_2019_right.py").read_text(encoding="utf-8")
Grade = Callable[..., GradedSubmission]


@pytest.fixture(scope="module")
def grade() -> Iterator[Grade]:
    with Isolation(Limits(cpu_seconds=5.0, wall_seconds=60.0)) as isolation:

        def graded(text: str | bytes, rubric: Rubric | None = None, **settings: int) -> GradedSubmission:
            data = text.encode() if isinstance(text, str) else text
            return grade_submission("word2vec.py", data, rubric, GradingSettings(**settings), isolation)

        yield graded


def part(graded: GradedSubmission, name: str) -> GradedPart:
    return next(part for part in graded.parts if part.id == name)


def few(rubric: Rubric) -> Rubric:
    return replace(rubric, cases=10)


FEW = few(rubric_for(""))


def test_a_right_file_has_all_points_though_it_overflows(grade):
    graded = grade(RIGHT)  # on as many inputs as by default
    assert (graded.score, graded.max_score, graded.status, graded.form) == (100, 100, "graded", "CS224n 2019+")
    assert [part.verdict for part in graded.parts] == ["verified", "fragile", "fragile", "verified"]
    assert "take -log sigmoid(z) as logaddexp(0, -z)" in part(graded, "negative_sampling").message


def test_a_wrong_sigmoid_costs_its_own_points_only(grade):
    graded = grade(RIGHT.replace("1 / (1 + np.exp(-x))", "1 / (1 + np.exp(x))"), FEW)
    assert [(part.id, part.points) for part in graded.parts] == [
        ("sigmoid", 0),
        ("naive_softmax", 25),
        ("negative_sampling", 25),
        ("skipgram", 25),
    ]
    due = "judged with a right sigmoid in its place, so that a fault or a gap there counts once"
    assert due in part(graded, "negative_sampling").remarks


def test_a_wrong_negative_sampling_on_a_wrong_sigmoid_is_wrong_still(grade):
    text = RIGHT.replace("1 / (1 + np.exp(-x))", "1 / (1 + np.exp(x))").replace("(1 - q) * outside", "q * outside")
    graded = grade(text, FEW)
    assert part(graded, "negative_sampling").points == 0


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [("s = 1 / (1 + np.exp(-x))", "raise NotImplementedError", "crashed"), ("def sigmoid", "def other", "not offered")],
)
def test_an_unfinished_or_missing_sigmoid_costs_its_own_points_only(grade, old, new, verdict):
    graded = grade(RIGHT.replace(old, new), FEW)
    assert [part.verdict for part in graded.parts] == [verdict, "fragile", "fragile", "verified"]
    assert graded.score == 75


@pytest.mark.parametrize("ending", ["while True:\n        pass", "raise SystemExit"])
def test_a_negative_sampling_that_does_not_return_costs_its_own_points_only(ending):
    drawn = "    negSampleWordIndices = getNegativeSamples("
    text = RIGHT.replace(drawn, f"    {ending}\n{drawn}")
    with Isolation(Limits(cpu_seconds=1.0)) as isolation:
        graded = grade_submission("word2vec.py", text.encode(), FEW, GradingSettings(), isolation)
    assert [(part.id, part.verdict) for part in graded.parts if part.points < 25] == [
        ("negative_sampling", "timed out" if ending.startswith("while") else "crashed")
    ]


PLAIN = """
import numpy as np

def naive_softmax(center, outside, U):
    logits = U @ center
    weights = np.exp(logits - logits.max())
    p = weights / weights.sum()
    loss = np.log(weights.sum()) - (logits - logits.max())[outside]
    p[outside] -= 1
    return loss, U.T @ p, np.outer(p, center)

def negative_sampling(center, outside, negatives, U):
    return 0.0, np.zeros_like(center), np.zeros_like(U)

def skipgram(center, outsides, V_c, U, loss, negatives):
    total, grad_V_c, grad_U = 0.0, np.zeros_like(V_c), np.zeros_like(U)
    for i, o in enumerate(outsides):
        one = naive_softmax(V_c[center], o, U) if loss == "naive_softmax" else (
            negative_sampling(V_c[center], o, negatives[i], U))
        total += one[0]
        grad_V_c[center] += one[1]
        grad_U += one[2]
    return total, grad_V_c, grad_U
"""


def test_a_plain_skipgram_is_judged_with_right_losses_where_its_own_are_wrong(grade):
    graded = grade(PLAIN, FEW)
    verdicts = {part.id: part.verdict for part in graded.parts}
    assert verdicts == {
        "sigmoid": "not offered",
        "naive_softmax": "verified",
        "negative_sampling": "refuted",
        "skipgram": "verified",
    }
    assert graded.form == "plain"


def test_the_2017_form_has_six_parts_and_a_sigmoid_from_elsewhere_costs_nothing(grade):
    graded = grade((STRANGERS / "cs224n_2017_right.py").read_bytes(), few(rubric_for("CS224n 2017")))
    assert (graded.score, graded.max_score, len(graded.parts)) == (100, 100, 6)
    assert part(graded, "sigmoid").max_points == 0
    assert part(graded, "normalize_rows").verdict == "fragile"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("np.sum(x**2, axis=1, keepdims=True)", "np.sum(x**2, axis=0, keepdims=True)"),
        ("np.sum(x**2, axis=1, keepdims=True)", "np.sum(x**2, axis=1, keepdims=True) + 1e-10"),
    ],
)
def test_rows_normalised_wrongly_cost_their_own_points_only(grade, old, new):
    text = (STRANGERS / "cs224n_2017_right.py").read_text(encoding="utf-8").replace(old, new)
    graded = grade(text, few(rubric_for("CS224n 2017")))
    assert [part.id for part in graded.parts if part.points < part.max_points] == ["normalize_rows"]


def test_what_is_wrong_is_told_in_the_students_own_names_with_a_small_input_and_the_formula(grade):
    graded = grade((STRANGERS / "repeats_counted_once.py").read_bytes())
    found = part(graded, "negative_sampling")
    assert found.cause == "repeats counted once: what occurs m times gets its share once"
    lines = found.message.splitlines()
    assert lines[0] == "The gradient is wrong; the loss is right, but fragile."
    assert lines[1] == "Right so far: gradCenterVec."
    assert lines[2].startswith("With centerWordVec = [")
    assert "gradOutsideVecs[" in lines[2]
    assert "is due; off by" in lines[2]
    assert lines[-1].startswith("Read: row o gets (σ(u_o·v) − 1) v")
    assert "gradgate" not in found.message
    assert found.staff["counterexamples"][0]["smallest"]["snippet"].startswith("import numpy as np")
    assert found.staff["laws"]["repeated_negatives"]["refuted"] > 0


def test_a_file_that_is_wrong_by_very_little_has_no_points(grade):
    text = RIGHT.replace("loss = -np.log(p)\n", "loss = -np.log(p) * (1 + 1e-12)\n")
    found = part(grade(text, FEW), "negative_sampling")
    assert (found.verdict, found.points) == ("refuted", 0)


CLIPPED = RIGHT.replace("-np.log(y_hat[outsideWordIdx])", "-np.log(max(y_hat[outsideWordIdx], 1e-15))")


def test_a_clipped_probability_is_a_wrong_loss_unless_the_rubric_gives_credit_for_it(grade):
    plain = rubric_for("")
    found = part(grade(CLIPPED, plain), "naive_softmax")
    assert (found.verdict, found.points, found.cause[:8]) == ("refuted", 0, "clipping")
    lenient = replace(plain, credit={"clipping": 0.8})
    assert part(grade(CLIPPED, lenient), "naive_softmax").points == 20


HIDDEN = Rubric(
    "hidden",
    (
        RubricPart("seen", "Seen", "sigmoid", 10.0),
        RubricPart("unseen", "Unseen", "naive_softmax", 30.0, ("exact_value",), visible=False, shows=CAUSE),
    ),
    cases=10,
)


def test_hidden_parts_are_left_out_at_home_and_said_openly(grade):
    graded = grade(CLIPPED, HIDDEN)
    assert [part.id for part in graded.parts] == ["seen"]
    assert (graded.score, graded.max_score) == (10, 10)
    assert graded.message == "1 hidden part, 30 points, not judged here"


def test_a_hidden_part_is_judged_on_inputs_of_its_own_and_shows_no_input(grade):
    graded = grade(RIGHT.replace("loss = -np.log(y_hat[", "loss = 2 * -np.log(y_hat["), HIDDEN, hidden_seed=77)
    found = part(graded, "unseen")
    assert found.message.startswith("1 hidden check, 30 points: 0 earned (refuted); scale: ")
    assert "[" not in found.message
    assert found.staff["counterexamples"][0]["worst"]["case"]["seed"] == 77


REPEATS = Rubric(
    "repeats", (RubricPart("repeats", "Repeats", "negative_sampling", 10.0, ("repeated_negatives", "promised_form")),)
)


def test_a_part_without_the_exact_laws_is_judged_by_those_that_it_names(grade):
    right, wrong = (
        grade((STRANGERS / f"{name}.py").read_bytes(), REPEATS)
        for name in ("numpy_two_functions", "repeats_overwritten")
    )
    assert part(right, "repeats").verdict == "verified"
    assert part(right, "repeats").message.startswith("Right: a negative drawn m times counts m times; shape and dtype")
    assert part(wrong, "repeats").verdict == "refuted"
    assert part(wrong, "repeats").message.startswith("This must hold and does not: a negative drawn m times counts m")


def test_two_gradings_are_equal_but_for_the_time(grade):
    text = (STRANGERS / "own_random_numbers.py").read_bytes()
    one, other = (replace(grade(text, FEW), seconds=0.0) for _ in range(2))
    assert one == other


def test_what_a_file_declares_of_itself_buys_no_wider_bounds(grade):
    declared = 'DTYPES = ("bfloat16",)\nACCUMULATION = "bfloat16"\nLOSS_DTYPE = "bfloat16"\nDETERMINISTIC = False\n'
    graded = grade(declared + PLAIN.replace("return loss, U.T @ p", "return loss * 1.001, U.T @ p"), FEW)
    assert part(graded, "naive_softmax").points == 0


LOADING = {
    "prints": ('print("hello")\n' + RIGHT, "graded", ""),
    "tests itself when imported": (RIGHT + "\ntest_word2vec()\n", "graded", ""),
    "byte order mark and CRLF": (b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode(), "graded", ""),
    "latin-1, declared": ("# coding: latin-1\n# \xe9\n" + RIGHT).encode("latin-1"),
    "latin-1, undeclared": (b"# \xe9\n" + RIGHT.encode(), "unreadable", "line 1 holds the byte 0xe9"),
    "Python 2": (
        RIGHT + '\nprint "done"\n',
        "failed to load",
        "this is Python 2 (Missing parentheses in call to 'print'",
    ),
    "an exception of Python 2": (
        RIGHT + "\ntry:\n    pass\nexcept ValueError, error:\n    pass\n",
        "failed to load",
        "this is Python 2 (multiple exception types must be parenthesized)",
    ),
    "a module of Python 2": (
        "import cPickle\n",
        "failed to load",
        "needs cPickle, which is not installed; cPickle is Python 2: Python 3 has pickle",
    ),
    "broken syntax": ("def f(:\n", "failed to load", "word2vec.py, line 1: not Python 3: invalid syntax"),
    "exit at the end": (
        RIGHT + "\nexit()\n",
        "failed to load",
        "ends the program when it is imported: exit(0); take the",
    ),
    "a missing module": (
        "import nowhere\n",
        "failed to load",
        "needs nowhere, which is not installed; do without it, or",
    ),
    "raises": (
        "1 / 0\n",
        "failed to load",
        "raises ZeroDivisionError when it is imported: division by zero; mend that",
    ),
    "no function": ("x = 1\n", "failed to load", "defines none of the contract's functions"),
    "empty": ("", "unreadable", "the file is empty"),
}


@pytest.mark.parametrize("name", LOADING)
def test_files_are_read_as_python_reads_them_or_refused_in_a_sentence(grade, name):
    text, status, sentence = LOADING[name] if isinstance(LOADING[name], tuple) else (LOADING[name], "graded", "")
    graded = grade(text, FEW)
    assert (graded.status, graded.score) == (status, 100 if status == "graded" else 0), graded.message
    assert sentence in graded.message
    assert "\n" not in graded.message
    assert len(graded.parts) == 4


def test_a_name_of_python_2_is_said_to_be_one(grade):
    found = part(grade(RIGHT.replace("range(K)", "xrange(K)"), FEW), "negative_sampling")
    assert found.verdict == "crashed"
    assert "xrange is Python 2: Python 3 has range." in found.message


def test_what_a_file_prints_when_it_is_loaded_is_kept(grade):
    assert grade('print("hello")\n' + RIGHT, FEW).output.strip() == "hello"
