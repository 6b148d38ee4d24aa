"""Runs of the benchmarks from outside: what each says of itself, and what is left of one that ends half-way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gradgate.costs import command
from gradgate.errors import CannotRun

ROOT = Path(__file__).resolve().parents[1]
STRANGER = ROOT / "tests" / "strangers" / "numpy_two_functions.py"
NAMED = set("implementation V d K B dtype device threads blas core load bytes rows returned verified".split())
CHOSEN = "(not checker and V256-B1) or V256-B64 or V256-K5 or gensim or (jax and V1024-B1)"


def run(*arguments: object, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=timeout)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """What pytest-benchmark writes, and what we do, of a few benchmarks of a file without batched forms."""
    folder = tmp_path_factory.mktemp("run")
    theirs, ours = folder / "theirs.json", folder / "ours.json"
    arguments = ["pytest", "-p", "no:cacheprovider", "--benchmark-only", f"--impl={STRANGER}", "bench", "-k", CHOSEN]
    done = run(*arguments, f"--benchmark-json={theirs}", f"--costs-json={ours}", "--benchmark-max-time=0.02")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(theirs.read_text(encoding="utf-8")), json.loads(ours.read_text(encoding="utf-8"))


def test_each_benchmark_says_what_it_measured_and_on_what(written) -> None:
    timed = [found for found in written[0]["benchmarks"] if found["group"] in ("naive_softmax", "negative_sampling")]
    assert len(timed) == 4
    for found in timed:
        about = found["extra_info"]
        assert about.keys() >= NAMED
        assert {name for name in NAMED if about[name] is None} <= {"K"}
        assert about["verified"] is True
        assert about["check"] == "exact reference"


def test_a_lifted_form_is_called_so(written) -> None:
    theirs, ours = written
    for found in theirs["benchmarks"]:
        if found["group"] in ("naive_softmax", "negative_sampling"):
            assert found["extra_info"]["lifted"] == ("B64" in found["name"])
            assert found["name"].endswith(" (lifted)") == ("B64" in found["name"])
    assert {found["lifted"] for found in ours["benchmarks"] if found["B"] == 64} == {True}


def test_no_reason_names_a_folder_of_this_machine(written) -> None:
    for reason in written[1]["skipped"]:
        assert str(ROOT) not in reason
        assert not any(word.startswith("/") for word in reason.split())


def test_what_was_measured_is_kept_where_an_implementation_ends_the_process(tmp_path: Path) -> None:
    """It is checked in a process of its own: this one lives through its checks, and ends, as if all were well, once it
    is timed."""
    path, target = tmp_path / "dies.py", tmp_path / "run.json"
    dying = """
import os
_right, _made = naive_softmax, 0
def naive_softmax(center, outside, U):
    global _made
    _made += len(U) > 256
    if _made > 4:
        os._exit(0)
    return _right(center, outside, U)
"""
    path.write_text(STRANGER.read_text(encoding="utf-8") + dying, encoding="utf-8")
    done = run("gradgate", "bench", path, "--json", target)
    assert done.returncode == 4, done.stdout + done.stderr
    said = "gradgate: the benchmarks were ended in the middle, with status 0; what was measured before is in"
    assert done.stderr.strip().splitlines()[-1] == f"{said} {target}"
    kept = json.loads(target.read_text(encoding="utf-8"))
    assert [found["V"] for found in kept["benchmarks"]] == [256]
    assert kept["complete"] is False


@pytest.mark.parametrize("status", [4, 5])
def test_what_pytest_has_said_in_a_sentence_is_not_said_to_be_an_end_in_the_middle(tmp_path, status) -> None:
    target = tmp_path / "run.json"
    target.write_text(json.dumps({"complete": False, "benchmarks": []}), encoding="utf-8")
    command._require_whole(target, status, str(target))


@pytest.mark.parametrize(("status", "measured"), [(4, [{}]), (0, []), (-9, [])])
def test_an_end_in_the_middle_is_said_to_be_one(tmp_path, status, measured) -> None:
    target = tmp_path / "run.json"
    target.write_text(json.dumps({"complete": False, "benchmarks": measured}), encoding="utf-8")
    with pytest.raises(CannotRun, match="the benchmarks were ended"):
        command._require_whole(target, status, str(target))
