"""The fault catalogue and the kill matrix: every fault is killed, every law kills, and the page says what was measured.

What `make power` wrote is replayed: every kill it recorded, on its own case; and for some faults the whole row."""

import functools
import json
from collections import Counter
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest

from gradgate.calling.calls import Call
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load
from gradgate.causes.names import NAMES
from gradgate.draws import generated
from gradgate.examining.trial import CAUGHT, CRASH, Trial
from gradgate.faults import ORIGINS, Fault, Faulty, catalogue
from gradgate.interface import FUNCTIONS
from gradgate.laws import BY_NAME, LAWS
from gradgate.power import matrix, trials
from gradgate.power.__main__ import files
from gradgate.verdicts import FRAGILE, REFUTED

DOCS = Path(__file__).resolve().parents[1] / "docs"
RECORD = json.loads((DOCS / "power.json").read_text(encoding="utf-8"))
ROWS = {row["name"]: row for row in RECORD["faults"]}
FAULTS = {fault.name: fault for fault in catalogue()}
WHOLE_ROWS = sorted(FAULTS)[::24]  # faults whose whole row is measured again


@functools.cache
def right(name):
    return InProcess(load(name))


@functools.cache
def hearing(function, dtype, index):
    return trials.hear(generated(function, dtype, trials.SEED, index), right("numpy_dense"), right("numpy_rows"))


def replayed(fault, dtype, function, index):
    """What the laws say of a fault on one case: verdicts by law."""
    fresh = Trial(fault, "numpy_dense", dtype)
    for kill in hearing(function, dtype, index).kills(fresh, fresh.examination(right("numpy_dense"), function)):
        fresh.note(kill)
    return {law: kill.verdict for law, kill in fresh.kills.items()}


def test_the_catalogue_holds_a_hundred_faults_and_more():
    assert len(FAULTS) >= 100


def test_the_names_of_the_faults_are_unique():
    assert [name for name, count in Counter(fault.name for fault in catalogue()).items() if count > 1] == []


@pytest.mark.parametrize("fault", catalogue(), ids=str)
def test_a_fault_says_where_it_is_what_it_is_and_where_it_comes_from(fault):
    assert fault.functions
    assert set(fault.functions) <= set(FUNCTIONS)
    assert fault.quantity
    assert {fault.cause, *fault.also} <= set(NAMES)
    assert fault.origin in ORIGINS.values()
    assert fault.sentence.endswith(".")
    assert fault.dtypes


def test_every_function_and_every_origin_has_faults():
    assert {function for fault in catalogue() for function in fault.functions} == set(FUNCTIONS)
    assert {fault.origin for fault in catalogue()} == set(ORIGINS.values())


def test_no_fault_survives():
    assert RECORD["survives"] == {}
    assert set(ROWS) == set(FAULTS)


def test_no_wrong_formula_is_excused_as_fragile():
    assert RECORD["excused"] == {}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_every_law_kills_a_fault(law):
    assert RECORD["laws"][law.name]["kills"] > 0


def missing_kills(name):
    """The recorded kills that are not found again, each on its own case, and whether a killer is left."""
    fault, row = FAULTS[name], ROWS[name]
    places = sorted(((function, index), law, verdict) for law, (function, index, verdict) in row["kills"].items())
    missing, left = [], False
    for (function, index), group in groupby(places, key=lambda place: place[0]):
        found = replayed(fault, row["dtype"], function, index)
        for _, law, verdict in group:
            if law not in found or (verdict, found[law]) == (REFUTED, FRAGILE):
                missing.append(law)
            elif law in row["killers"]:
                left = True
    return missing, left


def test_the_recorded_kills_are_kills():
    """All but one in a hundred, which may hang on how a machine rounds; and every fault keeps a killer."""
    replays = {name: missing_kills(name) for name in FAULTS}
    survivors = [name for name, (_, left) in replays.items() if not left and ROWS[name]["status"] == CAUGHT]
    assert survivors == []
    missing = {name: laws for name, (laws, _) in replays.items() if laws}
    assert sum(map(len, missing.values())) <= sum(len(row["kills"]) for row in ROWS.values()) / 100, missing


@pytest.mark.parametrize("name", WHOLE_ROWS)
def test_the_row_of_a_fault_is_what_is_measured(name):
    [measured] = matrix.measure([FAULTS[name]])["faults"]
    recorded, measured = dict(ROWS[name]), json.loads(json.dumps(measured))
    apart = set(recorded.pop("kills")) ^ set(measured.pop("kills"))
    del recorded["killers"], measured["killers"]
    assert measured == recorded, "run `make power`"
    assert len(apart) <= 1, f"{', '.join(sorted(apart))}: run `make power`"  # one may hang on how a machine rounds


def test_the_page_and_the_picture_say_what_the_data_say():
    fresh = {**RECORD, **matrix.summary(RECORD["faults"])}
    for name, text in files(fresh).items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, f"{name} is out of date: run `make power`"


def test_the_smallest_set_kills_all_that_is_caught_and_none_of_it_can_be_spared():
    chosen = RECORD["smallest_set"]
    caught = [set(row["killers"]) for row in RECORD["faults"] if row["status"] == CAUGHT]
    caught = [killers for killers in caught if CRASH not in killers]
    assert all(killers & set(chosen) for killers in caught)
    for spared in chosen:
        assert not all(killers & (set(chosen) - {spared}) for killers in caught), f"{spared} is not needed"


@pytest.mark.parametrize("base", trials.BASES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_right_implementation_is_not_killed(base, dtype):
    """The plant that changes nothing, in every function: what the wrapping itself does is no fault."""
    place = ("nothing", "none", FUNCTIONS, "none", "none", "invented")
    nothing = Fault(*place, "No fault.", lambda right, given: right(**given))
    [innocent] = trials.try_faults([nothing], base, dtype, 12, most=12)
    assert innocent.kills == {}


def test_a_fault_can_be_planted_into_any_implementation():
    case = generated("naive_softmax", "float64", 0, 0)
    for name in ("pure_python", "numpy_dense", "numpy_rows"):
        [wrong] = Faulty(right(name), FAULTS["center_doubled"]).perform([Call("base", case)])
        [sound] = right(name).perform([Call("base", case)])
        np.testing.assert_array_equal(wrong.results["grad_center"].values, 2 * sound.results["grad_center"].values)


def test_what_the_right_implementation_refuses_is_refused_with_a_fault_planted():
    case = generated("naive_softmax", "float64", 0, 0).with_inputs(outside=-1)
    [outcome] = Faulty(right("numpy_dense"), FAULTS["center_doubled"]).perform([Call("base", case)])
    assert outcome.exception == "IndexError"


def test_laws_that_do_not_bind_strangers_catch_edges_only():
    loose = {name for name, law in BY_NAME.items() if not law.binds_strangers}
    for row in RECORD["faults"]:
        assert row["edge"] or not loose & set(row["killers"]), row["name"]
