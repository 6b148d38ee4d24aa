"""`gradgate grade FOLDER` and `gradgate gradescope`: a small class, graded for real, here and on a cluster."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

SIGMOID = "import numpy as np\n\n\ndef sigmoid(x):\n    return {}\n"
RIGHT = SIGMOID.format("np.where(x < 0, np.exp(-np.abs(x)), 1.0) / (1.0 + np.exp(-np.abs(x)))")
WRONG = SIGMOID.format("1 / (1 + np.exp(x))")
GRADE = [sys.executable, "-P", "-m", "gradgate", "grade"]


def run(*command, cwd, expected=0):
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300, check=False, cwd=cwd)
    assert done.returncode == expected, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done


def timeless(document):
    """Without what differs from run to run: times."""
    return re.sub(r'"seconds": [0-9.e-]+', "", document)


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grading") / "school"
    (folder / "dora").mkdir(parents=True)
    (folder / "alice.py").write_text(RIGHT)
    (folder / "bob.py").write_text(WRONG)
    (folder / "carol.py").write_text("def sigmoid(x:\n")
    with zipfile.ZipFile(folder / "emil.zip", "w") as archive:
        archive.writestr("hw/word2vec.py", RIGHT)
        archive.writestr("hw/notes.txt", "none")
    (folder / "finn.zip").write_bytes((folder / "emil.zip").read_bytes()[:80])
    with zipfile.ZipFile(folder / "gina.zip", "w") as archive:
        archive.writestr("a.py", RIGHT)
        archive.writestr("b.py", WRONG)
    (folder / "readme.txt").write_text("")
    return folder


@pytest.fixture(scope="module")
def graded(school):
    """The class graded once, with two jobs."""
    return run(*GRADE, "school", "--jobs", 2, cwd=school.parent, expected=4)


def test_a_class_is_graded_and_what_cannot_be_is_said_in_a_line_each(graded, school):
    found = json.loads((school.parent / "school-grades" / "grades.json").read_text())
    assert [(each["path"], each["status"], each["score"]) for each in found["submissions"]] == [
        ("alice.py", "graded", 25.0),
        ("bob.py", "graded", 0.0),
        ("carol.py", "failed to load", 0.0),
        ("dora", "unreadable", 0.0),
        ("emil.zip", "graded", 25.0),
        ("finn.zip", "unreadable", 0.0),
        ("gina.zip", "unreadable", 0.0),
    ]
    lines = graded.stderr.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [["gradgate", name] for name in ("dora", "finn.zip", "gina.zip")]
    assert "two or more files in it define losses (a.py, b.py)" in lines[2]
    assert "school-grades/index.html: the page of the class" in graded.stdout
    assert "7 submissions: 3 graded, 1 failed to load, 3 unreadable" in graded.stdout
    assert found["aside"] == ["readme.txt"]
    assert {"seed", "tier", "rubric", "versions"} <= set(found)


def test_a_second_run_grades_nothing_that_is_known_and_says_the_same(graded, school):
    table = school.parent / "school-grades" / "grades.json"
    before = table.read_text()
    again = run(*GRADE, "school", "--jobs", 1, cwd=school.parent, expected=4)
    assert "4 of 7 were graded before" in again.stdout
    assert timeless(table.read_text()) == timeless(before)


def test_neither_jobs_nor_order_change_a_byte_but_the_times(graded, school):
    names = ["bob.py", "emil.zip", "alice.py"]
    texts = []
    for order, jobs in ((names, 1), (names[::-1], 2)):
        out = school.parent / f"jobs{jobs}"
        run(*GRADE, *order, "--jobs", jobs, "--out", out, "--json", out.with_suffix(".json"), cwd=school)
        texts.append(timeless(out.with_suffix(".json").read_text()))
    assert texts[0] == texts[1]


def test_the_seed_and_the_rubric_decide_and_another_one_is_a_regrade(graded, school):
    refused = run(*GRADE, "school", "--seed", 1, cwd=school.parent, expected=4)
    assert "it holds a grading that differs in seed: add --regrade, or name another folder" in refused.stderr
    regraded = run(*GRADE, "school", "--seed", 1, "--regrade", "--jobs", 2, cwd=school.parent, expected=4)
    assert "nothing changed since the grading before" in regraded.stdout


BAD = [
    (["nowhere"], "nowhere: there is no such file or folder"),
    (["school/dora"], "school/dora: no submission is in it"),
    (
        ["school/alice.py", "school/bob.py", "--gradescope", "r.json"],
        "--gradescope holds one submission, and there are 2",
    ),
    (["school/alice.py", "--json", "-", "--csv", "-"], "two reports cannot both go to standard output"),
    (["school/alice.py", "--html", "absent/page.html"], "--html absent/page.html: there is no folder"),
    (["school/alice.py", "--scheduler", "tcp://127.0.0.1:9"], "--scheduler"),
    (["school/alice.py", "--scheduler", "nonsense"], "--scheduler"),
]


@pytest.mark.parametrize(("arguments", "sentence"), BAD)
def test_bad_input_is_one_line_and_exit_4(arguments, sentence, school):
    done = run(*GRADE, *arguments, cwd=school.parent, expected=4)
    assert done.stderr.startswith("gradgate: ")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    """What Gradescope's harness makes of the zip, but for setup.sh: a gradgate of here stands in for the new one."""
    root = tmp_path_factory.mktemp("autograder")
    rubric = root / "course.toml"
    rubric.write_text(
        'title = "Two parts"\n[[part]]\nid = "sigmoid"\ntitle = "Sigmoid"\nfunction = "sigmoid"\npoints = 10\n'
    )
    run(sys.executable, "-P", "-m", "gradgate", "gradescope", "autograder.zip", "--rubric", rubric, cwd=root)
    for folder in ("source", "submission/extra", "results", "venv/bin"):
        (root / folder).mkdir(parents=True)
    with zipfile.ZipFile(root / "autograder.zip") as archive:
        archive.extractall(root / "source")
    shutil.copy(root / "source/run_autograder", root)
    stand_in = root / "venv/bin/gradgate"
    stand_in.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m gradgate "$@"\n')
    stand_in.chmod(0o755)
    return root


