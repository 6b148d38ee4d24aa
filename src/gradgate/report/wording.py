"""A failure in words: who, what, got, expected, by how much, where; and a snippet that repeats it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gradgate.case import Case
from gradgate.causes.cause import Cause
from gradgate.cells import Cells
from gradgate.counts.laws import LAWS as COUNT_LAWS
from gradgate.examining.findings import CALL, Failure
from gradgate.interface import CONTRACT, COUNTS, is_float
from gradgate.laws import LAWS

STATEMENTS = {law.name: law.statement for law in (*LAWS, *COUNT_LAWS)}
"""What each law says, by its name, in the order of the report."""

_READABLE = 200  # numbers that a reader may be asked to look at


def message(name: str, failure: Failure) -> str:
    """`numpy_rows: grad_center[2] = 0.731, the exact value is 0.729; error 2.0e-3 > bound 4.1e-16  [V=3 d=4 ...]`."""
    check, case = failure.check, failure.case
    if check.sentence:
        return f"{name}: {check.sentence}  [{case.describe()}]"
    where = f"{check.quantity}{list(check.index) if check.index else ''}"
    due = "the exact value is" if failure.law.startswith("exact_") else f"{failure.law} makes it"
    how_far = f"error {check.error:.1e} > bound {check.bound:.1e}" if math.isfinite(check.error) else "not finite"
    return f"{name}: {where} = {check.value!r}, {due} {check.due!r}; {how_far}  [{case.describe()}]"


def likely_cause(cause: Cause) -> str:
    """`likely cause: repeats counted once: a word drawn m times ... (certain; reproduces 12 of 12 failing cases)`."""
    return f"likely cause: {cause.name}: {cause.sentence} ({cause.confidence}; {cause.evidence})"


def statement(failure: Failure) -> str:
    """The law that failed, as a formula, with the cause in a word or two."""
    return f"{failure.law}: {statement_of(failure.law)} ({failure.cause})"


def statement_of(law: str) -> str:
    """What the law says, by its name."""
    return "every call returns" if law == CALL else STATEMENTS[law]


def is_readable(case: Case) -> bool:
    """Whether the inputs are few enough to be printed."""
    return case.size <= _READABLE


def snippet(name: str, failure: Failure) -> str:
    """A few lines that make the failing call when they are pasted into Python."""
    case, check = failure.case, failure.check
    arguments = ",\n    ".join(f"{p}={_literal(case, p)}" for p in CONTRACT[case.function].parameters)
    returns = ", ".join(case.returns)
    lines = [
        "import numpy as np",
        "from gradgate import load",
        f"{returns} = load({name!r}).call(",
        f"    {case.function!r}, {case.dtype!r},",
        f"    {arguments},",
        ")",
    ]
    if any(isinstance(value, Cells) for value in case.inputs.values()):
        lines.insert(1, "from gradgate.cells import cells_of")
    if case.function in COUNTS and check.quantity in case.returns:
        lines.append(f"print({check.quantity})  # see the law {failure.law}")
    elif check.quantity in case.returns:
        place = f"[{', '.join(map(str, check.index))}]" if check.index else ""
        exact = failure.law.startswith("exact_")
        comment = f"due: {check.due!r}" if exact else check.sentence or f"see the law {failure.law}"
        lines.append(f"print({check.quantity}{place})  # {comment}")
    return "\n".join(lines)


def _literal(case: Case, parameter: str) -> str:
    value: Any = case.inputs[parameter]
    if isinstance(value, Cells):
        return f"cells_of({_array(value.dense())})"
    if not isinstance(value, np.ndarray):
        return repr(value)
    if not is_float(case.function, parameter):
        return f"np.array({value.tolist()}, dtype=int)" if value.size == 0 else f"np.array({value.tolist()})"
    return _array(value)


def _array(value: np.ndarray) -> str:
    if value.dtype.kind == "i":
        return f"np.array({value.tolist()})"
    numbers = np.asarray(value, np.float64).tolist()
    kind = "" if value.dtype == np.float64 else f", dtype=np.{value.dtype}"
    return f"np.array({numbers}{kind})" if value.size else f"np.zeros({value.shape})"
