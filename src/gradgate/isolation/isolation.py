"""The way in: chooses the tier that this machine allows, keeps the zygotes, and opens cells."""

from __future__ import annotations

import importlib.util
import itertools
import os
import sys
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from gradgate.errors import CannotRun
from gradgate.isolation.cell import Cell, Order
from gradgate.isolation.child import Child
from gradgate.isolation.confined import Confined, Ended
from gradgate.isolation.hatching import Hatchery
from gradgate.isolation.limits import Limits
from gradgate.isolation.plain import PlainChild
from gradgate.isolation.room import Room
from gradgate.isolation.submission import Submission
from gradgate.isolation.tiers import BY_NAME, TIERS
from gradgate.isolation.users import users

_SLOTS = 64  # ids of users that one process goes through before it takes the first again
_NUMPY, _TORCH = "numpy", "torch"


class Isolation:
    """A context manager; several threads, and several processes, may open cells of one each at a time.

    tier is the name of the tier that holds, missing what this machine goes without, in sentences for the report.
    """

    def __init__(self, limits: Limits | None = None, tier: str | None = None) -> None:
        """tier: this one and no other; by default the strongest that the machine allows."""
        if tier not in (None, *BY_NAME):
            raise CannotRun(f"there is no tier {tier!r} of isolation; known are {', '.join(BY_NAME)}")
        self._tier = tier
        self.limits = limits or Limits()
        wanted = [known for known in TIERS if tier in (None, known.name)]
        self._forked = [known.name for known in wanted if known.forked and sys.platform == "linux"]
        self._last = next((known for known in wanted if not known.forked), None)
        self._zygotes: dict[str, Hatchery] = {}
        self._starting = threading.Lock()
        self._room = Room()
        self._users, self._slots = users(), itertools.count()

    def __enter__(self) -> Isolation:
        if sys.platform == "linux":
            from gradgate.isolation.layers import kernel

            kernel.be_unreadable()  # where a child runs as our own user, it must not read our memory
        return self

    def __exit__(self, *_: object) -> None:
        for zygote in self._zygotes.values():
            zygote.close()
        self._zygotes.clear()

    @property
    def tier(self) -> str:
        """Raises CannotRun where the tier that was asked for cannot be had."""
        found = self._forking(_NUMPY) if self._forked else None
        if found and found.tier:
            return found.tier
        if self._last is None:
            reasons = "; ".join(found.refused.values()) if found else f"it takes Linux, and this is {sys.platform}"
            raise CannotRun(f"the tier {self._tier!r} of isolation cannot be had here: {reasons}")
        return self._last.name

    @property
    def missing(self) -> list[str]:
        found = self._forking(_NUMPY) if self._forked else None
        lacks = found.lacks if found and found.tier else self._last.lacks if self._last else ()
        refused = found.refused if found else {}
        return [*lacks, *(f"no tier {name!r} here: {reason}" for name, reason in refused.items())]

    @contextmanager
    def cell(
        self,
        submission: Submission,
        replaced: Mapping[str, str] | None = None,
        functions: Collection[str] | None = None,
        seed: int = 0,
    ) -> Iterator[Cell]:
        """A fresh process with the file loaded.

        replaced maps names of functions to right sources for them. functions are those of the contract that will be
        called: what would answer them is taken out of the process. Raises Late, Blocked or Broken where the file
        cannot be loaded, and CannotRun where no process can be had.
        """
        torch = submission.wants_torch and importlib.util.find_spec("torch") is not None
        order = Order(submission, functions, replaced or {})
        with Cell(order, seed, lambda: self._start(torch=torch), self._room) as cell:
            yield cell

    def _start(self, *, torch: bool) -> Confined:
        kind, memory = (_TORCH, self.limits.torch_memory) if torch else (_NUMPY, self.limits.memory)
        process = Confined(self._child(kind, memory), self.limits)
        process.ask(None, [0])
        try:
            told, _ = process.answer()  # nothing of the submission has reached it yet: this can be believed
        except Ended as end:
            if end.by_the_clock:
                raise
            raise CannotRun(f"no process for a submission could be started: {end}") from end
        if "harness" in told:
            process.close()
            raise CannotRun(str(told["harness"]))
        return process

    def _child(self, kind: str, memory: int) -> Child:
        if self._last is not None and self.tier == self._last.name:
            return PlainChild(self.limits, memory)
        zygote = self._forking(kind)
        try:
            return zygote.hatch(self.limits, memory, self._user())
        except CannotRun:  # perhaps somebody ended the zygote: a second one is tried once
            with self._starting:
                if self._zygotes.get(kind) is zygote:
                    self._zygotes.pop(kind).close()
            return self._forking(kind).hatch(self.limits, memory, self._user())

    def _user(self) -> int:
        """An id that no other child has, here or of another process that grades, where there are enough of them."""
        return self._users[(os.getpid() * _SLOTS + next(self._slots) % _SLOTS) % len(self._users)]

    def _forking(self, kind: str) -> Hatchery:
        with self._starting:
            if kind not in self._zygotes:
                self._zygotes[kind] = Hatchery(self._forked, kind, self._user())
            return self._zygotes[kind]
