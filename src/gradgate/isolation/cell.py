"""One submission in a process of its own that its tier confines, behind the face of calling.host.Worker.

Nothing that the process says is believed: an answer is read up to what the call can need and no further, texts are cut
and escaped, and that a case "cannot be posed" counts only where this side sees why."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradgate.calling.calls import UNSTEADY, Call, Outcome, Result
from gradgate.calling.implementation import Particulars, particulars_of
from gradgate.calling.messages import Frame, decode_outcome, encode_calls, printable
from gradgate.case import Case
from gradgate.errors import Blocked, Broken, CannotRun, Late
from gradgate.interface import CALLABLE, is_cells, is_matrix_gradient
from gradgate.isolation import sizes
from gradgate.isolation.confined import Confined, Ended
from gradgate.isolation.room import Room
from gradgate.isolation.submission import Submission

_TEXT = 4000  # bytes of a message
_REMARKS = 20
_REFUSED = ("PermissionError", "MemoryError", "_ArrayMemoryError")  # how a submission meets a limit, or a refused call


@dataclass(frozen=True)
class Order:
    """What a cell is opened for: the file, the functions that will be called (None: any), and those replaced in it."""

    submission: Submission
    functions: Collection[str] | None
    replaced: Mapping[str, str]


class Cell:
    """Made by Isolation.cell. offers, devices, particulars, remarks and perform are as those of a Worker.

    `perform` never raises for what the submission does. Once its process has ended, all further outcomes say so.
    """

    def __init__(self, order: Order, seed: int, start: Callable[[], Confined], room: Room) -> None:
        """start makes a fresh process; the room is shared while it runs. Raises as Isolation.cell."""
        self.name = order.submission.name
        self.remarks: list[str] = []
        self._order, self._seed, self._fresh, self._room = order, seed, start, room
        self._tried_again = False
        self._end: Outcome | None = None
        try:
            with room.shared():
                self._greet()
        except Ended as end:
            if not self._may_try_again(end):
                raise self._unloaded(end) from end
            with room.alone():
                self._greet_at_last()

    def perform(self, calls: list[Call]) -> list[Outcome]:
        """The outcomes of the calls. They are sent ahead together, and the first of them once more at the end."""
        if self._end is not None or not calls:
            return [self._end or Outcome()] * len(calls)
        sent = [*calls, calls[0]]
        with self._room.shared():
            outcomes, end = self._performed(sent)
        if end is not None and self._may_try_again(end):
            with self._room.alone():
                outcomes, end = self._performed_again(sent)
        if end is not None:
            self._end = Outcome(fault=_cut(str(end)), fault_kind=end.kind)
            outcomes += [self._end] * (len(sent) - len(outcomes))
        # of an SVD whose matrix has fewer than k directions, the last ones may be any
        return _steady(outcomes, to_the_bit=calls[0].case.function != "svd")

    def reseed(self, seed: int) -> None:
        """Seeds the global generators of the process, for files that draw numbers of their own."""
        self._seed = seed
        self._process.ask(({"seed": seed}, []), [])

    @property
    def output(self) -> str:
        """What it printed, the first bytes of it, with an escape for each character that a terminal obeys.

        All of it has arrived once the cell is closed.
        """
        return self._process.printed.text

    def close(self) -> None:
        """Ends the process and everything it started. Safe to call twice."""
        self._process.close()

    def __enter__(self) -> Cell:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- loading

    def _greet(self) -> None:
        """Starts a process, has it load the file, and reads what it offers."""
        self._process = process = self._fresh()
        order, functions = self._order, self._order.functions
        told = {
            "name": self.name,
            "functions": None if functions is None else list(functions),
            "replaced": dict(order.replaced),
            "seed": self._seed,
        }
        process.ask((told, [np.frombuffer(order.submission.data, np.uint8)]), [0])
        hello, _ = process.answer()
        try:
            if "unloaded" in hello:
                # never CannotRun: what a submission says of itself is no fault of the harness
                raise (Blocked if hello["stopped"] is True else Broken)(_text(hello["unloaded"]))
            self.offers: tuple[str, ...] = tuple(map(_text, hello["offers"]))
            self.devices: tuple[str, ...] = tuple(map(_text, hello["devices"]))
            self.particulars = _particulars(hello["particulars"])
        except Broken:
            self.close()
            raise
        except Exception as error:  # whatever is wrong with a stranger's bytes
            self.close()
            raise Broken(f"{self.name} writes to the pipe of its own process when it is imported") from error

    def _greet_at_last(self) -> None:
        try:
            self._greet()
        except Ended as end:
            raise self._unloaded(end) from end

    def _unloaded(self, end: Ended) -> Broken:
        kind = {"timed out": Late, "blocked": Blocked}.get(end.kind, Broken)
        return kind(f"{self.name}, while it was imported: {end}")

    # ---- calling

    def _performed(self, calls: list[Call]) -> tuple[list[Outcome], Ended | None]:
        """As many outcomes as came, and why there are not more."""
        outcomes: list[Outcome] = []
        self._process.ask(encode_calls(calls, "cpu"), [sizes.due(call.case) for call in calls])
        try:
            for call in calls:
                answer = self._process.answer()
                outcomes.append(self._read(answer, call.case))
        except Ended as end:
            return outcomes, end
        return outcomes, None

    def _performed_again(self, calls: list[Call]) -> tuple[list[Outcome], Ended | None]:
        try:
            self._greet()
        except Ended as end:
            return [], end
        except (Broken, CannotRun) as error:
            return [], Ended("died", f"it could be loaded once, and not a second time: {error}")
        return self._performed(calls)

    def _may_try_again(self, end: Ended) -> bool:
        """Once, where it was the clock that ended it: perhaps the machine had too much else to do."""
        may, self._tried_again = end.by_the_clock and not self._tried_again, True
        return may

    def _read(self, frame: Frame, case: Case) -> Outcome:
        try:
            outcome = _believed(decode_outcome(frame), case)
            remarks = [_text(remark) for remark in frame[0]["remarks"][:_REMARKS]]
        except Exception as error:  # whatever is wrong with a stranger's bytes
            self.close()
            raise Ended("died", f"the process answered with something else: {_cut(str(error))}") from error
        new = [remark for remark in remarks if remark not in self.remarks]
        self.remarks += new[: max(0, _REMARKS - len(self.remarks))]
        return outcome


def _believed(outcome: Outcome, case: Case) -> Outcome:
    """The outcome with its texts cut, without what only this side may find. Raises ValueError where it is none."""
    kind = outcome.fault_kind
    if kind == "raised" and outcome.exception in _REFUSED:
        kind = "blocked"
    elif kind not in ("", "raised", "refuted") and not (kind == "not posed" and _may_be_unposed(case)):
        kind = "malformed"
    results = {} if kind else {quantity: outcome.results[quantity] for quantity in case.returns}
    if not all(_is_sound(quantity, result) for quantity, result in results.items()):
        raise ValueError("rows that are none")
    return Outcome(
        results=results,
        changed=tuple(name for name in outcome.changed if name in case.inputs),
        fault=_cut(outcome.fault) or kind,
        fault_kind=kind,
        exception=_cut(outcome.exception),
        overwritten=tuple(quantity for quantity in outcome.overwritten if quantity in case.returns),
        seconds=outcome.seconds if math.isfinite(outcome.seconds) else 0.0,
    )


def _is_sound(quantity: str, result: Result) -> bool:
    """Rows are a vector of int64 where a gradient may be row-sparse, pairs for cells: so the other side sends them."""
    rows = result.rows
    if rows is None:
        return True
    if is_cells(quantity):
        return rows.dtype == np.int64 and rows.shape == (*result.values.shape, 2) and result.shape is not None
    return is_matrix_gradient(quantity) and rows.ndim == 1 and rows.dtype == np.int64


def _may_be_unposed(case: Case) -> bool:
    """Whether an assignment's form has no way to take this case (see the adapters), or a function its parameters."""
    inputs = case.inputs
    if optional := CALLABLE[case.function].optional:
        return any(inputs[name] != value for name, value in optional.items())
    if case.function == "negative_sampling":
        return bool(np.any(np.asarray(inputs["negatives"]) == inputs["outside"]))
    return case.function == "cbow" and (inputs["reduce"] != "sum" or len(inputs["context"]) == 0)


def _steady(outcomes: list[Outcome], *, to_the_bit: bool) -> list[Outcome]:
    """Without the last, which repeats the first; where it differs, the first says so."""
    *outcomes, again = outcomes
    first = outcomes[0]
    if first.fault:
        return outcomes
    if again.fault_kind in ("timed out", "died", "blocked"):
        return [again, *outcomes[1:]]
    same = again.results.keys() == first.results.keys() and all(
        result.same_bytes(again.results[quantity]) or not to_the_bit for quantity, result in first.results.items()
    )
    return outcomes if same else [Outcome(fault=UNSTEADY, fault_kind="refuted"), *outcomes[1:]]


def _text(text: Any) -> str:
    return _cut(printable(text[:_TEXT] if isinstance(text, str) else text))


def _cut(text: str) -> str:
    return text.encode()[:_TEXT].decode(errors="ignore")


def _particulars(told: dict[str, Any]) -> Particulars:
    """Declarations hold only where they make sense, as when a module is read in this process."""
    adapter = _text(told["adapter"])
    declared = type("Declared", (), {name.upper(): value for name, value in told.items()})
    return replace(particulars_of(declared), adapter=adapter)
