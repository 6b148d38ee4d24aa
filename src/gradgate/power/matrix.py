"""The kill matrix, fault × law, as data: measured on numpy_dense in float64, and each catch confirmed elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from gradgate.examining.examination import EXACT
from gradgate.examining.trial import CAUGHT, CRASH, EXCUSED, SURVIVES, Trial
from gradgate.faults import Fault, catalogue
from gradgate.laws import LAWS
from gradgate.power.trials import BASES, CASES, SEED, SPREAD, try_faults

PEERS = ("agreement",)  # says what the exact laws say: peers that are right stand for the reference
DTYPES = ("float64", "float32")
Record = dict[str, Any]


def measure(faults: Sequence[Fault] | None = None) -> Record:
    """The whole matrix, or that of some faults."""
    faults = catalogue() if faults is None else faults
    home = [
        trial for dtype in DTYPES for trial in try_faults(_first_in(faults, dtype), "numpy_dense", dtype, len(SPREAD))
    ]
    order = {fault.name: place for place, fault in enumerate(faults)}
    home.sort(key=lambda trial: order[trial.fault.name])
    seen = {(trial.fault.name, trial.base, trial.dtype) for trial in home}
    away: dict[str, list[Trial]] = {}
    for base in BASES:
        for dtype in DTYPES:
            rest = [f for f in faults if dtype in f.dtypes and (f.name, base, dtype) not in seen]
            for trial in try_faults(rest, base, dtype, 0):
                away.setdefault(trial.fault.name, []).append(trial)
    records = [_record(trial, away.get(trial.fault.name, [])) for trial in home]
    return {"schema": 1, "seed": SEED, "cases": len(SPREAD), "most_cases": CASES, "faults": records, **summary(records)}


def _first_in(faults: Sequence[Fault], dtype: str) -> list[Fault]:
    return [fault for fault in faults if fault.dtypes[0] == dtype]


def _record(trial: Trial, away: Sequence[Trial]) -> Record:
    """One fault's row: kills by law, first the case and then the verdict; elsewhere its status in other settings."""
    fault = trial.fault
    order = [law.name for law in LAWS] + [CRASH]
    kills = sorted(trial.kills.values(), key=lambda kill: order.index(kill.law))
    return {
        "name": fault.name,
        "family": fault.family,
        "functions": list(fault.functions),
        "quantity": fault.quantity,
        "origin": fault.origin,
        "sentence": fault.sentence,
        "dtype": trial.dtype,
        "fragile": fault.fragile,
        "edge": fault.edge,
        "status": trial.status,
        "killers": sorted(trial.killers, key=order.index),
        "kills": {kill.law: [kill.function, kill.index, kill.verdict] for kill in kills},
        "elsewhere": {f"{other.base} {other.dtype}": other.status for other in away},
    }


def summary(records: Sequence[Record]) -> Record:
    """How many faults each law kills, those that it kills alone, the smallest set that kills all, and what is not."""
    sole: dict[str, list[str]] = {}
    for record in records:
        if len(record["killers"]) == 1:
            sole.setdefault(record["killers"][0], []).append(record["name"])
    laws = {
        law.name: {
            "kills": sum(law.name in record["killers"] for record in records),
            "excuses": sum(law.name in record["kills"] and law.name not in record["killers"] for record in records),
            "alone": sole.get(law.name, []),
        }
        for law in LAWS
    }
    uncaught = {
        status: {r["name"]: where for r in records if (where := _settings(r, status))} for status in (EXCUSED, SURVIVES)
    }
    caught = {r["name"]: r["killers"] for r in records if r["status"] == CAUGHT}
    return {
        "laws": laws,
        "smallest_set": smallest_set(_beside(caught, PEERS)),
        "without_reference": _without_reference(caught),
        **uncaught,
    }


def _beside(killers: Mapping[str, Sequence[str]], laws: Sequence[str]) -> dict[str, list[str]]:
    """The killers without some laws."""
    return {name: [law for law in found if law not in laws] for name, found in killers.items()}


def _without_reference(killers: Mapping[str, Sequence[str]]) -> Record:
    """The smallest set of the laws that need neither a reference nor a peer, and the faults that no such law kills."""
    own = _beside(killers, [*EXACT, *PEERS])
    return {
        "laws": smallest_set({name: laws for name, laws in own.items() if laws}),
        "missed": [name for name, laws in own.items() if not laws],
    }


def _settings(record: Record, status: str) -> list[str]:
    """The settings in which the fault has the status."""
    every = {f"numpy_dense {record['dtype']}": record["status"], **record["elsewhere"]}
    return [setting for setting, found in every.items() if found == status]


def smallest_set(killers: Mapping[str, Sequence[str]]) -> list[str]:
    """The fewest laws that kill every fault; of several such sets, the first in the order of the laws.

    A fault that gives no result needs no law. Exact: the laws that are needed are fixed, and every set of the others
    is tried, smallest first.
    """
    sets = {frozenset(laws) for laws in killers.values() if CRASH not in laws}
    needed = {law for laws in sets if len(laws) == 1 for law in laws}
    left = [laws for laws in sets if not laws & needed]
    left = [laws for laws in left if not any(other < laws for other in left)]  # who kills the subset kills this one
    useful = [law.name for law in LAWS if any(law.name in laws for laws in left)]
    for size in range(len(useful) + 1):
        for chosen in combinations(useful, size):
            if all(laws.intersection(chosen) for laws in left):
                return [law.name for law in LAWS if law.name in needed.union(chosen)]
    raise ValueError("a fault without a killer has no such set")