def test_the_zip_of_gradescope_grades_a_students_folder(autograder):
    (autograder / "submission/word2vec.py").write_text(WRONG)
    (autograder / "submission/extra/plots.py").write_text("print('hello')\n")
    run("bash", autograder / "run_autograder", cwd="/")
    results = json.loads((autograder / "results/results.json").read_text())
    assert results["score"] == 0.0
    assert [(test["name"], test["max_score"], test["status"]) for test in results["tests"]] == [
        ("Sigmoid", 10.0, "failed")
    ]
    assert "refuted" in results["tests"][0]["output"]


def test_an_unreadable_submission_has_results_on_gradescope_too(autograder):
    (autograder / "submission/word2vec.py").unlink()
    (autograder / "submission/extra/plots.py").unlink()
    run("bash", autograder / "run_autograder", cwd="/")
    results = json.loads((autograder / "results/results.json").read_text())
    assert (results["score"], [test["max_score"] for test in results["tests"]]) == (0.0, [10.0])
    assert "there is no Python file in it" in results["output"]


def test_the_zip_holds_this_gradgate_whole(autograder):
    (path,) = (autograder / "source").glob("gradgate-*.whl")
    with zipfile.ZipFile(path) as wheel:
        files = {name: wheel.read(name) for name in wheel.namelist()}
    (record,) = (name for name in files if name.endswith("/RECORD"))
    for line in files[record].decode().splitlines():
        name, digest, size = line.rsplit(",", 2)
        if name != record:
            expected = base64.urlsafe_b64encode(hashlib.sha256(files[name]).digest()).rstrip(b"=").decode()
            assert (digest, size) == (f"sha256={expected}", str(len(files[name])))
    assert {"gradgate/cli.py", "gradgate/grading/gradescope/setup.sh", "gradgate/impls/numpy_rows.py"} <= set(files)
    pins = (autograder / "source/constraints.txt").read_text()
    assert re.search(r"^numpy==[0-9.]+$", pins, re.MULTILINE)
    assert f"./{path.name}" in (autograder / "source/setup.sh").read_text()
    mode = zipfile.ZipFile(autograder / "autograder.zip").getinfo("run_autograder").external_attr >> 16
    assert mode & 0o111


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_a_run_that_is_killed_leaves_no_process_behind(tmp_path):
    (tmp_path / "school").mkdir()
    for number in range(8):
        (tmp_path / "school" / f"s{number}.py").write_text(f"# {number}\n{RIGHT}")
    grading = subprocess.Popen([*GRADE, "school", "--jobs", "2"], cwd=tmp_path, stdout=subprocess.DEVNULL)
    _wait(lambda: list(tmp_path.glob("school-grades/grading-1/s*.json")) or grading.poll() is not None, 120)
    family = _descendants(grading.pid)
    grading.kill()
    grading.wait()
    assert len(family) >= 4, "two workers, each with its isolation"
    _wait(lambda: not any(_is_alive(pid) for pid in family), 30)


def _descendants(pid):
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for parent in found:
        found += [child for child, its in parents.items() if its == parent]
    return found[1:]


def _is_alive(pid):
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@contextmanager
def dask(workers, folder):
    """A scheduler and its workers, each a process of its own; gives the address and the workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    host, port = address.removeprefix("tcp://").split(":")
    dask = [sys.executable, "-P", "-m"]
    commands = [[*dask, "distributed.cli.dask_scheduler", "--host", host, "--port", port, "--no-dashboard"]]
    worker = [*dask, "distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard"]
    commands += [[*worker, "--name", f"w{number}"] for number in range(workers)]
    with (folder / "dask.log").open("w") as log:
        started = [subprocess.Popen(command, stdout=log, stderr=log, cwd=folder) for command in commands]
        try:
            yield address, started[1:]
        finally:
            for process in started:
                process.kill()
                process.wait()


@pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="a cluster needs Dask: gradgate[cluster]")
def test_a_worker_that_is_killed_half_way_loses_nothing(tmp_path):
    (tmp_path / "school").mkdir()
    for number in range(16):
        (tmp_path / "school" / f"s{number:02}.py").write_text(f"# {number}\n{RIGHT if number % 2 else WRONG}")
    results = tmp_path / "school-grades" / "grading-1"
    with dask(3, tmp_path) as (address, workers):
        _wait(lambda: (tmp_path / "dask.log").read_text().count("Registered to") == 3, 120)
        command = [*GRADE, "school", "--scheduler", address, "--json", "grades.json"]
        grading = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        _wait(lambda: len(list(results.glob("s*.json"))) >= 4 or grading.poll() is not None, 120)
        workers[0].kill()
        _, stderr = grading.communicate(timeout=240)
    assert grading.returncode == 0, stderr
    found = json.loads((tmp_path / "grades.json").read_text())["submissions"]
    assert [(each["path"], each["score"]) for each in found] == [
        (f"s{number:02}.py", 25.0 if number % 2 else 0.0) for number in range(16)
    ]
    assert len(list(results.glob("s*.json"))) == 16


def _wait(until, seconds):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.05)
