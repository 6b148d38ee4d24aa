"""The child: loads one submission and answers calls, with whatever its tier has taken from it.

Everything that it says is untrusted, for the submission may change anything here."""

from __future__ import annotations

import os
import random
import sys
import traceback
from dataclasses import asdict, replace
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import numpy as np

from gradgate.adapters import standins
from gradgate.calling.calls import Call, Outcome
from gradgate.calling.implementation import Implementation
from gradgate.calling.loading import load_with, require_one_process
from gradgate.calling.messages import Frame, decode_calls, encode_outcome
from gradgate.calling.wire import read_frame, write_frame
from gradgate.errors import Broken, CannotRun
from gradgate.isolation import sizes
from gradgate.isolation.replacing import put_right
from gradgate.isolation.withholding import withhold

_TEXT = 500  # characters of what is said of an exception
_REMARKS = 20


def serve(inbox: BinaryIO, outbox: BinaryIO) -> None:
    """Loads the submission that comes first over the pipe, then answers calls until the pipe is closed."""
    try:
        implementation = _load(read_frame(inbox), outbox)
        while implementation is not None:
            frame = read_frame(inbox)
            if "seed" in frame[0]:
                _seed(frame[0]["seed"])
                continue
            calls, device = decode_calls(frame)
            for call in calls:
                write_frame(outbox, *_answer(implementation, call, device))
    except EOFError:
        pass  # the harness has what it wanted
    except Exception:  # of our own code, but a submission may have changed what it stands on
        write_frame(outbox, {"failed": " | ".join(traceback.format_exc().strip().splitlines()[-3:])}, [])


def forget_where_it_comes_from(path: list[str]) -> None:
    """Leaves the submission with an interpreter like a fresh one: no module of ours, no argument, no environment."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "gradgate"]:
        del sys.modules[name]
    sys.modules["__main__"] = ModuleType("__main__")
    sys.meta_path.insert(0, _NoGradgate())
    sys.path[:] = path
    sys.argv[:] = ["submission"]
    os.environ.clear()
    os.environ.update(PATH="/usr/bin", LANG="C.UTF-8", HOME=str(Path.cwd()), OMP_NUM_THREADS="1")
    sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115


class _NoGradgate(MetaPathFinder):
    """Nothing of gradgate can be imported, not even where its files can be read."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        if fullname.partition(".")[0] == "gradgate":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def _load(frame: Frame, outbox: BinaryIO) -> Implementation | None:
    told, (data,) = frame
    _seed(told["seed"])
    withhold(told["functions"])
    try:
        found = load_with(told["name"], lambda: _module(told["name"], data.tobytes(), told["replaced"]))
        require_one_process(found.name, found.particulars)
    except (CannotRun, Broken) as error:
        _flush()
        stopped = isinstance(error.__cause__, PermissionError | MemoryError)
        write_frame(outbox, {"unloaded": str(error), "stopped": stopped}, [])
        return None
    _flush()
    hello = {"offers": found.offers, "devices": found.devices_here(), "particulars": asdict(found.particulars)}
    write_frame(outbox, hello, [])
    return found


def _module(name: str, data: bytes, replaced: dict[str, str]) -> ModuleType:
    """Runs the file as `python FILE` would read it: its own coding line, byte order mark and line ends."""
    stem = "".join(c if c.isalnum() else "_" for c in name.rpartition("/")[2].removesuffix(".py"))
    module = ModuleType(f"submission_{stem}")
    module.__file__ = name
    sys.modules[module.__name__] = module  # dataclasses and pickling inside the file look themselves up there
    with standins.answering(Path.cwd()):
        exec(compile(data, name, "exec", dont_inherit=True), vars(module))
    for wanted, source in replaced.items():
        put_right(module, wanted, source)
    return module


def _answer(implementation: Implementation, call: Call, device: str) -> Frame:
    header, arrays = encode_outcome(_within_bounds(call, _performed(implementation, call, device)))
    remarks = [remark[:_TEXT] for remark in implementation.remarks[:_REMARKS]]
    _flush()
    return {**header, "remarks": remarks}, arrays


def _performed(implementation: Implementation, call: Call, device: str) -> Outcome:
    try:
        return implementation.perform(call, device)
    except BaseException as error:  # of a kind that `except Exception` lets through
        return Outcome(fault=f"it raised {type(error).__name__}", fault_kind="raised", exception=type(error).__name__)


def _within_bounds(call: Call, outcome: Outcome) -> Outcome:
    """The outcome, where the harness would read it; else what is wrong with it."""
    outcome = replace(outcome, fault=outcome.fault[:_TEXT], exception=outcome.exception[:_TEXT])
    arrays = [a for result in outcome.results.values() for a in (result.values, result.rows) if a is not None]
    if sum(array.nbytes for array in arrays) <= sizes.due(call.case):
        return outcome
    shapes = ", ".join(f"{quantity} {result.values.shape}" for quantity, result in outcome.results.items())
    return Outcome(fault=f"it returned more numbers than are due: {shapes}", fault_kind="malformed")


def _flush() -> None:
    """What was printed so far is shown even if the next call ends the process."""
    try:
        sys.stdout.flush()
    except Exception:  # it may be anything by now
        pass


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002  # the global generator is what such a file uses
