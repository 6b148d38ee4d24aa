"""The way in: chooses the tier that this machine allows, keeps the zygotes, and opens cells."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from gradgate.errors import CannotRun
from gradgate.isolation.cell import Cell
from gradgate.isolation.confined import Confined
from gradgate.isolation.hatching import Hatchery
from gradgate.isolation.limits import Limits
from gradgate.isolation.room import Room
from gradgate.isolation.submission import Submission
from gradgate.isolation.tiers import TIERS

_FIRST_USER, _USERS = 20_000, 40_000  # ids that a container with its own range of them has too


class Isolation:
    """A context manager; several threads may open cells of one.

    tier is the name of the tier that holds, missing what this machine goes without, in sentences for the report.
    """

    def __init__(self, limits: Limits | None = None, tier: str | None = None) -> None:
        """tier: this one and no other; by default the strongest that the machine allows."""
        self.limits = limits or Limits()
        self._tiers = [known.name for known in TIERS if known.forked and tier in (None, known.name)]
        self._zygotes: dict[str, Hatchery] = {}
        self._starting = threading.Lock()
        self._room = Room()
        self._slots = itertools.count(os.getpid() * 64)

    def __enter__(self) -> Isolation:
        return self

    def __exit__(self, *_: object) -> None:
        for zygote in self._zygotes.values():
            zygote.close()
        self._zygotes.clear()

    @property
    def tier(self) -> str:
        return self._zygote("numpy").tier or "none"

    @property
    def missing(self) -> list[str]:
        zygote = self._zygote("numpy")
        return [*zygote.lacks, *(f"no tier {name!r} here: {reason}" for name, reason in zygote.refused.items())]

    @contextmanager
    def cell(self, submission: Submission, replaced: Mapping[str, str] | None = None, seed: int = 0) -> Iterator[Cell]:
        """A fresh process with the file loaded; replaced maps the names of functions to right sources for them.

        Raises Broken, Late or Blocked where the file cannot be loaded, CannotRun where it could not be tried.
        """
        torch = submission.wants_torch

        def start() -> Confined:
            zygote = self._zygote("torch" if torch else "numpy")
            memory = self.limits.torch_memory if torch else self.limits.memory
            process = Confined(zygote.hatch(self.limits, memory, self._user()), self.limits)
            process.ask(None, [0])
            told, _ = process.answer()  # nothing of the submission has reached it yet: this can be believed
            if "harness" in told:
                process.close()
                raise CannotRun(str(told["harness"]))
            return process

        with Cell(submission, replaced or {}, seed, start, self._room) as cell:
            yield cell

    def _user(self) -> int:
        """An id that no other child of this process has had for long."""
        return _FIRST_USER + next(self._slots) % _USERS

    def _zygote(self, kind: str) -> Hatchery:
        with self._starting:
            if kind not in self._zygotes:
                self._zygotes[kind] = Hatchery(self._tiers, ["torch"] if kind == "torch" else [])
            return self._zygotes[kind]
