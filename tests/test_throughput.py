"""The throughput benchmark on a small text: that its trainers learn, and what it writes. No time is judged."""

import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NEEDS = {"numba": ("numba",), "torch": ("numba", "torch"), "numpy": ("numba",), "gensim": ("numba", "gensim")}


@pytest.mark.parametrize("trainer", NEEDS)
def test_a_trainer_learns_a_small_text(trainer, tmp_path):
    for needed in NEEDS[trainer]:
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"not run: {needed} is not installed")
    found = tmp_path / "found.json"
    sizes = "--words 20000 --vocabulary 200 --dimension 20 --negatives 5 --repeats 1"
    command = [sys.executable, "bench/throughput", *sizes.split(), "--only", trainer, "--json", str(found)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    record = json.loads(found.read_text(encoding="utf-8"))
    assert record["schema"] == "gradgate.throughput/1"
    assert record["pairs"] > 20_000
    for row in record["trainers"]:
        assert trainer in row["name"]
        assert row["name"] in done.stdout
        assert row["loss"] < 0.95 * 6 * math.log(2), "no less than at the start, where every dot product is 0"
