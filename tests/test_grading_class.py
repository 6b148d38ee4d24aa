"""A class as a whole: nothing lost, nothing graded twice, one result in any order. The grading itself is a fake."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from gradgate.errors import CannotRun
from gradgate.grading.changes import changes
from gradgate.grading.crews import local
from gradgate.grading.grade_class import Graders, grade_class, grade_into
from gradgate.grading.graded import GRADED, UNREADABLE, GradedPart, GradedSubmission
from gradgate.grading.running import Crew
from gradgate.grading.store import stem
from gradgate.grading.submissions import Found, Submission, Unreadable, find

ROOT = Path(__file__).resolve().parents[1]
GATE = {"seed": 0, "rubric": "cs224n", "tier": "none", "versions": {"gradgate": "0"}}


def fake(path: str, data: bytes) -> GradedSubmission:
    """A file that holds "wrong" is; one that holds "dies" ends the process, one that holds "breaks" the grader."""
    if b"dies" in data:
        os._exit(1)
    if b"breaks" in data:
        raise RuntimeError("no such law")
    is_right = b"wrong" not in data
    verdict, cause = ("verified", "") if is_right else ("refuted", "sign flipped")
    part = GradedPart("loss", "Loss", 25.0 * is_right, 25.0, verdict, cause, "" if is_right else "loss = 1, due 2")
    return GradedSubmission(
        path, part.points, 25.0, GRADED, "", (part,), 0.1, "plain", hashlib.sha256(data).hexdigest(), ""
    )


def blank(path: str, sentence: str) -> GradedSubmission:
    return GradedSubmission(path, 0.0, 25.0, UNREADABLE, sentence, (), 0.0, "", "", "")


class Counting:
    """Counts what is graded, by path."""

    def __init__(self):
        self.graded = []

    def __call__(self, path, data):
        self.graded.append(path)
        return fake(path, data)


def graders(grade=fake, crew=None, gate=GATE):
    return Graders(grade, blank, crew or local(1), gate)


def silent(done, total):
    pass


@pytest.fixture
def school(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    for number in range(12):
        (folder / f"s{number:02}.py").write_text(f"# {number} {'wrong' if number % 3 == 0 else 'right'}\n")
    return folder


def comparable(graded):
    return [(each.path, each.score, each.status, each.message, each.parts) for each in graded.submissions]


def test_every_submission_has_one_result_whole_and_the_class_its_reports(school, tmp_path):
    out, counting = tmp_path / "out", Counting()
    done = grade_into(out, find([str(school)]), "class", graders(counting), silent, again=False)
    graded, changed, known = done.graded, done.changed, done.known
    assert counting.graded == [f"s{number:02}.py" for number in range(12)]
    assert (changed, known) == (None, 0)
    names = {stem(each.path) for each in graded.submissions}
    assert len(names) == 12
    assert {path.name for path in (out / "grading-1").iterdir()} == {"grading.json"} | {
        f"{name}.{ending}" for name in names for ending in ("json", "html")
    }
    assert {path.name for path in out.iterdir()} == {"grading-1", "index.html", "class.csv", "grades.json", ".lock"}


def test_what_is_graded_is_known_until_its_bytes_change(school, tmp_path):
    grade_into(tmp_path / "out", find([str(school)]), "class", graders(), silent, again=False)
    (school / "s03.py").write_text("right at last")
    (school / "new.py").write_text("right")
    counting = Counting()
    run = grade_into(tmp_path / "out", find([str(school)]), "class", graders(counting), silent, again=False)
    assert counting.graded == ["new.py", "s03.py"]
    assert run.known == 11
    assert len(run.graded.submissions) == 13


def test_a_damaged_result_is_made_again(school, tmp_path):
    grade_into(tmp_path / "out", find([str(school)]), "class", graders(), silent, again=False)
    (tmp_path / "out" / "grading-1" / f"{stem('s05.py')}.json").write_text('{"path": "s05.')
    counting = Counting()
    grade_into(tmp_path / "out", find([str(school)]), "class", graders(counting), silent, again=False)
    assert counting.graded == ["s05.py"]


def test_another_gate_is_refused_unless_a_regrade_is_asked_for(school, tmp_path):
    out = tmp_path / "out"
    grade_into(out, find([str(school)]), "class", graders(), silent, again=False)
    other = graders(gate=GATE | {"seed": 1})
    with pytest.raises(CannotRun, match="a grading that differs in seed: add --regrade"):
        grade_into(out, find([str(school)]), "class", other, silent, again=False)
    run = grade_into(out, find([str(school)]), "class", other, silent, again=True)
    assert (run.changed, run.known) == ([], 0)
    assert (out / "grading-1" / "grading.json").is_file(), "the grading before is kept"


def test_a_regrade_that_was_ended_goes_on_and_is_not_begun_again(school, tmp_path):
    out = tmp_path / "out"
    grade_into(out, find([str(school)]), "class", graders(), silent, again=False)

    def ending(path, data):
        if path == "s06.py":
            raise CannotRun("ended here")
        return fake(path, data)

    with pytest.raises(CannotRun, match="ended here"):
        grade_into(out, find([str(school)]), "class", graders(ending), silent, again=True)
    counting = Counting()
    run = grade_into(out, find([str(school)]), "class", graders(counting), silent, again=True)
    assert run.known == 6
    assert counting.graded[0] == "s06.py"
    assert run.changed == []
    assert sorted(path.name for path in out.glob("grading-*")) == ["grading-1", "grading-2"]


def test_a_regrade_says_what_changed_and_why(school, tmp_path):
    out = tmp_path / "out"
    grade_into(out, find([str(school)]), "class", graders(), silent, again=False)
    (school / "s00.py").write_text("right at last")
    (school / "s01.py").unlink()
    (school / "new.py").write_text("right")
    other = graders(gate=GATE | {"seed": 1})
    changed = grade_into(out, find([str(school)]), "class", other, silent, again=True).changed
    assert [(change.path, change.before, change.after) for change in changed] == [
        ("new.py", None, 25.0), ("s00.py", 0.0, 25.0), ("s01.py", 25.0, None)
    ]  # fmt: skip
    assert changed[1].parts == ("Loss: 0 of 25 → 25 of 25, refuted (sign flipped) → verified",)
    assert changed[1].why == ("the file changed", "seed 0 → 1")
    assert [change.why for change in changed[::2]] == [("new",), ("no longer there",)]
    assert "refuted (sign flipped) → verified" in (out / "index.html").read_text()
    assert json.loads((out / "changes.json").read_text())["changes"][1]["after"] == 25.0


def test_a_change_without_a_reason_is_blamed_on_the_file():
    before = {"a": fake("a", b"wrong")}
    after = {"a": GradedSubmission(**{**vars(fake("a", b"right")), "sha256": before["a"].sha256})}
    (change,) = changes(before, after, GATE, GATE)
    assert change.why == ("neither the file nor what judged it changed: its answers differ from run to run",)


@pytest.mark.parametrize("seed", range(3))
def test_order_and_executor_change_no_result(school, seed):
    found = find([str(school)])
    expected = comparable(grade_class(found, "class", graders(), silent).graded)

    def slowly(path, data):
        time.sleep(random.Random(f"{seed} {path}").uniform(0, 0.02))
        return fake(path, data)

    crew = Crew(partial(ThreadPoolExecutor, 5), ahead=7)
    assert comparable(grade_class(found, "class", graders(slowly, crew), silent).graded) == expected


def test_a_fault_of_the_grader_costs_one_submission_and_not_the_class(school):
    (school / "s02.py").write_text("breaks")
    graded = grade_class(find([str(school)]), "class", graders(), silent).graded
    assert [each.path for each in graded.unreadable] == ["s02.py"]
    assert graded.unreadable[0].message == "gradgate itself failed on it (RuntimeError: no such law)"
    assert len(graded.scored) == 11


def test_few_submissions_are_in_memory_at_once():
    alive, most = set(), 0

    def read(number):
        nonlocal most
        alive.add(number)
        most = max(most, len(alive))
        return b"right"

    def grade(path, data):
        alive.discard(int(path))
        return fake(path, data)

    found = Found(tuple(Submission(str(number), partial(read, number)) for number in range(100)))
    grade_class(found, "class", graders(grade, Crew(partial(ThreadPoolExecutor, 2), ahead=4)), silent)
    assert most <= 4


def test_what_submissions_print_is_kept_in_their_files_and_not_in_memory(school, tmp_path):
    def loud(path, data):
        return replace(fake(path, data), output="\0" * 65536)

    run = grade_into(tmp_path / "out", find([str(school)]), "class", graders(loud), silent, again=False)
    assert {each.output for each in run.graded.submissions} == {""}
    assert {len(entry["output"]) for entry in run.entries()} == {65536}
    assert (tmp_path / "out" / "grades.json").stat().st_size > 12 * 65536


def test_what_cannot_be_read_is_reported_and_tried_again_the_next_time(tmp_path):
    readable = False

    def read():
        if not readable:
            raise Unreadable("it is a link")
        return b"right"

    found = Found((Submission("a", read),))
    graded = grade_into(tmp_path / "out", found, "class", graders(), silent, again=False).graded
    assert [(each.path, each.message) for each in graded.unreadable] == [("a", "it is a link")]
    readable = True
    graded = grade_into(tmp_path / "out", found, "class", graders(), silent, again=False).graded
    assert graded.unreadable == []


def test_two_runs_do_not_write_to_one_folder(school, tmp_path):
    def meanwhile(path, data):
        with pytest.raises(CannotRun, match="another run is writing to it"):
            grade_into(tmp_path / "out", find([str(school)]), "class", graders(), silent, again=False)
        return fake(path, data)

    found = find([str(school / "s00.py")])
    graded = grade_into(tmp_path / "out", found, "class", graders(meanwhile), silent, again=False).graded
    assert [each.status for each in graded.submissions] == [GRADED]


@contextmanager
def forked(jobs):
    import multiprocessing

    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork")) as executor:
        yield executor


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
def test_a_process_that_dies_takes_one_submission_with_it(school):
    (school / "s04.py").write_text("dies")
    graded = grade_class(find([str(school)]), "class", graders(crew=Crew(partial(forked, 2), ahead=4)), silent).graded
    assert [each.path for each in graded.unreadable] == ["s04.py"]
    assert "died again with nothing beside it" in graded.unreadable[0].message
    assert len(graded.scored) == 11


RUN = """
import sys, time
sys.path[:0] = [{tests!r}]
import test_grading_class as t
def slow(path, data):
    time.sleep(0.01)
    with open({log!r}, "a") as log:
        log.write(path + "\\n")
    return t.fake(path, data)
