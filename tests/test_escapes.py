"""Faults that show only at particular sizes, sizes of logits or layouts, each refuted by the default run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.implementation import particulars_of
from gradgate.draws import generated
from gradgate.laws import BY_NAME
from gradgate.witness import Witness

RIGHT = Path(__file__).parents[1] / "impls" / "numpy_dense.py"

# Where a kernel may be wrong and right everywhere else.
CONDITIONS = {
    "naive_softmax": {
        "between_the_small_and_the_large_vocabularies": "50 < len(U) < 800",
        "in_the_second_block_of_words": "len(U) > 1200",
        "at_whole_blocks_of_words": "len(U) in (64, 128, 256, 512)",
        "in_a_middling_dimension": "10 < len(center) < 50",
        "in_a_high_dimension": "len(center) > 50",
    },
    "negative_sampling": {
        "with_many_negatives": "len(negatives) > 16",
        "between_the_small_and_the_large_vocabularies": "50 < len(U) < 800",
        "in_a_high_dimension": "len(center) > 50",
        "with_the_last_word_drawn": "len(U) > 100 and negatives[-1] == len(U) - 1",
        "where_log1p_fades": "((abs(U[negatives] @ center) > 30) & (abs(U[negatives] @ center) < 36)).any()",
    },
    "skipgram": {
        "in_a_wide_window": "len(outsides) > 10",
        "with_many_negatives": "negatives is not None and negatives.shape[1] > 12",
    },
    "cbow": {"in_a_wide_window": "len(context) > 10"},
    "naive_softmax_batch": {"in_a_batch_of_some_size": "len(outsides) > 4", "in_a_full_block": "len(outsides) >= 32"},
    "skipgram_batch": {"in_a_batch_of_some_size": "len(centers) > 4", "over_many_words": "len(outsides) > 32"},
    "cbow_batch": {"in_a_wide_window": "np.diff(offsets).max() > 10"},
    "softmax": {
        "of_a_batch_of_some_size": "logits.ndim == 2 and len(logits) > 4",
        "between_the_small_and_the_large_vocabularies": "50 < logits.shape[-1] < 1000",
        "of_large_rows_in_a_batch": "logits.ndim == 2 and logits.shape[-1] >= 1000",
    },
}

# Wrong in other ways than by a condition.
FAULTS = {
    "buffer_reused": """
buffers = {}
def naive_softmax(center, outside, U):
    loss, grad_center, grad_U = right.naive_softmax(center, outside, U)
    kept = buffers.setdefault((U.shape, U.dtype), np.empty_like(U))
    kept[...] = grad_U
    return loss, grad_center, kept
""",
    "softplus_cut_off_at_15": """
def negative_sampling(center, outside, negatives, U):
    _, *gradients = right.negative_sampling(center, outside, negatives, U)
    z = U[np.append(outside, negatives)] @ center
    z[0] *= -1
    losses = np.where(z > 15, z, np.log1p(np.exp(np.minimum(z, 15))))
    return losses.sum(dtype=U.dtype), *gradients
""",
}

OPENING = f"""
import importlib.util
import numpy as np
spec = importlib.util.spec_from_file_location("right", {str(RIGHT)!r})
right = importlib.util.module_from_spec(spec)
spec.loader.exec_module(right)
"""

IN_COLUMN_ORDER = """
def naive_softmax(center, outside, U):
    loss, *gradients = right.naive_softmax(center, outside, U)
    return loss * (1 + (U.flags.f_contiguous and not U.flags.c_contiguous) / 100), *gradients
"""


@pytest.mark.parametrize(
    ("function", "condition"),
    [
        pytest.param(function, condition, id=f"{function}-{name}")
        for function, conditions in CONDITIONS.items()
        for name, condition in conditions.items()
    ],
)
def test_the_default_cases_come_to_each_corner(function: str, condition: str) -> None:
    """Where a case comes, the exact laws refute a wrong loss: that has its own tests."""
    reached = (eval(condition, {"np": np}, dict(generated(function, "float64", 0, i).inputs)) for i in range(200))
    assert any(reached), f"no default case of {function} has {condition}"


def verified(folder: Path, function: str, sources: dict[str, str]) -> dict[str, Any]:
    """One default run, in float64, over all the files of a function: what it reports of each."""
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(OPENING + source, encoding="utf-8")
    options = ("--loss", function, "--dtype", "float64", "--json", "report.json")
    command = [sys.executable, "-P", "-m", "gradgate", "verify", *(f"{name}.py" for name in sources), *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 1, done.stderr
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return {Path(each["name"]).stem: each for each in report["implementations"]}


def test_results_that_are_overwritten_and_columns_that_are_adjacent_are_told(tmp_path: Path) -> None:
    sources = {"buffer": FAULTS["buffer_reused"], "columns": IN_COLUMN_ORDER}
    report = verified(tmp_path, "naive_softmax", sources)
    assert {name: report[name]["verdict"] for name in sources} == dict.fromkeys(sources, "refuted")


def test_a_softplus_that_is_cut_off_is_not_verified(tmp_path: Path) -> None:
    """log(1 - sigmoid(20)) loses as many digits as a cut at 20: no more than fragile can be said of that."""
    cut = FAULTS["softplus_cut_off_at_15"]
    report = verified(tmp_path, "negative_sampling", {"at_15": cut, "at_20": cut.replace("15", "20")})
    assert report["at_15"]["verdict"] == "refuted"
    assert report["at_20"]["verdict"] in ("fragile", "refuted")


def test_sums_declared_narrower_than_the_storage_are_refused() -> None:
    """Else the bounds would be those of the narrower dtype."""
    with pytest.raises(ValueError, match="takes the sums of float64 in float16, which is narrower"):
        particulars_of(SimpleNamespace(ACCUMULATION="float16"))


@pytest.mark.parametrize("loss", ["naive_softmax", "negative_sampling"])
def test_an_empty_window_between_others_is_put(loss: str) -> None:
    """numpy.add.reduceat gives such a window the first row of the next one."""
    index = next(i for i in range(40) if generated("cbow_batch", "float64", 0, i).inputs["loss"] == loss)
    case = generated("cbow_batch", "float64", 0, index)
    calls = {call.variant: call.case for call in BY_NAME["empty_window"].calls(Witness(case, Arithmetic(case.form)))}
    counts = np.diff(calls["hole"].inputs["offsets"])
    assert counts[-2] == 0
    assert np.delete(counts, -2).all()
