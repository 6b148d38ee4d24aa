"""The gate's verdict on files that strangers might hand in: what is right passes, what is wrong does not."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "strangers"
VERIFIED, FRAGILE, REFUTED, CRASHED, TIMED_OUT = "verified", "fragile", "refuted", "crashed", "timed out"
DUE = tomllib.loads((FOLDER / "verdicts.toml").read_text(encoding="utf-8"))
GRAVEST = (CRASHED, TIMED_OUT, REFUTED, FRAGILE, VERIFIED)

# file: what its failure says, so that the verdict is right for the right reason
SAYS = {
    "sign_flipped": "the gradient is wrong; the loss is right",
    "log_p_positive": "loss and gradient are wrong together: the gradient belongs to the loss, but it is another loss",
    "transposed_grad": "the gradient is wrong; the loss is right",
    "pairs_wrong_window_right": "the loss is wrong; the gradient is right",
    "repeats_counted_once": "the gradient is wrong; the loss is right",
    "repeats_overwritten": "the gradient is wrong; the loss is right",
    "global_state": "the gradient is wrong; the loss is right",
    "mutates_input": "value and gradient are right as called, but it breaks inputs_unchanged, read_only",
    "k_ignored": "not what the contract asks: drew 10 samples where K=",
    "own_random_numbers": "not what the contract asks: ",
    "callback_ignored": "not what the contract asks: the callback is ignored: it was never called",
    "cbow_average": "got the average of the context vectors where their sum is due",
    "window_gradient_to_context_row": "gradient of the centre written to row",
    "window_distinct_words": "the callback was called ",
    "returns_none": "naive_softmax returned None; (loss, grad_center, grad_U) is due",
    "returns_string": "loss is an array of <U",
    "raises": "NotImplementedError: to be done (line ",
    "infinite_loop": "no answer within 1 s",
    "float32_inside": "computes with float32 inside",
    "overflow_log_one_minus_sigmoid": "overflows; take -log sigmoid(z) as logaddexp(0, -z)",
    "unshifted_softmax": "overflows; with s = logits - max(logits) the loss is log(",
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run over all of them."""
    target = tmp_path_factory.mktemp("strangers") / "report.json"
    files = [f"{name}.py" for name in sorted(DUE)]
    options = ("--cases", "30", "--dtype", "float64", "--time-limit", "1", "--jobs", "2", "--json", str(target))
    command = [sys.executable, "-P", "-m", "gradgate", "verify", *files, *options]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 1, done.stderr
    found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return {Path(each["name"]).stem: each for each in found["implementations"]}


def test_every_stranger_has_its_verdict_in_the_table() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(DUE)


@pytest.mark.parametrize("name", DUE)
def test_the_gate_says_of_each_function_what_is_due(report: dict[str, Any], name: str) -> None:
    found = {each["function"]: each["verdict"] for each in report[name]["functions"]}
    assert found == DUE[name], [each["sentence"] for each in report[name]["functions"]]
    whole = next((v for v in GRAVEST if v in DUE[name].values()), CRASHED)
    assert report[name]["verdict"] == whole


@pytest.mark.parametrize("name", SAYS)
def test_the_failure_is_put_in_the_right_words(report: dict[str, Any], name: str) -> None:
    said = [each["sentence"] for each in report[name]["functions"]]
    assert any(SAYS[name] in sentence for sentence in said), said


def test_leaving_at_import_is_said(report: dict[str, Any]) -> None:
    assert report["exit_at_import"]["why_not"] == "exit_at_import.py ends the program when it is imported: exit(0)"


@pytest.mark.parametrize("name", [name for name, verdicts in DUE.items() if REFUTED in verdicts.values()])
def test_what_refutes_is_what_is_shown(report: dict[str, Any], name: str) -> None:
    for each in report[name]["functions"]:
        if each["verdict"] == REFUTED:
            assert {found["smallest"]["verdict"] for found in each["counterexamples"]} == {REFUTED}
