"""The mechanical mutants: a wrong one is caught, an equivalent one passes, a run goes on where it ended, and the list
of what may pass is true of the source as it stands.

The mutation tool is needed for making mutants only; `make mutants` judges them all, which takes too long for CI."""

import importlib.util
import json
import re
import sys
import time
import tomllib
from pathlib import Path

import pytest

from gradgate.calling.loading import load
from gradgate.errors import CannotRun
from gradgate.mutants.children import Ended, each_in_a_child
from gradgate.mutants.journal import Journal
from gradgate.mutants.judging import SURVIVES, Finding
from gradgate.mutants.listed import Entry, places_of, read_entries, replaced, stale
from gradgate.mutants.making import MODULE, Mutant, mutants_of
from gradgate.mutants.page import page
from gradgate.mutants.reach import reached_from
from gradgate.mutants.run import Original, run
from gradgate.mutants.score import EQUIVALENT, TESTED, is_perfect, score, share
from gradgate.verdicts import CRASHED, FRAGILE, REFUTED

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "impls").glob("*.py")}
ENTRIES = read_entries()
RECORD = json.loads((ROOT / "docs/mutants.json").read_text(encoding="utf-8"))

SMALL = """
import numpy as np


def sigmoid(x):
    decay = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, decay) / (1 + decay)


def softmax(logits):
    exps = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return exps / np.sum(exps, axis=-1, keepdims=True)
"""
CHANGES = {  # by what becomes of them
    REFUTED: ("softmax", "np.sum(exps, axis=-1", "np.sum(exps, axis=0"),
    CRASHED: ("softmax", "exps / np.sum", "exps / np.summa"),
    FRAGILE: ("softmax", "logits - np.max", "logits + np.max"),
    SURVIVES: ("sigmoid", "x >= 0", "x > 0"),
}


CASES = 10  # the first ones show each of them


@pytest.fixture
def small(tmp_path):
    """A file of two functions, with one mutant of each kind."""
    path = tmp_path / "small.py"
    path.write_text(SMALL, encoding="utf-8")
    mutants = [Mutant("small", place, a, b, SMALL.replace(a, b)) for place, a, b in CHANGES.values()]
    return Original("small", SMALL, load(str(path)), mutants)


def judged(original, journal):
    """What became of each mutant in float64."""
    run([original], [], journal, 2, lambda *_: None, CASES)
    return [journal.found[mutant.key, "float64"].status for mutant in original.mutants]


def test_each_mutant_gets_its_verdict(small, tmp_path):
    assert judged(small, Journal(tmp_path / "journal.jsonl", "a gate")) == list(CHANGES)


def test_a_file_that_the_gate_refuses_as_it_stands_has_no_mutants(small, tmp_path):
    path = tmp_path / "wrong.py"
    path.write_text(small.mutants[0].source, encoding="utf-8")
    wrong = Original("wrong", path.read_text(), load(str(path)), small.mutants)
    with pytest.raises(CannotRun, match=r"wrong itself is refuted by .* mend it first"):
        judged(wrong, Journal(tmp_path / "journal.jsonl", "a gate"))


def test_a_run_that_was_ended_goes_on_and_judges_nothing_twice(small, tmp_path):
    path = tmp_path / "journal.jsonl"

    def interrupted(dtype, done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run([small], [], Journal(path, "a gate"), 1, interrupted, CASES)
    with path.open("a", encoding="utf-8") as journal:
        journal.write('\n{"mutant": "killed while it wr')
    before = Journal(path, "a gate").found
    assert len(before) == 2
    assert judged(small, Journal(path, "a gate")) == list(CHANGES)
    lines = [json.loads(line) for line in path.read_text().splitlines()[1:] if line.endswith("}")]
    judgings = [(line["mutant"], line["dtype"]) for line in lines]
    assert len(judgings) == len(set(judgings)) == 2 * len(CHANGES)
    assert set(before) < set(judgings)


def test_what_passed_few_cases_is_put_to_more_when_the_list_covers_it_no_longer(small, tmp_path):
    journal = Journal(tmp_path / "journal.jsonl", "a gate")
    equivalent = small.mutants[list(CHANGES).index(SURVIVES)]
    journal.add(equivalent.key, "float64", Finding(SURVIVES, cases=CASES - 1))
    judged(small, journal)
    assert journal.found[equivalent.key, "float64"].cases == CASES


def test_what_another_gate_found_is_forgotten(tmp_path):
    path = tmp_path / "journal.jsonl"
    Journal(path, "a gate").add("key", "float64", Finding(SURVIVES))
    assert Journal(path, "a gate").found == {("key", "float64"): Finding(SURVIVES)}
    other = Journal(path, "another gate")
    assert other.outdated
    assert not other.found


def test_a_child_that_never_ends_is_ended_and_one_that_breaks_is_told_apart():
    def work(task, alive):
        alive()
        if task == "breaks":
            sys.exit("out")
        while task == "hangs":
            time.sleep(0.01)
        return task

    found = dict(each_in_a_child(work, ["hangs", "breaks", "returns"], jobs=3, limit=1))
    assert found["returns"] == "returns"
    assert isinstance(found["hangs"], Ended)
    assert found["hangs"].late
    assert isinstance(found["breaks"], Ended)
    assert not found["breaks"].late


def test_a_change_reaches_the_functions_that_use_it():
    reach = reached_from(SOURCES["numpy_dense"])
    assert "negative_sampling" in reach["_softplus"]
    assert "cbow_batch" in reach["_softplus"]  # through a table of the module
    assert "naive_softmax" not in reach["_softplus"]
    assert reach["skipgram_batch"] == ("skipgram_batch",)
    assert reach["DTYPES"] == ()  # the harness reads it: every function is judged


def test_without_the_mutation_tool_it_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "libcst", None)
    with pytest.raises(
        CannotRun, match=r"mutants need libcst, which is not installed: pip install 'gradgate\[mutants\]'"
    ):
        mutants_of("numpy_dense", SOURCES["numpy_dense"])


