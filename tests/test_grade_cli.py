"""`gradgate grade FILE`: the table, the JSON and the exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gradgate.grading.graded import from_json

STRANGERS = Path(__file__).parent / "strangers"
WRONG = STRANGERS / "repeats_counted_once.py"


def grade(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "gradgate", "grade", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_a_file_that_loses_points_is_graded_and_the_exit_code_says_so():
    done = grade(str(WRONG))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "25 of 100" in done.stdout
    assert "refuted: repeats counted once" in done.stdout
    assert "seed 0 · isolation: " in done.stdout
    assert "import numpy" not in done.stdout


def test_staff_see_the_laws_and_the_lines_that_repeat_the_failure_and_the_json_holds_what_was_found(tmp_path):
    target = tmp_path / "grade.json"
    done = grade(str(WRONG), "--staff", "--json", str(target))
    assert "repeated_negatives: " in done.stdout
    assert "    from gradgate import load" in done.stdout
    found = json.loads(target.read_text(encoding="utf-8"))
    assert (found["schema"], found["seed"]) == ("gradgate.grade/1", 0)
    [graded] = map(from_json, found["submissions"])
    assert (graded.path, graded.score, graded.status) == (str(WRONG), 25, "graded")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("absent.py",), "absent.py: there is no such file or folder"),
        ((str(WRONG), "--rubric", "absent"), "absent: no rubric: No such file or directory; shipped ones are cs224n"),
        ((str(WRONG), "--seed", "x"), "'x' is not a whole number from 0 up"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_4(arguments, said):
    done = grade(*arguments)
    assert done.returncode == 4
    assert said in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
