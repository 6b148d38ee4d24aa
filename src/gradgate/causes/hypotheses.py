"""Known faults as hypotheses: each planted into a right implementation, and put to the cases that failed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import combinations
from typing import Any

import numpy as np

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.calls import Call
from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import load
from gradgate.case import Case, CaseKey
from gradgate.causes.cause import CERTAIN, LIKELY, Cause
from gradgate.causes.dossier import Dossier
from gradgate.causes.exhibits import Exhibit
from gradgate.evidence import Evidence, Unusable
from gradgate.faults import Fault, Faulty, catalogue
from gradgate.formats import FLOAT64
from gradgate.interface import FUNCTIONS, is_float
from gradgate.witness import Witness

BASE = "numpy_dense"
_OF_THE_PROGRAM = (
    "input changed",
    "state",
    "crash",
    "memory layout",
    "bad index accepted",
    "bad choice accepted",
    "refusal without a word",
    "empty input",
)
_NO_FAULT = Fault("none", "", FUNCTIONS, "", "", "", "", lambda right, given: right(**given))
_KEPT = 3000  # numbers of a case whose predictions are kept
_FURTHER = 30  # cases of the run that may be spent on telling faults apart that have explained all so far


@cache
def _right() -> InProcess:
    return InProcess(load(BASE))


def known(function: str, dtype: str, without: Collection[str] = ()) -> list[Fault]:
    """The faults of the catalogue that a value or a gradient can show. A narrow format is taken for float32."""
    known_in = dtype if dtype in _right().particulars.dtypes else "float32"
    return [
        fault
        for fault in catalogue()
        if function in fault.functions
        and known_in in fault.dtypes
        and not fault.form
        and fault.cause not in _OF_THE_PROGRAM
        if fault.name not in without
    ]


def predicted(fault: Fault, case: Case) -> Mapping[str, np.ndarray]:
    """What the right implementation returns with the fault planted; nothing where that is no result."""
    return _worked_out(fault, case) if case.size > _KEPT else _known(fault, case.key)


@lru_cache(maxsize=4096)
def _known(fault: Fault, key: CaseKey) -> Mapping[str, np.ndarray]:
    """Kept: a class of submissions fails on the same cases, and each asks the whole catalogue of them."""
    found = _worked_out(fault, key.case)
    for values in found.values():
        values.setflags(write=False)
    return found


def _worked_out(fault: Fault, case: Case) -> Mapping[str, np.ndarray]:
    case = _computable(case)
    [outcome] = Faulty(_right(), fault).perform([Call("base", case)])
    evidence = Evidence(Witness(case, Arithmetic(case.form)), {"base": outcome}, _right().particulars)
    try:
        return {quantity: evidence.values("base", quantity) for quantity in case.returns}
    except Unusable:
        return {}


def right_values(case: Case, **changed: Any) -> Mapping[str, np.ndarray]:
    """What the right implementation returns in float64 for the case with some inputs changed."""
    return predicted(_NO_FAULT, _in_float64(case).with_inputs(**changed))


def _computable(case: Case) -> Case:
    """The case in its own dtype where the right implementation has it; else the same numbers in float64."""
    if case.dtype in _right().particulars.dtypes:
        return case
    return _in_float64(case)


def _in_float64(case: Case) -> Case:
    wide = {n: np.asarray(v, np.float64) if is_float(case.function, n) else v for n, v in case.inputs.items()}
    return replace(case, dtype=FLOAT64.name, inputs=wide)


def reproduced(values: Mapping[str, np.ndarray], exhibit: Exhibit) -> frozenset[str]:
    """The quantities of which the values are what was seen; those that need no explanation are among them."""
    return frozenset(
        q for q in exhibit.case.returns if q not in exhibit.told or (q in values and exhibit.agrees(q, values[q]))
    )


@dataclass(frozen=True)
class Explanation:
    """A fault, and the quantities that are wrong because of it: all that it changes is what was seen."""

    fault: Fault
    quantities: frozenset[str]


def explanations(faults: Iterable[Fault], exhibits: Sequence[Exhibit]) -> list[Explanation]:
    """The faults that explain at least one of the quantities that are wrong, and contradict none."""
    found = []
    for fault in faults:
        touched: frozenset[str] = frozenset()
        explained = frozenset(exhibits[0].case.returns)
        for each in exhibits:
            values = predicted(fault, each.case)
            touched |= {q for q in each.told if q not in values or each.is_wrong(q, values[q])}
            explained &= reproduced(values, each)
            if not touched <= explained:
                break
        else:
            if touched:
                found.append(Explanation(fault, touched))
    return found


def hypothesis(dossier: Dossier, without: Collection[str] = ()) -> Cause | None:
    """The known fault that reproduces what was seen, or two that do so together; None where none does."""
    if not dossier.failing:
        return None
    tried = known(dossier.function, dossier.dtype, without)
    found = explanations(tried, [*dossier.failing, *dossier.passing])
    wrong = frozenset[str]().union(*(each.failing for each in dossier.failing))
    whole = [each.fault for each in found if each.quantities >= wrong]
    return _of_one(_told_apart(dossier, whole), dossier, len(tried)) if whole else _of_two(found, wrong, dossier)


def _told_apart(dossier: Dossier, faults: Sequence[Fault]) -> list[Fault]:
    """Puts further cases of the run on which the faults differ, until one is left or nothing tells the rest apart."""
    left = list(faults)
    for _, case in zip(range(_FURTHER), dossier.further() if len(left) > 1 else (), strict=False):
        if len(left) == 1:
            break
        answers = [predicted(fault, case) for fault in left]
        if all(_same(answers[0], other) for other in answers[1:]):
            continue
        for seen in dossier.put([case]):
            whole = frozenset(case.returns)
            kept = [f for f, values in zip(left, answers, strict=True) if reproduced(values, seen) == whole]
            left = kept or left
    return left


def _same(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[q], other[q], equal_nan=True) for q in one)


def _of_one(faults: Sequence[Fault], dossier: Dossier, tried: int) -> Cause | None:
    """One fault, or several that cannot be told apart and have a name in common."""
    shared = [n for n in (faults[0].cause, *faults[0].also) if all(n in (f.cause, *f.also) for f in faults)]
    if not shared:
        return None
    passed = len(dossier.passing)
    proof = f"reproduces {dossier.all_failing}"
    proof += f" and {passed} that pass" if passed else ""
    sure = CERTAIN if len(faults) == 1 and dossier.is_plain else LIKELY
    others = f"none of {tried - 1} other known faults does" if len(faults) == 1 else _besides(faults)
    return Cause(shared[0], _sentence(faults[0]), sure, f"{proof}; {others}")


def _besides(faults: Sequence[Fault]) -> str:
    return "so does " + ", ".join(f"“{_sentence(fault)}”" for fault in faults[1:3])


def _of_two(found: Sequence[Explanation], wrong: frozenset[str], dossier: Dossier) -> Cause | None:
    """Two faults, each of some quantities, that leave none unexplained."""
    for one, other in combinations(found, 2):
        if one.quantities | other.quantities >= wrong and not one.quantities & other.quantities:
            sentence = f"{_sentence(one.fault)}; and {_sentence(other.fault)}"
            return Cause(one.fault.cause, sentence, LIKELY, f"together they reproduce {dossier.all_failing}")
    return None


def _sentence(fault: Fault) -> str:
    return fault.sentence.removesuffix(".")
