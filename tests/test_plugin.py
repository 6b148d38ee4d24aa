"""The plugin from outside: what `pytest --impl=SPEC properties` says, and how it ends."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STRANGERS = ROOT / "tests" / "strangers"
EXACT, CONTRACT = "properties/test_exact.py", "properties/test_contract.py"


def run_pytest(*arguments: object, exit_code: int, cwd: Path = ROOT, timeout: float = 120) -> str:
    """What pytest prints. Asserts its exit code, and that nothing broke inside it."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, timeout=timeout)
    printed = done.stdout + done.stderr
    assert done.returncode == exit_code, printed
    assert "INTERNALERROR" not in printed, printed
    return printed


@pytest.fixture
def plug_in(tmp_path):
    """Writes a file of somebody else's and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / "mine.py"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_right_file_passes():
    printed = run_pytest(f"--impl={STRANGERS / 'numpy_two_functions.py'}", EXACT, exit_code=0)
    assert "3 passed" in printed, printed
    assert "drawn cases judged" in printed, printed


def test_a_wrong_file_fails_with_the_component_the_bound_and_a_snippet():
    printed = run_pytest(f"--impl={STRANGERS / 'sign_flipped.py'}", EXACT, exit_code=1)
    assert "sign_flipped.py: grad_" in printed, printed
    assert "the exact value is" in printed, printed
    assert "> bound" in printed, printed
    assert "refuted; exact_gradient" in printed, printed
    assert "from gradgate import load" in printed, printed


def test_the_counterexample_shrinks_to_the_smallest_sizes():
    printed = run_pytest(f"--impl={STRANGERS / 'sign_flipped.py'}", EXACT, "-k", "gradient", exit_code=1)
    assert "(V): 2" in printed, printed  # with one word the gradient is zero, and right whatever its sign
    assert "(d): 1" in printed, printed


@pytest.mark.parametrize("spec", ["no_such_thing", "no/such/file.py"])
def test_an_unknown_spec_is_one_sentence_and_exit_4(spec):
    printed = run_pytest(f"--impl={spec}", EXACT, exit_code=4)
    [line] = [line for line in printed.splitlines() if line.startswith("ERROR")]
    assert spec in line
    assert spec.endswith(".py") or "known are array_api, gpu_sampling, gpu_sampling_atomic, gpu_softmax" in line, line


def test_a_named_implementation_that_needs_a_missing_package_is_not_skipped(plug_in):
    printed = run_pytest(f"--impl={plug_in('import no_such_package')}", EXACT, exit_code=4)
    assert "needs no_such_package, which is not installed" in printed, printed


def test_a_device_that_is_not_there_is_one_sentence_and_exit_4():
    printed = run_pytest("--impl=numpy_dense", "--device=cuda", EXACT, exit_code=4)
    assert "numpy_dense cannot run on cuda here, only on cpu" in printed, printed


def test_a_device_that_nothing_can_run_on_is_one_sentence_and_exit_4():
    printed = run_pytest("--device=nowhere", EXACT, exit_code=4)
    assert "--device=nowhere: no shipped implementation can run on it here" in printed, printed


def test_shipped_implementations_that_need_a_missing_package_are_skipped_with_their_reason(tmp_path, monkeypatch):
    no_torch = "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')"
    (tmp_path / "torch.py").write_text(no_torch, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    printed = run_pytest(EXACT, "-k", "agree", "-rs", exit_code=0)
    assert "torch_autograd needs torch, which is not installed: pip install 'gradgate[torch]'" in printed, printed
    need_torch = {path.stem for path in (ROOT / "impls").glob("*.py") if "\nimport torch\n" in path.read_text("utf-8")}
    assert set(re.findall(r"(\w+) needs torch, which is not installed", printed)) == need_torch, printed
    assert " passed, " in printed, printed


def test_a_syntax_error_is_one_failure_in_one_sentence(plug_in):
    printed = run_pytest(f"--impl={plug_in('def naive_softmax(:')}", "properties", exit_code=1)
    body = printed.partition("short test summary")[0]  # where CI is set, pytest repeats the whole sentence there
    assert body.count("mine.py, line 1: not Python 3") == 1, printed
    assert "1 failed" in printed, printed
    assert "Traceback" not in printed, printed


def test_a_file_that_leaves_python_is_a_failure_in_one_sentence():
    printed = run_pytest(f"--impl={STRANGERS / 'exit_at_import.py'}", "properties", exit_code=1)
    assert "1 failed" in printed, printed


def test_an_infinite_loop_ends_at_the_time_limit_and_is_met_once():
    path = STRANGERS / "infinite_loop.py"
    printed = run_pytest(f"--impl={path}", "--gradgate-time-limit=1", "properties", exit_code=1, timeout=90)
    assert "timed out: no answer within 1 s" in printed, printed


def test_what_is_not_offered_is_skipped_with_its_reason():
    printed = run_pytest(f"--impl={STRANGERS / 'numpy_two_functions.py'}", "properties", "-rs", exit_code=0)
    assert "defines none of softmax (the law softmax_sums_to_one)" in printed, printed
    assert "the law bad_index binds shipped implementations" in printed, printed


def test_a_law_that_no_draw_can_show_is_no_success(plug_in):
    """Every negative of a one-word vocabulary is the outside word: there is never a word to stand in for it."""
    text = (STRANGERS / "target_rejected.py").read_text(encoding="utf-8")
    printed = run_pytest(
        f"--impl={plug_in(text)}", "properties/test_additivity.py", "-k", "outside_word", "-rs", exit_code=0
    )
    assert "1 skipped" in printed, printed
    assert "inconclusive, no drawn case could be judged: not judged: " in printed, printed


def drawn(seed: int) -> str:
    """The counterexample that a seed leads to."""
    arguments = (f"--impl={STRANGERS / 'sign_flipped.py'}", f"--gradgate-seed={seed}", EXACT, "-k", "gradient")
    printed = run_pytest(*arguments, exit_code=1)
    assert f"seed {seed}," in printed, printed
    return "\n".join(line for line in printed.splitlines() if line.startswith("E "))


def test_the_same_seed_draws_the_same_cases():
    assert drawn(7) == drawn(7)


COUNTING = """
import os
from hypothesis import given, strategies as st
@given(st.integers(0, 2**62))
def test_draws(number):
    with open(os.environ["DRAWS"], "a") as file:
        print(number, file=file)
