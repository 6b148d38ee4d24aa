"""The guide for somebody who brings a kernel: its files pass the gate, its faults do not, its output is real."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from gradgate.calling.host import Worker
from gradgate.calling.loading import resolve
from gradgate.cli import _parser
from gradgate.draws import generated
from gradgate.laws import BY_NAME
from gradgate.suite.check import check_case

ROOT = Path(__file__).parents[1]
KERNELS = ROOT / "docs/kernels"
PAGE = (ROOT / "docs/kernels.md").read_text(encoding="utf-8")
WORKFLOW = (ROOT / "docs/workflows/kernels.yml").read_text(encoding="utf-8")
STEPS = re.findall(r"^ +- run: (.+)$", WORKFLOW, re.MULTILINE)
[BUILD_C] = [step for step in STEPS if "cc -O3" in step]
[BUILD_CPP] = [step for step in STEPS if step.startswith("c++")]
[GATE] = [step for step in STEPS if step.startswith("gradgate verify") and "cpp" in step and "--vocabulary" not in step]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
FAULTS = re.findall(r"^\| ([\w, -]+) \| `(.+?)` \| `(.+?)` \| ([\w ]+) \| ([\w ]+) \|$", PAGE, re.MULTILINE)
LAWS = [BY_NAME[name] for name in ("exact_value", "exact_gradient", "promised_form", "inputs_unchanged", "strided")]

with_a_c_compiler = pytest.mark.skipif(not shutil.which("cc"), reason="not run: there is no C compiler (cc)")


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory):
    """Runs a command line in a copy of docs/kernels, with this Python's gradgate and python on the path."""
    folder = tmp_path_factory.mktemp("guide")
    (programs := folder / "programs").mkdir()
    for name, module in (("gradgate", "-P -m gradgate"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {module} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    copy = shutil.copytree(KERNELS, folder / "kernels", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    plain = {name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "TTY_COMPATIBLE")}
    environment = {**plain, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}

    def run(command: str, where: Path = copy) -> str:
        done = subprocess.run(
            command, shell=True, cwd=where, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        return done.stdout + done.stderr

    return run


# ---- the page


def as_pattern(printed: str) -> str:
    """What must have been printed: a line in [...] stands for any lines, and times and measured ratios may differ."""
    lines = [r"(?:.*\n)*?" if line.startswith("[...") else re.escape(line) + r"\n" for line in printed.splitlines()]
    return re.sub(
        r"\d+(\\\.\d+)?\\ (s|MiB)|\d\\\.\d\d$", r"[\\d.,]+(?:\\ (?:s|MiB))?", "".join(lines), flags=re.MULTILINE
    )


@with_a_c_compiler
def test_the_commands_of_the_page_print_what_it_shows(shell):
    shown = [block for kind, block in BLOCKS if kind == "text" and "$ gradgate bench" not in block]
    assert len(shown) == 4
    for block in shown:
        commands = re.findall(r"^\$ (.+)$", block, re.MULTILINE)
        out = "".join(shell(command) for command in commands)
        printed = block.rpartition("$ ")[2].partition("\n")[2]
        assert re.fullmatch(as_pattern(printed), out), out


@pytest.mark.parametrize("kind", ["c", "python"])
def test_the_code_of_the_page_is_that_of_the_files(kind):
    suffix = {"c": ".c", "python": ".py"}[kind]
    files = "".join(path.read_text(encoding="utf-8") for path in KERNELS.glob(f"*{suffix}"))
    shown = [block for known, block in BLOCKS if known == kind]
    assert shown
    assert [block for block in shown if block not in files] == []


def test_every_file_of_the_folder_stands_on_the_page():
    assert [path.name for path in KERNELS.iterdir() if path.is_file() and f"(kernels/{path.name})" not in PAGE] == []


def test_what_builds_the_files_is_the_same_everywhere():
    assert BUILD_C in (KERNELS / "c_by_ctypes.py").read_text(encoding="utf-8")
    assert BUILD_C in PAGE
    assert BUILD_CPP in (KERNELS / "cpp_by_pybind11.py").read_text(encoding="utf-8")


# ---- the workflow


def test_the_commands_of_the_workflow_are_ones_that_the_program_has():
    commands = [step.split()[1:] for step in STEPS if step.startswith("gradgate ")]
    assert len(commands) > 5
    for command in commands:
        files = _parser().parse_args(command).specs
        assert files
        assert [name for name in files if not (KERNELS / name).is_file()] == []


def test_the_workflow_is_yaml_and_has_a_job_for_each_kind_of_machine():
    yaml = pytest.importorskip("yaml", reason="not run: needs PyYAML, which the extra cluster brings")
    jobs = yaml.safe_load(WORKFLOW)["jobs"]
    assert {*jobs} == {"compiled", "interpreted", "gpu"}
    assert [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step] == STEPS


# ---- the files


@with_a_c_compiler
def test_the_c_library_passes_the_gate_in_every_function(shell):
    shell(BUILD_C)
    assert "verified · 3 functions in float64, float32" in shell("gradgate verify c_by_ctypes.py --cases 3")


@with_a_c_compiler
@pytest.mark.skipif(not shutil.which("c++"), reason="not run: there is no C++ compiler (c++)")
@pytest.mark.skipif(not find_spec("pybind11"), reason="not run: needs pybind11, which the extra test brings")
def test_the_steps_of_the_workflow_build_both_libraries_and_are_green(shell):
    assert shell(BUILD_C) == ""
    assert shell(BUILD_CPP.replace("-O3", "-O0")) == ""  # as slow as it likes
    out = shell(f"{GATE} --cases 3")
    assert "cpp_by_pybind11.py: verified · 2 functions in float64, float32" in out
    assert out.endswith("exit 0\n")


def hold(path: Path, dtype: str, **environment: str) -> None:
    """Puts a few small cases, in a process of its own."""
    with Worker(resolve(str(path)), seed=0, time_limit=120.0, environment=environment) as worker:
        for function in ("negative_sampling", "negative_sampling_batch"):
            cases = [generated(function, dtype, seed=0, index=index) for index in range(12)]
            for case in [case for case in cases if case.size < 500][:2]:
                check_case(worker, case, LAWS)


@pytest.mark.skipif(not find_spec("triton"), reason="not run: needs triton: pip install 'gradgate[gpu]'")
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_the_triton_kernel_keeps_the_laws_in_the_interpreter(dtype):
    hold(KERNELS / "triton_kernel.py", dtype, TRITON_INTERPRET="1")


@pytest.mark.skipif(not find_spec("triton"), reason="not run: needs triton: pip install 'gradgate[gpu]'")
def test_the_triton_kernel_without_atomics_loses_repeats(tmp_path):
    source = (KERNELS / "triton_kernel.py").read_text(encoding="utf-8")
    (tmp_path / "stored.py").write_text(source.replace("tl.atomic_add(", "tl.store("), encoding="utf-8")
    with pytest.raises(AssertionError, match="refuted; exact_gradient"):
        hold(tmp_path / "stored.py", "float32", TRITON_INTERPRET="1")


@pytest.mark.skipif(not find_spec("jax"), reason="not run: needs jax")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_jax_kernel_keeps_the_laws(dtype):
    hold(KERNELS / "jax_kernel.py", dtype)


@pytest.mark.skipif(not find_spec("jax"), reason="not run: needs jax")
def test_the_jax_kernel_without_64_bits_is_refuted(tmp_path):
    source = (KERNELS / "jax_kernel.py").read_text(encoding="utf-8")
    (tmp_path / "narrow.py").write_text(
        source.replace('jax.config.update("jax_enable_x64", True)', ""), encoding="utf-8"
    )
    with pytest.raises(AssertionError, match="float32 inside"):
        hold(tmp_path / "narrow.py", "float64")


# ---- the faults of the page


def plant(right: str, wrong: str, folder: Path) -> None:
    """A copy of the C files with one text replaced, and with BUFFERS for what wants to keep something."""
    found = 0
    folder.mkdir()
    for name in ("losses.c", "c_by_ctypes.py"):
        source = (KERNELS / name).read_text(encoding="utf-8")
        found += source.count(right)
        (folder / name).write_text(source.replace(right, wrong), encoding="utf-8")
    with (folder / "c_by_ctypes.py").open("a", encoding="utf-8") as file:
        file.write("\n\nBUFFERS = {}\n")
    assert found == 1, f"{right} stands {found} times in the files"


@with_a_c_compiler
def test_each_fault_of_the_page_has_the_verdict_and_the_cause_that_it_says(shell, tmp_path):
    assert len(FAULTS) == len(re.findall(r"^\| .+ \| `.+ \|$", PAGE, re.MULTILINE))
    files = []
    for number, (_, right, wrong, _, _) in enumerate(FAULTS):
        plant(right, wrong, tmp_path / str(number))
        assert "error" not in shell(BUILD_C.replace("float double", "double"), tmp_path / str(number))
        files.append(f"{number}/c_by_ctypes.py")
    few = "--loss naive_softmax,negative_sampling --dtype float64 --cases 20 --time-limit 5"
    shell(f"gradgate verify {' '.join(files)} {few} --json report.json", tmp_path)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    for fault, found in zip(FAULTS, report["implementations"], strict=True):
        what, _, _, verdict, cause = fault
        causes = {function["cause"]["name"] for function in found["functions"] if function["cause"]}
        assert (found["verdict"], causes or {"none"}) == (verdict, {cause}), what
