"""The confusion table: what `make causes` wrote reaches its targets, is in step, and is measured again for a sample."""

import json
from collections import Counter
from pathlib import Path

import pytest

from gradgate.causes.names import NAMES
from gradgate.confusion import strangers, unlisted
from gradgate.confusion.__main__ import NAMED, WRONGLY, files, shares
from gradgate.confusion.measuring import KIN, SETTING, WRONG, Trial, are_twins, row_of, trials
from gradgate.faults import catalogue

ROOT = Path(__file__).resolve().parents[1]
RECORD = json.loads((ROOT / "docs/causes.json").read_text(encoding="utf-8"))
FAULTS = {fault.name: fault for fault in catalogue()}
SAMPLE = RECORD["rows"][7::97]


def trial_of(row):
    return Trial(FAULTS[row["fault"]], row["function"], row["dtype"])


def test_a_cause_is_named_for_nine_of_ten_caught_faults_and_wrongly_for_one_of_fifty_at_most():
    named, wrongly = shares(RECORD)
    assert named >= NAMED
    assert wrongly <= WRONGLY


def test_a_fault_that_is_held_out_is_hardly_ever_called_by_a_wrong_name():
    for mode in ("held_out", "formula_alone"):
        wrong = [row["fault"] for row in RECORD["rows"] if row[mode]["outcome"] == WRONG]
        assert len(wrong) <= WRONGLY * len(RECORD["rows"]), wrong


def test_what_is_in_no_list_is_not_called_by_a_wrong_name():
    rows = [*RECORD["unlisted"], *RECORD["strangers"]]
    assert Counter(row["outcome"] for row in rows)[WRONG] <= WRONGLY * len(rows)


def test_every_fault_that_is_caught_has_its_rows():
    due = {(t.fault.name, t.function, t.dtype) for t in trials()}
    found = {(row["fault"], row["function"], row["dtype"]) for row in RECORD["rows"]}
    assert found <= due
    assert {name for name, *_ in found} == set(FAULTS)
    caught_nowhere = {(name, dtype) for name, _, dtype in due} - {(name, dtype) for name, _, dtype in found}
    assert not caught_nowhere, "run `make causes`"


def test_the_names_that_are_due_are_those_of_the_catalogue():
    for row in RECORD["rows"]:
        fault = FAULTS[row["fault"]]
        assert row["due"] == [fault.cause, *fault.also], "run `make causes`"
    for functions in strangers.due(ROOT / "tests/strangers").values():
        assert all(set(names) <= set(NAMES) for names in functions.values())
    for _, _, due, _ in unlisted.listed(ROOT / "tests/unlisted.py"):
        assert set(due) <= set(NAMES)


def test_the_page_says_what_the_data_say():
    assert {key: RECORD[key] for key in SETTING} == SETTING
    for name, text in files(RECORD).items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, f"{name} is out of date: run `make causes`"


def test_the_readme_says_what_the_data_say():
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    (named, wrongly), (held, held_wrongly) = shares(RECORD), shares(RECORD, "held_out")
    said = f"named for {named:.1%} of the catches and wrongly for {wrongly:.1%}; with the very fault held out of those"
    assert said.replace("%", " %") in text
    assert f"that are known, for {held:.1%} and {held_wrongly:.1%}".replace("%", " %") in text


@pytest.mark.parametrize("row", SAMPLE, ids=lambda row: f"{row['fault']}-{row['function']}-{row['dtype']}")
def test_a_row_is_what_is_measured(row):
    assert json.loads(json.dumps(row_of(trial_of(row)))) == row, "run `make causes`"


def test_twins_give_the_same_bytes():
    for row in RECORD["rows"]:
        said = row["named"]
        assert said["outcome"] != KIN, (row, "a cause has another fault's sentence")
    assert not are_twins(FAULTS["halved"], FAULTS["log2"], Trial(FAULTS["halved"], "naive_softmax", "float64"))
    assert are_twins(FAULTS["halved"], FAULTS["halved"], Trial(FAULTS["halved"], "naive_softmax", "float64"))


@pytest.mark.parametrize("place", range(3, 24, 7))
def test_a_function_that_no_list_holds_is_called_what_was_measured(place):
    entry = unlisted.listed(ROOT / "tests/unlisted.py")[place]
    assert json.loads(json.dumps(unlisted.row_of(*entry))) == RECORD["unlisted"][place], "run `make causes`"
