"""One submission in a process of its own that its tier confines, behind the face of calling.host.Worker.

Nothing that the process says is believed: an answer is read up to what the call can need and no further, texts are cut
and escaped, and that a case "cannot be posed" counts only where this side sees why."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gradgate.calling.calls import Call, Outcome
from gradgate.calling.implementation import Particulars, particulars_of
from gradgate.calling.messages import Frame, decode_outcome, encode_calls, printable
from gradgate.calling.wire import BadFrame
from gradgate.case import Case
from gradgate.errors import Blocked, Broken, CannotRun, Late
from gradgate.isolation.confined import Confined, Ended
from gradgate.isolation.room import Room
from gradgate.isolation.submission import Submission

_TEXT = 4000  # characters of a message
_REMARKS = 20
_SLACK = 1 << 16  # bytes of arrays that an answer may have beyond what is due, for a wrong shape to be named


class Cell:
    """Made by Isolation.cell. offers, devices, particulars, remarks and perform are as those of a Worker.

    `perform` never raises for what the submission does. Once its process has ended, all further outcomes say so.
    """

    def __init__(
        self, submission: Submission, replaced: Mapping[str, str], seed: int, start: Callable[[], Confined], room: Room
    ) -> None:
        """start makes a fresh process; the room is shared while it runs. Raises as `Worker.ready`."""
        self.name = submission.name
        self.remarks: list[str] = []
        self._submission, self._replaced, self._seed = submission, dict(replaced), seed
        self._fresh, self._room, self._tried_again = start, room, False
        self._end: Outcome | None = None
        try:
            with room.shared():
                self._greeted()
        except Ended as end:
            if not self._may_try_again(end):
                raise self._unloaded(end) from end
            with room.alone():
                self._greeted_at_last()

    def perform(self, calls: list[Call]) -> list[Outcome]:
        """The outcomes of the calls. They are sent ahead together, and the first of them once more at the end."""
        if self._end is not None or not calls:
            return [self._end or Outcome()] * len(calls)
        with self._room.shared():
            outcomes, end = self._performed([*calls, calls[0]])
        if end is not None and self._may_try_again(end):
            with self._room.alone():
                outcomes, end = self._performed_again([*calls, calls[0]])
        if end is not None:
            self._end = Outcome(fault=_text(str(end)), fault_kind=end.kind)
            outcomes += [self._end] * (len(calls) + 1 - len(outcomes))
        return _steady(outcomes)

    def reseed(self, seed: int) -> None:
        """Seeds the global generators of the process, for files that draw numbers of their own."""
        self._seed = seed
        self._process.ask(({"seed": seed}, []), [])

    @property
    def output(self) -> str:
        """What it printed, the first bytes of it, with an escape for each character that a terminal obeys."""
        return self._process.printed.text

    def close(self) -> None:
        """Ends the process and everything it started. Safe to call twice."""
        self._process.close()

    def __enter__(self) -> Cell:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- loading

    def _greeted(self) -> None:
        """Starts a process, has it load the file, and reads what it offers."""
        self._process = process = self._fresh()
        told = {"name": self.name, "replaced": self._replaced, "seed": self._seed}
        process.ask((told, [np.frombuffer(self._submission.data, np.uint8)]), [0])
        hello, _ = process.answer()
        if "CannotRun" in hello or "Broken" in hello:
            self.close()
            # a package that is missing is the file's fault too; the harness's own failures are not told over this pipe
            kind = Blocked if hello.get("stopped") is True else Broken
            raise kind(_text(hello.get("CannotRun", hello.get("Broken"))))
        try:
            self.offers: tuple[str, ...] = tuple(_text(name) for name in hello["offers"])
            self.devices: tuple[str, ...] = tuple(_text(name) for name in hello["devices"])
            self.particulars = _particulars(hello["particulars"])
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            self.close()
            raise Broken(f"{self.name} writes to the pipe of its own process when it is imported") from error

    def _greeted_at_last(self) -> None:
        try:
            self._greeted()
        except Ended as end:
            raise self._unloaded(end) from end

    def _unloaded(self, end: Ended) -> Broken:
        kind = {"timed out": Late, "blocked": Blocked}.get(end.kind, Broken)
        return kind(f"{self.name}, while it was imported: {end}")

    # ---- calling

    def _performed(self, calls: list[Call]) -> tuple[list[Outcome], Ended | None]:
        """As many outcomes as came, and why there are not more."""
        outcomes: list[Outcome] = []
        self._process.ask(encode_calls(calls, "cpu"), [_due(call.case) for call in calls])
        try:
            for call in calls:
                answer = self._process.answer()
                outcomes.append(self._read(answer, call.case))
        except Ended as end:
            return outcomes, end
        return outcomes, None

    def _performed_again(self, calls: list[Call]) -> tuple[list[Outcome], Ended | None]:
        try:
            self._greeted()
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
            outcome = decode_outcome(frame)
            remarks = [_text(remark) for remark in frame[0].get("remarks", [])]
        except (BadFrame, TypeError, AttributeError, ValueError) as error:
            self.close()
            raise Ended("died", f"the process answered with something else: {error}") from error
        new = [remark for remark in remarks if remark not in self.remarks]
        self.remarks += new[: max(0, _REMARKS - len(self.remarks))]
        return _believed(outcome, case)


def _due(case: Case) -> int:
    """The bytes that the results of a call can need: each input in float64, a row for each index, and some slack."""
    arrays = [value for value in case.inputs.values() if isinstance(value, np.ndarray)]
    width = max((array.shape[-1] for array in arrays if array.ndim and array.dtype.kind == "f"), default=1)
    numbers = sum(array.size if array.dtype.kind == "f" else array.size * (width + 1) for array in arrays)
    return 8 * (2 * numbers + width) + _SLACK


def _believed(outcome: Outcome, case: Case) -> Outcome:
    """The outcome with its texts cut, and with faults that only this side may find taken back."""
    kind = outcome.fault_kind
    if kind == "raised" and outcome.exception in ("PermissionError", "MemoryError", "_ArrayMemoryError"):
        kind = "blocked"
    elif kind not in ("", "raised", "refuted") and not (kind == "not posed" and _may_be_unposed(case)):
        kind = "malformed"
    seconds = outcome.seconds if math.isfinite(outcome.seconds) else 0.0
    return replace(outcome, fault=outcome.fault[:_TEXT], fault_kind=kind, seconds=seconds)


def _may_be_unposed(case: Case) -> bool:
    """Whether an assignment's form has no way to take this case (see the adapters)."""
    inputs = case.inputs
    if case.function == "negative_sampling":
        return bool(np.any(np.asarray(inputs["negatives"]) == inputs["outside"]))
    return case.function == "cbow" and (inputs["reduce"] != "sum" or len(inputs["context"]) == 0)


def _steady(outcomes: list[Outcome]) -> list[Outcome]:
    """Without the last, which repeats the first; where it differs, the first says so."""
    *outcomes, again = outcomes
    first = outcomes[0]
    if first.fault or again.fault_kind in ("timed out", "died", "blocked"):
        return outcomes if first.fault else [again, *outcomes[1:]]
    same = first.results.keys() == again.results.keys() and all(
        result.same_bytes(again.results[quantity]) for quantity, result in first.results.items()
    )
    if same:
        return outcomes
    sentence = "given the first input once more at the end, it gave something else"
    return [Outcome(fault=sentence, fault_kind="refuted"), *outcomes[1:]]


def _text(text: Any) -> str:
    return printable(text[:_TEXT]) if isinstance(text, str) else "something that is no text"


def _particulars(told: dict[str, Any]) -> Particulars:
    """Declarations hold only where they make sense, as when a module is read in this process."""
    if not isinstance(told, dict) or not isinstance(told.get("adapter"), str):
        raise TypeError("particulars are a table")
    declared = type("Declared", (), {name.upper(): value for name, value in told.items()})
    return replace(particulars_of(declared), adapter=_text(told["adapter"]))
