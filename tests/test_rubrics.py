"""Rubrics: the shipped ones make sense, and what makes none is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradgate.causes.cause import CERTAIN, LIKELY, Cause
from gradgate.causes.names import NAMES
from gradgate.errors import CannotRun
from gradgate.grading.graded import GradedPart
from gradgate.grading.inputs import checks_of
from gradgate.grading.judged import PRECISION, ROBUSTNESS, Judged
from gradgate.grading.points import earned
from gradgate.grading.rubric import CAUSE, NOTHING, Rubric, RubricPart, shared_out
from gradgate.grading.rubric_files import read_rubric, rubric_for, shipped_rubrics
from gradgate.grading.telling import told_parts
from gradgate.laws import LAWS
from gradgate.verdicts import CRASHED, FRAGILE, NOT_OFFERED, REFUTED, VERIFIED

PART = 'id = "a"\nfunction = "sigmoid"\npoints = 5\n'
OTHER = PART.replace('id = "a"', 'id = "b"')


def rubric(text: str, tmp_path: Path) -> Rubric:
    path = tmp_path / "rubric.toml"
    path.write_text(text, encoding="utf-8")
    return read_rubric(str(path))


def test_the_default_has_four_parts_of_25_and_that_of_2017_six():
    assert [part.points for part in rubric_for("").parts] == [25] * 4
    assert rubric_for("CS224n 2019+") == rubric_for("XCS224N") == rubric_for("")
    assert len(rubric_for("CS224n 2017").parts) == 6


@pytest.mark.parametrize("name", shipped_rubrics())
def test_every_shipped_rubric_is_worth_100_points(name):
    assert read_rubric(name).max_score == 100


BAD = {
    "part = ": "Invalid value",
    'title = "none"': "it has no [[part]]",
    f"[[part]]\n{PART}bonus = 3": "part 'a' has 'bonus'; known keys are",
    f"bonus = 3\n[[part]]\n{PART}": "it has 'bonus'; known keys are cases, credit, part, title, weights",
    f'[[part]]\n{PART}laws = ["unheard_of"]': "part 'a' names the law 'unheard_of'; known are exact_value",
    f'[[part]]\n{PART}laws = ["zero_sum"]': "part 'a' names the law 'zero_sum', which says nothing of sigmoid",
    f"[[part]]\n{PART.replace('5', '-5')}": "the points of part 'a' is -5; it is a number from 0 up",
    f"[[part]]\n{PART.replace('5', 'nan')}": "the points of part 'a' is nan",
    f"[[part]]\n{PART.replace('5', 'true')}": "the points of part 'a' is True",
    f"[[part]]\n{PART.replace('5', '0')}": "no part has points",
    f"[[part]]\n{PART}robustness = 2": "robustness of part 'a' is 2; it is a number from 0 to 1",
    f"[[part]]\n{PART}[[part]]\n{PART}": "two parts have the id 'a'",
    f'[[part]]\n{PART}needs = ["b"]': "part 'a' needs 'b', which is no part; parts are a",
    f'[[part]]\n{PART}needs = ["a"]': "the needs of 'a' go round in a circle",
    f'[[part]]\n{PART}needs = ["b"]\n[[part]]\n{OTHER}needs = ["a"]': "the needs of 'a', 'b' go round in a circle",
    f'[[part]]\n{PART}needs = ["b"]\n[[part]]\n{OTHER}visible = false': "part 'a' is visible and needs the hidden 'b'",
    f'[[part]]\n{PART}shows = "all"': "shows is 'all'; it is one of nothing, points, cause",
    f"[[part]]\n{PART}visible = 1": "visible of part 'a' is 1; it is true or false",
    '[[part]]\nid = "a"': "part 'a' lacks function, points",
    "[[part]]\npoints = 3": "part 1 lacks id, function",
    f"[[part]]\n{PART.replace('sigmoid', 'relu')}": "part 'a' names the function 'relu'; known are sigmoid",
    f"[[part]]\n{PART.replace('a', 'a b', 1)}": "is to be made of letters, digits, _ and -",
    f"cases = 0\n[[part]]\n{PART}": "cases is 0; it is a whole number",
    f'[credit]\n"bad luck" = 1\n[[part]]\n{PART}': "[credit] names 'bad luck'; known are sign",
    '[[part]]\nid = "a"\nfunction = "normalize_rows"\npoints = 1\nlaws = ["shift"]': "by a law of its own alone",
}


@pytest.mark.parametrize("text", BAD)
def test_what_makes_no_sense_is_refused_in_one_sentence(text, tmp_path):
    with pytest.raises(CannotRun) as refused:
        rubric(text, tmp_path)
    assert BAD[text] in str(refused.value)
    assert "no rubric: " in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("spec", ["absent.toml", "."])
def test_a_rubric_that_cannot_be_read_is_refused_with_the_shipped_ones_named(spec):
    with pytest.raises(CannotRun, match="shipped ones are cs224n, cs224n_2017"):
        read_rubric(spec)


def test_what_a_rubric_says_is_read(tmp_path):
    text = (
        f"cases = 20\n[weights]\nrobustness = 0.5\n[credit]\nclipping = 0.5\n[[part]]\n{PART}"
        f'[[part]]\nid = "b"\nfunction = "negative_sampling"\npoints = 2.5\nneeds = ["a"]\nlaws = ["exact_value"]\n'
        f'visible = false\nshows = "cause"\noptional = true\nrobustness = 0\nprecision = 1'
    )
    found = rubric(text, tmp_path)
    assert (found.cases, found.credit, found.max_score) == (20, {"clipping": 0.5}, 7.5)
    assert found.parts[0] == RubricPart("a", "a", "sigmoid", 5.0, robustness=0.5)
    due = RubricPart("b", "b", "negative_sampling", 2.5, ("exact_value",), ("a",), False, CAUSE, True, 0.0, 1.0)
    assert found.parts[1] == due
    assert found.needed(due) == [found.parts[0]]


def cause(name: str, confidence: str) -> Cause:
    return Cause(name, "", confidence, "")


WEIGHED = RubricPart("a", "a", "sigmoid", 10.0, robustness=0.25, precision=0.5)
CREDIT = Rubric("", (WEIGHED,), credit={"clipping": 0.4})


@pytest.mark.parametrize(
    ("judged", "due"),
    [
        (Judged(VERIFIED, ""), 10),
        (Judged(FRAGILE, ""), 10),
        (Judged(FRAGILE, "", weaknesses=frozenset({ROBUSTNESS})), 7.5),
        (Judged(FRAGILE, "", weaknesses=frozenset({ROBUSTNESS, PRECISION})), 2.5),
        (Judged(REFUTED, "", cause("sign", CERTAIN)), 0),
        (Judged(REFUTED, "", cause("clipping", CERTAIN)), 4),
        (Judged(REFUTED, "", cause("clipping", LIKELY)), 0),
        (Judged(CRASHED, "", cause("clipping", CERTAIN)), 0),
        (Judged(NOT_OFFERED, ""), 0),
    ],
)
def test_a_right_formula_keeps_what_its_weaknesses_leave_and_a_wrong_one_what_its_cause_is_given(judged, due):
    assert earned(judged, WEIGHED, CREDIT, 10.0) == due


def test_the_points_of_a_missing_optional_part_go_to_the_others_in_proportion():
    parts = [RubricPart(name, name, "sigmoid", points) for name, points in (("a", 20), ("b", 20), ("c", 60))]
    assert shared_out(parts, ["a"]) == {"a": 0, "b": 25, "c": 75}
    assert shared_out(parts, []) == {"a": 20, "b": 20, "c": 60}
    assert shared_out(parts[:1], ["a"]) == {"a": 20}


def hidden(shows: str) -> GradedPart:
    part = RubricPart("h", "h", "sigmoid", 10.0, ("exact_value", "sigmoid_symmetry"), visible=False, shows=shows)
    judged = Judged(REFUTED, "With x = [1.0]: wrong", cause("sign", CERTAIN), remarks=("odd",))
    [told] = told_parts(Rubric("", (part,)), {"h": judged})
    return told


@pytest.mark.parametrize(
    ("shows", "message"),
    [
        (NOTHING, "2 hidden checks, 10 points"),
        ("points", "2 hidden checks, 10 points: 0 earned (refuted)"),
        (CAUSE, f"2 hidden checks, 10 points: 0 earned (refuted); sign: {NAMES['sign']}"),
    ],
)
def test_of_a_hidden_part_a_student_reads_what_the_rubric_allows_and_never_its_input(shows, message):
    told = hidden(shows)
    assert told.message == message
    assert told.remarks == ()
    assert (told.cause == "") == (shows != CAUSE)
    assert told.staff["message"] == "With x = [1.0]: wrong"


def test_only_the_checks_that_say_something_of_the_function_are_counted():
    assert checks_of("sigmoid", ()) < checks_of("naive_softmax", ()) < len(LAWS)
    assert checks_of("skipgram", ("zero_sum", "repeated_negatives")) == 2
