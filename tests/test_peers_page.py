"""The page that compares the gate with other checkers says what was measured, and the measured bears out the claims."""

import json
import re
from pathlib import Path

import pytest

from gradgate.peers.__main__ import files
from gradgate.peers.checkers import CHECKERS
from gradgate.peers.comparison import SIZES
from gradgate.peers.figures import GATE, SLOW, advantage
from gradgate.peers.table import readme_part, with_table

ROOT = Path(__file__).resolve().parents[1]
RECORD = json.loads((ROOT / "docs/peers.json").read_text(encoding="utf-8"))


def test_every_peer_was_present_at_every_size():
    assert [checker["absent"] for checker in RECORD["checkers"]] == [""] * len(CHECKERS)
    assert [(size["V"], size["d"]) for size in RECORD["sizes"]] == list(SIZES)
    assert len(RECORD["cells"]) == len(SIZES) * len(CHECKERS)


def test_the_page_the_picture_and_the_readme_say_what_the_data_say():
    for name, text in files(RECORD).items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, f"{name} is out of date: run `make peers`"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme_part(RECORD) in readme
    assert with_table(readme, RECORD) == readme


def test_the_rules_of_the_checkers_are_those_that_were_measured():
    assert {c["name"]: c["rule"] for c in RECORD["checkers"]} == {c.name: c.rule for c in CHECKERS}


def test_the_gate_is_a_million_times_sharper_and_a_hundred_times_faster_than_slow_gradcheck():
    sharper, faster = advantage(RECORD, SLOW)
    assert sharper >= 1e6
    assert faster >= 100


def test_the_gate_gives_no_false_alarm():
    assert [cell["right"]["alarms"] for cell in RECORD["cells"] if cell["checker"] == GATE] == [[]] * len(SIZES)


@pytest.mark.parametrize("size", RECORD["sizes"], ids=lambda size: f"V={size['V']}")
def test_no_checker_catches_more_of_the_faults_that_it_is_given_than_the_gate(size):
    cells = [cell for cell in RECORD["cells"] if cell["V"] == size["V"] and not cell["not_run"]]
    [gate] = (cell for cell in cells if cell["checker"] == GATE)
    for cell in cells:
        given = [entry[:2] for entry in size["faults"][: cell["faults"]["run"]]]
        by_gate = sum(entry not in gate["faults"]["missed"] for entry in given)
        assert by_gate >= cell["faults"]["caught"], cell["checker"]


def test_the_keys_of_the_data_are_documented():
    text = (ROOT / "docs/peers_json.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([\w.]+)`", text, re.MULTILINE))
    assert documented == set(keys(RECORD))


def keys(record, prefix=""):
    """Every key that is met, with those above it."""
    for key, value in record.items():
        yield f"{prefix}{key}"
        entries = value if isinstance(value, list) else [value]
        for entry in entries if key not in ("versions", "machine") else []:
            if isinstance(entry, dict):
                yield from keys(entry, f"{prefix}{key}.")
