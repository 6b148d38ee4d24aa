"""The gates of cost: what must not grow, what must grow as declared, and what must not have become slower.

Bytes and work are counted, and compared exactly. Time is compared as ratios of calls that alternate in one process, in
CPU time. Wall time is never gated. Thresholds and how they were measured: docs/benchmarks.md.

`python -m gradgate.costs.gates SPEC` measures one implementation, in a process of its own, and prints JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from gradgate.calling.calls import Call
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load_source, resolve
from gradgate.costs.alone import run_alone
from gradgate.costs.counters import Work, peak_bytes, work_of
from gradgate.costs.fits import exponent
from gradgate.costs.items import Item, case_of
from gradgate.costs.pairing import calls_a_sample, lower_bound, ratios, time_calls
from gradgate.costs.resident import resident_growth
from gradgate.interface import NAIVE_SOFTMAX, NEGATIVE_SAMPLING
from gradgate.suite.timing import checked_call

SMALL, LARGE = 2**8, 2**17
FLAT = 1.5  # t(LARGE) / t(SMALL) of an O(K) call: right ones 0.96-1.03, mistakes 28 and more
SLOPE = (0.75, 1.35)  # of an O(V) call: right ones 1.11-1.14, as caches bend the line
BYTES_APART = 0.01  # counted bytes against the committed ones
BYTES_FLAT = 1.05  # bytes(LARGE) / bytes(SMALL) of an O(K) call
MANY, NARROW = 2**19, 8  # V and d where the memory that an O(K) call touches is watched: pages are coarse
SLOWER, SURELY_SLOWER = 1.10, 1.05  # the median ratio, and its 99 % lower bound
TOO_NOISY = 1.07  # the same code against itself
PASSED, FAILED, INCONCLUSIVE = "passed", "failed", "inconclusive"


@dataclass(frozen=True)
class Finding:
    """What one gate says of one function: passed, failed or inconclusive; measured and allowed in a sentence."""

    gate: str
    function: str
    status: str
    sentence: str


Counted = Mapping[str, Mapping[str, int]]  # "function V" -> {"bytes": ..., "rows": ..., "returned": ...}


@dataclass(frozen=True)
class Measured:
    """What was measured of one implementation: the gates of order, and what is counted."""

    findings: tuple[Finding, ...]
    counts: Counted


def measure_alone(spec: str) -> Measured:
    """The measurement in a fresh process with one thread. Raises CannotRun where it cannot be made."""
    found = run_alone("gradgate.costs.gates", spec)
    return Measured(tuple(Finding(**finding) for finding in found["findings"]), found["counts"])


def main(spec: str) -> None:
    implementation = InProcess(load_source(resolve(spec)))
    try:
        findings, counted = order_gates(implementation), counts(implementation)
    except AssertionError as error:  # it is wrong: its cost does not matter
        findings, counted = [Finding("values", "", FAILED, str(error).splitlines()[0])], {}
    print(json.dumps({"findings": [asdict(finding) for finding in findings], "counts": counted}))


def is_order(finding: Finding) -> bool:
    """Whether the gate is one of those that ask how a cost grows."""
    return finding.gate.startswith("O(")


def order_gates(implementation: InProcess, device: str = "cpu") -> list[Finding]:
    """Whether naive softmax costs O(V), and negative sampling O(K), in time and in bytes."""
    found = []
    if NAIVE_SOFTMAX in implementation.offers:
        found.append(_linear(implementation, device))
    if NEGATIVE_SAMPLING in implementation.offers:
        found += [_flat_time(implementation, device), _flat_bytes(implementation, device)]
        found += _flat_memory(implementation) if device == "cpu" else []
    return found


def counts(implementation: InProcess, device: str = "cpu") -> dict[str, dict[str, int]]:
    """Bytes and work of both losses at the smallest and at the largest size: what is committed."""
    found = {}
    for item in (gate_item(loss, V) for loss in (NAIVE_SOFTMAX, NEGATIVE_SAMPLING) for V in (SMALL, LARGE)):
        if item.loss in implementation.offers:
            peak, work = _count(implementation, item, device)
            found[f"{item.loss} V={item.V}"] = {"bytes": peak, "rows": work.rows, "returned": work.bytes}
    return found


def count_gates(measured: Counted, committed: Counted) -> list[Finding]:
    """Counted figures against the committed ones; one that is missing on either side is no pass."""
    found = []
    for key in sorted(measured.keys() | committed.keys()):
        if key not in committed or key not in measured:
            where = (
                "was counted, but has no committed figure"
                if key in measured
                else "has a committed figure, but was not counted"
            )
            found.append(Finding("counts", key, FAILED, f"{key} {where}"))
            continue
        for name, due in committed[key].items():
            got = measured[key][name]
            status = PASSED if abs(got - due) <= BYTES_APART * due else FAILED
            found.append(Finding("counts", key, status, f"{name}: {got:,}, committed {due:,}"))
    return found


def gate_item(loss: str, V: int) -> Item:
    return Item(loss, V, K=None if loss == NAIVE_SOFTMAX else 5)


def slower_gate(function: str, before: Sequence[float], control: Sequence[float], again: Sequence[float]) -> Finding:
    """before: ratios new over old; again: the same in a second process; control: the old one against itself."""
    noise = float(np.median(control))
    if not 1 / TOO_NOISY <= noise <= TOO_NOISY:
        return Finding(
            "regression", function, INCONCLUSIVE, f"the same code is {noise:.3f} times itself: too noisy to tell"
        )
    medians = [float(np.median(found)) for found in (before, again)]
    bounds = [lower_bound(np.asarray(found)) for found in (before, again)]
    slower = min(medians) > SLOWER and min(bounds) > SURELY_SLOWER
    sentence = f"{medians[0]:.3f} and {medians[1]:.3f} times the time of the old one, 99 % above {min(bounds):.3f}"
    return Finding("regression", function, FAILED if slower else PASSED, sentence)


def _linear(implementation: InProcess, device: str) -> Finding:
    seconds = {}
    for V in (SMALL, 2**11, 2**14, LARGE):
        call = checked_call(implementation, case_of(gate_item(NAIVE_SOFTMAX, V)), device)
        seconds[V] = time_calls(call, calls_a_sample(call), 9)
    slope = exponent(seconds)
    low, high = SLOPE
    status = PASSED if low <= slope.value <= high else FAILED
    sentence = f"time grows as V^{slope.value:.2f} [{slope.low:.2f}, {slope.high:.2f}]; {low} to {high} is allowed"
    return Finding("O(V) time", NAIVE_SOFTMAX, status, sentence)


def _flat_time(implementation: InProcess, device: str) -> Finding:
    small, large = (
        checked_call(implementation, case_of(gate_item(NEGATIVE_SAMPLING, V)), device) for V in (SMALL, LARGE)
    )
    found = float(np.median(ratios(small, large)))
    sentence = f"t(V={LARGE}) / t(V={SMALL}) = {found:.2f}; at most {FLAT} is allowed"
    return Finding("O(K) time", NEGATIVE_SAMPLING, PASSED if found <= FLAT else FAILED, sentence)


def _flat_bytes(implementation: InProcess, device: str) -> Finding:
    small, large = (_held(implementation, V, device) for V in (SMALL, LARGE))
    status = PASSED if large <= BYTES_FLAT * small else FAILED
    sentence = f"a call holds {large:,} bytes at V={LARGE}, {small:,} at V={SMALL}; {BYTES_FLAT} times is allowed"
    return Finding("O(K) bytes", NEGATIVE_SAMPLING, status, sentence)


def _held(implementation: InProcess, V: int, device: str) -> int:
    """The bytes of a call on as many different words at every V: the terms of one that repeats may be added up."""
    case = case_of(gate_item(NEGATIVE_SAMPLING, V))
    outside, *negatives = np.linspace(0, V - 1, 1 + len(case.inputs["negatives"]), dtype=np.int64)
    case = case.with_inputs(outside=int(outside), negatives=np.array(negatives))
    return peak_bytes(checked_call(implementation, case, device), device)


def _flat_memory(implementation: InProcess) -> list[Finding]:
    """What grows with V takes a byte a word at least, whoever allocates it. Empty where the system does not tell."""
    dtype = implementation.particulars.dtypes[-1]
    items = (Item(NEGATIVE_SAMPLING, V, K=5, d=NARROW, dtype=dtype) for V in (SMALL, MANY))
    small, large = (resident_growth(implementation.implementation.prepared(case_of(item))) for item in items)
    if small is None or large is None:
        return []
    status = PASSED if large - small < MANY else FAILED
    sentence = f"the process grows by {large:,} bytes at V={MANY}, {small:,} at V={SMALL}; a byte a word is too much"
    return [Finding("O(K) memory", NEGATIVE_SAMPLING, status, sentence)]


def _count(implementation: InProcess, item: Item, device: str) -> tuple[int, Work]:
    case = case_of(item)
    [outcome] = implementation.perform([Call("base", case)])
    return peak_bytes(checked_call(implementation, case, device), device), work_of(outcome)


if __name__ == "__main__":
    main(sys.argv[1])