t.grade_into(t.Path({out!r}), t.find([{school!r}]), "class", t.graders(slow), t.silent, again=False)
"""


def test_a_run_killed_at_any_moment_goes_on_and_grades_nothing_twice(school, tmp_path):
    out, log = tmp_path / "out", tmp_path / "log"
    code = RUN.format(tests=str(ROOT / "tests"), log=str(log), out=str(out), school=str(school))
    moments = random.Random(5)
    kills = 0
    while not (out / "index.html").exists():
        child = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
        before = _finished(out)
        while _finished(out) == before and child.poll() is None:  # at least one more each time, so that it ends
            time.sleep(0.002)
        time.sleep(moments.uniform(0, 0.03))
        child.send_signal(signal.SIGKILL)
        kills += child.wait() == -signal.SIGKILL
        assert kills < 20
    assert kills >= 2
    paths = log.read_text().split()
    assert sorted(set(paths)) == [f"s{number:02}.py" for number in range(12)]
    assert len(paths) - 12 <= kills, "only what was in work when the run was killed may be graded again"
    found = json.loads((out / "grades.json").read_text())["submissions"]
    assert [(each["path"], each["score"]) for each in found] == [
        (f"s{number:02}.py", 0.0 if number % 3 == 0 else 25.0) for number in range(12)
    ]


def _finished(out):
    return len(list(out.glob("grading-1/s*.json")))
