"""`gradgate verify --vocabulary`: what it says, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gradgate import cli
from gradgate.errors import CannotRun
from gradgate.large.__main__ import main as beside_gradcheck
from gradgate.large.memory import Watch, available, require_memory

SMALL = ("--vocabulary", "2000", "--dimension", "4", "--dtype", "float64")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--vocabulary 1000000000000", "three times its matrices, and"),
        ("--vocabulary 2000 --text README.md", "--text asks for contexts of a text"),
        ("--vocabulary 2000 --loss sigmoid,softmax", "this run asks for sigmoid, softmax"),
        ("--dimension 1000000000000", "take fewer words"),
    ],
)
def test_what_cannot_be_run_is_refused_in_one_sentence(arguments, words, capsys):
    assert cli.main(["verify", "numpy_rows", *arguments.split()]) == 4
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("arguments", [("--vocabulary", "0"), ("--vocabulary", "many"), ("--dimension", "-1")])
def test_a_size_is_a_whole_number_from_1_up(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["verify", "numpy_rows", *arguments])
    assert end.value.code == 4
    assert "is not a whole number from 1 up" in capsys.readouterr().err


def test_the_report_says_the_size_the_calls_and_the_memory(capsys):
    assert cli.main(["verify", "numpy_rows", *SMALL, "--loss", "naive_softmax"]) == 0
    said = capsys.readouterr().out
    assert "naive_softmax, float64, V = 2,000, d = 4: 9 calls in" in said


def test_a_size_that_is_left_out_has_its_default(capsys):
    assert cli.main(["verify", "numpy_rows", "--dimension", "2", "--loss", "negative_sampling", "--cases", "1"]) == 0
    assert "V = 10,000, d = 2: 4 calls" in capsys.readouterr().out


def test_a_refutation_says_how_to_repeat_it(tmp_path: Path, capsys):
    path = tmp_path / "last.py"
    path.write_text(
        "import numpy as np\n\n\ndef naive_softmax(center, outside, U):\n"
        "    probs = np.exp(U @ center)\n    loss = np.log(probs.sum() / probs[outside])\n    probs /= probs.sum()\n"
        "    probs[outside] -= 1\n    grad_U = np.outer(probs, center)\n"
        "    grad_U[1234:1235] = 0\n    return loss, probs @ U, grad_U\n",
        encoding="utf-8",
    )
    assert cli.main(["verify", str(path), *SMALL]) == 1
    said = capsys.readouterr().out
    assert "grad_U[1234, " in said
    assert "--vocabulary 2000 --dimension 4" in said


def test_too_slow_at_this_size_is_a_time_out_that_says_so(tmp_path: Path, capsys):
    path = tmp_path / "slow.py"
    path.write_text("import time\n\n\ndef naive_softmax(center, outside, U):\n    time.sleep(60)\n", encoding="utf-8")
    assert cli.main(["verify", str(path), *SMALL, "--time-limit", "0.5"]) == 1
    said = capsys.readouterr().out
    assert "timed out: no answer within 0.5 s, at V = 2,000, d = 4; --time-limit gives a call more time" in said


def test_memory_is_asked_for_before_anything_is_drawn(monkeypatch):
    monkeypatch.setattr("gradgate.large.memory.available", lambda: 10 * 2**20)
    require_memory(1000, 100, 8, 1)
    with pytest.raises(CannotRun, match=r"needs about 0\.3 GiB of memory"):
        require_memory(100_000, 100, 8, 1)
    monkeypatch.setattr("gradgate.large.memory.available", lambda: None)
    require_memory(10**12, 100, 8, 2)


@pytest.mark.skipif(available() is None, reason="the system does not say how much memory is free")
def test_what_this_process_takes_is_seen():
    watch = Watch([])
    with watch.over(0):
        held = bytearray(b"\1" * 2**28)
    # pages that this process shares with others count less while there are others: some megabytes come and go
    assert not watch.knows or 2**28 - 2**25 <= watch.most < 2**30, len(held)


def test_the_cost_beside_gradcheck_is_told_as_json(monkeypatch, capsys):
    pytest.importorskip("torch", reason="gradcheck is PyTorch's")
    monkeypatch.setattr("sys.argv", ["large", "--vocabulary", "3000", "--dimension", "8", "--rounds", "2"])
    assert beside_gradcheck() == 0
    told = json.loads(capsys.readouterr().out)
    assert [found["calls"] for found in told["rounds"]] == [3, 3]
    assert all(found["gradcheck_seconds"] > 0 for found in told["rounds"])
    assert set(told["median"]) == set(told["rounds"][0])


def test_a_wrong_implementation_is_not_timed(monkeypatch, tmp_path: Path):
    path = tmp_path / "wrong.py"
    path.write_text("def naive_softmax(center, outside, U):\n    return 0.0, 0 * center, 0 * U\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["large", "--vocabulary", "3000", "--dimension", "8", "--impl", str(path)])
    with pytest.raises(SystemExit, match="is refuted"):
        beside_gradcheck()
