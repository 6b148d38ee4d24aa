"""The run as one JSON document, schema "gradgate.verify/1" (docs/json.md). Only keys named `seconds` hold times."""

from __future__ import annotations

import math
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from gradgate.cells import Cells
from gradgate.examining.findings import Counterexample, Failure, Findings, Strength, Tally
from gradgate.examining.subjects import Settings, Subject
from gradgate.report.wording import is_readable, message, snippet, statement_of
from gradgate.verdicts import NOT_OFFERED

SCHEMA = "gradgate.verify/1"
_LIBRARIES = ("gradgate", "numpy", "python-flint", "hypothesis", "torch")


def document(
    subjects: list[Subject],
    settings: Settings,
    arguments: list[str],
    problems: list[str],
    exit_code: int,
    seconds: float,
) -> dict[str, Any]:
    """Everything that a run found. problems are sentences about the harness or about stale expected failures."""
    return {
        "schema": SCHEMA,
        "exit": exit_code,
        "seed": settings.seed,
        "arguments": arguments,
        "settings": asdict(settings),
        **surroundings(_LIBRARIES),
        "problems": problems,
        "manifest": manifest(subjects),
        "implementations": [_subject(subject, settings) for subject in subjects],
        "seconds": seconds,
    }


def surroundings(libraries: Sequence[str]) -> dict[str, Any]:
    """The versions of Python and of the libraries, None for one that is not installed, and the machine."""
    return {
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in libraries}},
        "machine": {"system": platform.system(), "processor": platform.machine(), "cpus": os.cpu_count()},
    }


def manifest(subjects: list[Subject]) -> dict[str, Any]:
    """How many checks (one law on one case) were expected, and what became of them."""
    total: dict[str, int] = {"expected": 0}
    reasons: dict[str, int] = {}
    for subject in subjects:
        for examination in subject.examinations:
            for tally in examination.laws.values():
                total["expected"] += tally.expected
                for outcome, count in tally.outcomes.items():
                    total[outcome] = total.get(outcome, 0) + count
                for reason, count in tally.reasons.items():
                    reasons[reason] = reasons.get(reason, 0) + count
    return {**total, "reasons": dict(sorted(reasons.items()))}


def _subject(subject: Subject, settings: Settings) -> dict[str, Any]:
    return {
        "name": subject.source.name,
        "kind": subject.source.kind,
        "verdict": subject.verdict,
        "why_not": subject.cannot_run or subject.broken,
        "declared": subject.particulars.declared(),
        "spread": subject.spread,
        "offers": list(subject.offers),
        NOT_OFFERED.replace(" ", "_"): [f for f in settings.functions if f not in subject.offers],
        "remarks": subject.remarks,
        "functions": [examination_document(subject.source.name, examination) for examination in subject.examinations],
    }


def examination_document(name: str, examination: Findings) -> dict[str, Any]:
    """What was found of one function in one dtype; name is the implementation's, for the snippets."""
    return {
        "function": examination.function,
        "dtype": examination.dtype,
        "verdict": examination.verdict,
        "sentence": examination.sentence,
        "cause": asdict(examination.cause) if examination.cause else None,
        "expected_failures": examination.expected,
        "cases": examination.cases,
        "quantities": {
            quantity: {**asdict(strength), "verdict": strength.verdict}
            for quantity, strength in examination.quantities.items()
        },
        "laws": {law: _tally(tally) for law, tally in examination.laws.items() if tally.expected or tally.outcomes},
        "counterexamples": [_counterexample(name, found) for found in examination.counterexamples],
        "strength": _strength(examination.strength),
        "cost": asdict(examination.cost) if examination.cost else None,
        "remarks": dict(sorted(examination.remarks.items())),
    }


def _strength(strength: Strength | None) -> dict[str, Any] | None:
    if strength is None:
        return None
    return {
        "planted": [{**asdict(planted), "caught": planted.caught} for planted in strength.planted],
        "sharpness": {
            quantity: {"smallest": _number(found.smallest), "median": _number(found.median)}
            for quantity, found in strength.sharpness.items()
        },
    }


def _tally(tally: Tally) -> dict[str, Any]:
    outcomes = dict(sorted(tally.outcomes.items()))
    return {
        "verdict": tally.verdict,
        "expected": tally.expected,
        **outcomes,
        "worst_ratio": tally.worst_ratio,
        "reasons": dict(sorted(tally.reasons.items())),
    }


def _counterexample(name: str, found: Counterexample) -> dict[str, Any]:
    return {
        "law": found.smallest.law,
        "statement": statement_of(found.smallest.law),
        "count": found.count,
        "smallest": _failure(name, found.smallest),
        "worst": _failure(name, found.worst),
    }


def _failure(name: str, failure: Failure) -> dict[str, Any]:
    check, case = failure.check, failure.case
    readable = is_readable(case)
    return {
        "verdict": failure.verdict,
        "cause": failure.cause,
        "message": message(name, failure),
        "quantity": check.quantity,
        "index": list(check.index),
        **{key: _number(getattr(check, key)) for key in ("value", "due", "error", "bound", "ratio")},
        "case": {"function": case.function, "kind": case.kind, "seed": case.seed, "index": case.index},
        "inputs": {name: _plain(value) for name, value in case.inputs.items()} if readable else None,
        "snippet": snippet(name, failure) if readable else None,
    }


def _number(value: float) -> float | str:
    """JSON has no NaN and no infinity: those two become texts."""
    return value if math.isfinite(value) else repr(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Cells):
        return {"places": value.places.tolist(), "values": value.values.tolist(), "shape": list(value.shape)}
    return (
        np.asarray(value, np.float64 if value.dtype.kind == "f" else None).tolist()
        if isinstance(value, np.ndarray)
        else value
    )


def _version(name: str) -> str | None:
    if name == "torch" and "torch" in sys.modules:
        return str(sys.modules["torch"].__version__)
    try:
        return version(name)
    except PackageNotFoundError:
        return None
