"""bench/gpu.py without a device: what it says then, and all of it at small sizes in Triton's interpreter."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gradgate.places import folder

pytest.importorskip("triton", reason="not run: the kernels need triton: pip install 'gradgate[gpu]'")
torch = pytest.importorskip("torch", reason="torch is an optional backend")

SMALL = "--words 40 --batch 1 --dimension 8 --negatives 4 --repeats 2 --cases 0".split()
PATHS = {
    "negative_sampling_batch": {"gpu_sampling", "gpu_sampling_atomic", "torch_rows"},
    "naive_softmax_batch": {"gpu_softmax", "F.cross_entropy", "F.cross_entropy, logits in float32"},
}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder("bench") / "gpu.py"), *arguments]
    around = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    return subprocess.run(
        command, env={**around, **environment}, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.mark.skipif(torch.cuda.is_available(), reason="not run: there is a device")
def test_without_a_device_it_says_so_in_a_sentence_and_exits_4():
    done = run()
    assert (done.returncode, done.stdout) == (4, "")
    [told] = done.stderr.splitlines()
    assert told.startswith("bench/gpu.py: no device: torch sees no CUDA device on this machine; ")


def test_all_of_it_runs_in_the_interpreter_and_calls_itself_no_measurement(tmp_path: Path):
    done = run(*SMALL, "--json", str(tmp_path / "gpu.json"), TRITON_INTERPRET="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no figure is a measurement" in done.stdout.splitlines()[0]
    assert "the gate, V = 40: gpu_sampling verified, gpu_sampling_atomic verified, gpu_softmax verified" in done.stdout
    report = json.loads((tmp_path / "gpu.json").read_text(encoding="utf-8"))
    assert (report["schema"], report["measured"], report["device"]) == ("gradgate.gpu/1", False, "cpu")
    for function, paths in PATHS.items():
        assert {row["call"] for row in report["rows"] if row["function"] == function} == paths
    for row in report["rows"]:
        assert row["hot"] > 0, row
        assert row["bytes"] > 0, row
        assert 0 <= row["off_by"] < 1, row  # in parts of the largest number: what is wrong in size is not near
        assert (row["share"] is None) == (row["dtype"] == "bfloat16"), "the CPU's rate in bfloat16 is not known"
    assert set(report["spreads"].values()) == {0.0}, "the interpreter runs one program after the other"