def test_the_mutants_of_a_file_are_other_files():
    pytest.importorskip("mutmut", reason="not run: the mutation tool is not installed")
    source = SOURCES["numpy_dense"]
    mutants = mutants_of("numpy_dense", source)
    texts = {mutant.source for mutant in mutants}
    assert len(texts) == len({mutant.key for mutant in mutants}) == len(mutants)
    assert source not in texts
    assert {mutant.place for mutant in mutants} <= set(places_of(source))
    for mutant in mutants:
        assert mutant.source in replaced(source, mutant.before, mutant.after)
    assert len(mutants) == RECORD["files"]["numpy_dense"]["mutants"], "run `make mutants`"


def test_the_list_is_true_of_the_source():
    assert stale(ENTRIES, SOURCES) == []


@pytest.mark.parametrize(
    "change",
    [{"text": "x >= 1"}, {"places": ("sigmoid", "gone")}, {"becomes": ("x > 0 if",)}, {"files": ("numpy_rows",)}],
)
def test_an_entry_that_is_not_true_any_more_is_told(change):
    entry = {"files": ("numpy_dense",), "places": ("sigmoid",), "text": "x >= 0", "becomes": ("x > 0",), "reason": "0"}
    assert stale([Entry(**entry)], SOURCES) == []
    assert len(stale([Entry(**{**entry, **change})], SOURCES)) == 1


def test_every_entry_has_a_reason_in_a_sentence():
    assert [entry.text for entry in ENTRIES if not entry.reason.endswith(".")] == []


@pytest.mark.parametrize("bad", ['text = "x"', 'files = ["a"]\nplaces = ["b"]\ntext = "x"\nreason = "r"\nby = "test"'])
def test_an_entry_that_is_not_complete_is_told(tmp_path, bad):
    path = tmp_path / "mutants.toml"
    path.write_text(f"tested = []\n[[equivalent]]\n{bad}\n", encoding="utf-8")
    with pytest.raises(CannotRun, match="each of them complete"):
        read_entries(path)


TESTED_CHANGES = [
    (entry.by, file, entry.dtypes[:1], place, entry.text, new)
    for entry in ENTRIES
    if entry.by
    for file in entry.files
    for place in entry.places
    for new in entry.becomes
]


@pytest.mark.parametrize(("by", "file", "dtypes", "place", "text", "new"), TESTED_CHANGES)
def test_what_the_list_leaves_to_a_test_the_test_catches(by, file, dtypes, place, text, new, tmp_path, monkeypatch):
    pytest.importorskip("torch", reason=f"not run: {file} needs torch, which is not installed")
    spec = importlib.util.spec_from_file_location("test_impls_again", ROOT / "tests/test_impls.py")
    tests = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tests)
    check = getattr(tests, by)
    function = places_of(SOURCES[file])[place]
    for changed in replaced(function, text, new):
        tests.load.cache_clear()
        monkeypatch.setattr(tests, "IMPLS", tmp_path)
        (tmp_path / f"{file}.py").write_text(SOURCES[file].replace(function, changed), encoding="utf-8")
        with pytest.raises((AssertionError, RuntimeError)):  # torch refuses by RuntimeError
            check(file, *dtypes)


def test_the_score_tells_the_kinds_apart(small):
    found = {(m.key, "float64"): Finding(s) for m, s in zip(small.mutants, CHANGES, strict=True)}
    entry = Entry(("small",), ("sigmoid",), "x >= 0", "r.", ("x > 0",))
    record = score(small.mutants, found, [entry])
    assert is_perfect(record)
    assert share(record["dtypes"]["float64"]) == (3, 3)
    assert [told["reason"] for told in record[EQUIVALENT]] == ["r."]
    for entries, key in (
        ([], SURVIVES),
        ([Entry(("small",), ("softmax",), "axis=-1", "r.", ("axis=0",))], "disproved"),
        ([entry, Entry(("small",), ("softmax",), "nowhere", "r.")], "unused"),
    ):
        assert not is_perfect(score(small.mutants, found, entries))
        assert len(score(small.mutants, found, entries)[key]) == 1


def test_the_page_says_what_the_data_say():
    assert (ROOT / "docs/mutants.md").read_text(encoding="utf-8") == page(RECORD), "run `make mutants`"


def test_the_page_explains_the_keys_of_the_data():
    explained = re.findall(r"^\| `([a-z ]+)` \| ", page(RECORD).partition("## The data")[2], re.MULTILINE)
    assert set(explained) == set(RECORD)


def test_the_first_page_says_how_many_there_are():
    count = sum(file["mutants"] for file in RECORD["files"].values())
    assert f"{count:,} mechanical mutants" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_mutant_that_is_no_equivalent_one_was_caught():
    assert is_perfect(RECORD)
    for dtype in ("float64", "float32"):
        caught, real = share(RECORD["dtypes"][dtype])
        assert caught == real > 1000
    listed = tomllib.loads((ROOT / "corpus/mutants.toml").read_text(encoding="utf-8"))
    for status, table in ((EQUIVALENT, "equivalent"), (TESTED, "tested")):
        assert {told["reason"] for told in RECORD[status]} == {entry["reason"] for entry in listed[table]}
    assert MODULE not in {told["place"] for told in RECORD[EQUIVALENT]}  # no declaration is left unjudged