"""


def test_the_seed_decides_the_draws(tmp_path, monkeypatch):
    (tmp_path / "test_draws.py").write_text(COUNTING, encoding="utf-8")
    draws = []
    for number, seed in enumerate((1, 1, 2)):
        monkeypatch.setenv("DRAWS", str(tmp_path / f"{number}.txt"))
        run_pytest("-p", "gradgate.plugin", f"--gradgate-seed={seed}", "test_draws.py", exit_code=0, cwd=tmp_path)
        draws.append((tmp_path / f"{number}.txt").read_text(encoding="utf-8"))
    assert draws[0] == draws[1]
    assert draws[0] != draws[2]
    assert draws[0].count("\n") == 30, "examples a property"


def test_benchmark_only_without_a_benchmark_is_an_error():
    printed = run_pytest("--benchmark-only", "--impl=numpy_dense", EXACT, exit_code=5)
    assert "--benchmark-only ran no benchmark" in printed, printed


def test_benchmark_only_runs_the_benchmarks_of_the_project():
    printed = run_pytest("--benchmark-only", "--impl=numpy_rows", "bench", "-k", "V256-K5-B1 and negative", exit_code=0)
    assert "1 passed" in printed, printed


def test_a_benchmark_of_a_wrong_implementation_is_not_timed():
    printed = run_pytest(
        "--benchmark-only", f"--impl={STRANGERS / 'sign_flipped.py'}", "bench", "-k", "256 and naive", exit_code=1
    )
    assert "the exact value is" in printed, printed
    assert "OPS" not in printed, printed


def test_the_suite_starts_without_pytest_benchmark():
    printed = run_pytest("-p", "no:benchmark", "--impl=numpy_dense", EXACT, "bench", "-rs", exit_code=0)
    assert "3 passed" in printed, printed
    assert "needs pytest-benchmark: pip install 'gradgate[bench]'" in printed, printed
    printed = run_pytest("-p", "no:benchmark", "--benchmark-only", "bench", exit_code=4)
    assert "--benchmark-only needs pytest-benchmark" in printed, printed


def test_the_plugin_works_outside_of_the_project(tmp_path):
    """As an installed wheel is used: no pyproject.toml, no conftest.py."""
    (tmp_path / "test_exact.py").write_bytes((ROOT / EXACT).read_bytes())
    printed = run_pytest("-p", "gradgate.plugin", "--impl=pure_python", tmp_path, exit_code=0, cwd=tmp_path)
    assert "3 passed" in printed, printed
