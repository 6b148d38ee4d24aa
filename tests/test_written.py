"""The written part: a file of answers is graded as a submission is, whatever it holds."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from gradgate import cli
from gradgate.errors import CannotRun
from gradgate.grading.graded import as_json
from gradgate.grading.rubric_files import read_rubric
from gradgate.grading.settings import GradingSettings
from gradgate.grading.written.answers_file import Unreadable, read_answers
from gradgate.grading.written.grade import grade_answers
from gradgate.grading.written.questions import WrittenRubric

RIGHT = """\
# right in every line
a: -log(y_hat_o)
b: Uᵀ @ (ŷ − y)
c: outer(y_hat - y,
   v)
d: sigma(t) * sigma(-t)
e-center: (σ(u_o @ v_c) - 1) * u_o + Σ_k(σ(u_k @ v_c) * u_k)
e-outside: (sigma(u_o @ v_c) - 1) * v_c
e-negative: sigma(u_k @ v_c) * v_c
g: n_k * sigma(u_k @ v_c) * v_c
f: sum_j(U.T @ (y_hat - y_j))
"""
QUICK = GradingSettings(seed=3)


def written() -> WrittenRubric:
    found = read_rubric("cs224n_written")
    assert isinstance(found, WrittenRubric)
    return replace(found, cases=60)


def few() -> WrittenRubric:
    """Its first two questions, worth 25 points."""
    return replace(written(), questions=written().questions[:2], cases=30)


def graded(text: str | bytes, rubric: WrittenRubric | None = None):
    data = text.encode() if isinstance(text, str) else text
    return grade_answers("answers.txt", data, rubric or few(), QUICK)


def part(text: str, name: str):
    return next(part for part in graded(text).parts if part.id == name)


def test_right_answers_have_all_points():
    found = graded(RIGHT, written())
    assert (found.score, found.max_score, found.status, found.message) == (100, 100, "graded", "")
    assert all(part.verdict == "verified" for part in found.parts)
    json.dumps(as_json(found), allow_nan=False)


def test_a_student_may_write_in_the_other_layout():
    other = RIGHT.replace("Uᵀ @ (ŷ − y)", "U @ (ŷ − y)").replace("outer(y_hat - y,\n   v)", "outer(v, y_hat - y)")
    other = other.replace("sum_j(U.T @ (y_hat - y_j))", "sum_j(U @ (y_hat - y_j))")
    assert graded("layout: d x V\n" + other, written()).score == 100
    assert graded(other).score == 10


def test_a_wrong_answer_costs_its_own_points_and_is_told_where_to_look():
    found = part(RIGHT.replace("ŷ − y", "y − ŷ"), "b")
    assert (found.points, found.verdict, found.cause) == (0, "refuted", "the sign in y - y_hat")
    assert "With V = 2, d = 1" in found.message
    assert "y_hat - y" not in found.message, "the student is told where to look, and not what is due"
    assert found.staff["wrong_terms"][0]["mended"] == "U.T @ (y_hat - y)"


@pytest.mark.parametrize(
    ("answer", "verdict", "sentence"),
    [
        ("U.T @ (y_hat - y", "refuted", "Not readable: 'U.T @ (y_hat - y', character 7: this bracket is not closed"),
        ("U.T @ (yhat - y)", "refuted", "did you mean y_hat?"),
        ("U @ (y_hat - y)", "refuted", "U.T @ (y_hat - y) would have a value"),
        ("dJ/dU.T @ v", "refuted", "dJ/dU is not written out"),
        ("0 * exp(exp(exp(exp(9)))) * v", "inconclusive", "Undecided"),
        ("", "refuted", "there is no formula"),
        ("+".join(["v"] * 5000), "refuted", "shorten it"),
        ("sum_w(" * 30 + "v" + ")" * 30, "refuted", "sum over one index once"),
        ("exp(" * 45 + "v" + ")" * 45, "inconclusive", "Undecided"),
    ],
)
def test_a_bad_answer_is_told_so_and_costs_no_other(answer, verdict, sentence):
    lines = RIGHT.replace("b: Uᵀ @ (ŷ − y)", f"b: {answer}")
    submission = graded(lines)
    found = submission.parts[1]
    assert (found.points, found.verdict) == (0, verdict)
    assert sentence in found.message
    assert submission.score == 10


def test_a_missing_answer_is_not_offered():
    assert part(RIGHT.replace("b:", "# b:"), "b").verdict == "not offered"


def test_lines_that_are_no_answers_are_told_with_their_numbers():
    answers = read_answers("x: 1\nb: U\nb: V\nnothing\nlayout: up\n".encode("utf-8-sig"), ["a", "b"])
    assert answers.formulas == {"b": "U"}
    assert [problem.split(" ")[1].rstrip(":") for problem in answers.problems] == ["1", "3", "4", "5"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty"),
        (b"a: \xff", "line 1 cannot be read as UTF-8"),
        (b"a: U\0", "zero bytes"),
        (b"a" * 70_000, "no file of answers is larger"),
    ],
)
def test_what_is_no_file_of_answers_is_unreadable(data, sentence):
    with pytest.raises(Unreadable, match=sentence):
        read_answers(data, ["a"])
    found = graded(data)
    assert (found.status, found.score, found.max_score) == ("unreadable", 0, 25)
    assert sentence in found.message


QUESTION = '[[question]]\nid = "a"\nof = "dJ/dv"\npoints = 5\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (QUESTION + "bonus = 2", "question 'a' has 'bonus'; known keys are"),
        (QUESTION.replace("dJ/dv", "dJ/dq"), "question 'a': 'dJ/dq', character 1: q is no symbol"),
        (QUESTION + 'loss = "softmax"', "question 'a': --loss softmax: did you mean naive_softmax?"),
        (QUESTION + 'layout = "up"', "question 'a': --layout up"),
        (QUESTION.replace("5", "0"), "no question has points"),
        (QUESTION + QUESTION, "two questions have the id 'a'"),
        ("[[question]]\npoints = 1", "question 1 lacks id, of"),
        ('question = "b"', "its questions are no [[question]]"),
        (QUESTION + '[[part]]\nid = "b"', "it has 'part'; known keys are cases, question, title"),
    ],
)
def test_a_written_rubric_that_makes_no_sense_is_refused(text, sentence, tmp_path: Path):
    path = tmp_path / "rubric.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotRun) as caught:
        read_rubric(str(path))
    assert sentence in str(caught.value)


SHORT = """
cases = 20
question = [{ id = "a", of = "J", points = 1 }, { id = "b", of = "dJ/dv", points = 2 }]
"""


def test_answers_are_graded_from_the_command_line_as_submissions_are(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    classroom = tmp_path / "class"
    (classroom / "ada").mkdir(parents=True)
    (classroom / "ada" / "answers.txt").write_text(RIGHT, encoding="utf-8")
    (classroom / "bob.txt").write_text("a: -log(y_hat_o)\n", encoding="utf-8")
    with zipfile.ZipFile(classroom / "cyd.zip", "w") as packed:
        packed.writestr("mine/answers.txt", RIGHT.replace("ŷ − y", "y − ŷ"))
    (classroom / "dan.py").write_text("", encoding="utf-8")
    Path("written.toml").write_text(SHORT, encoding="utf-8")
    command = ["grade", "class", "--rubric", "written.toml", "--jobs", "1", "--json", "class.json"]
    assert cli.main(command) == 0
    told = json.loads((tmp_path / "class.json").read_text(encoding="utf-8"))
    assert {each["path"]: each["score"] for each in told["submissions"]} == {"ada": 3, "bob.txt": 1, "cyd.zip": 1}


def test_one_file_of_answers_is_told_on_the_terminal(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("answers.txt").write_text(RIGHT.replace("ŷ − y", "y − ŷ"), encoding="utf-8")
    Path("written.toml").write_text(SHORT, encoding="utf-8")
    assert cli.main(["grade", "answers.txt", "--rubric", "written.toml"]) == 0
    assert "Look at the sign in y - y_hat." in capsys.readouterr().out
