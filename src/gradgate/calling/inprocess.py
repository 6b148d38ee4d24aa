"""An implementation that is called in this process, behind the same face as a worker: calls in, outcomes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gradgate.calling.calls import Call, Outcome
from gradgate.calling.implementation import Implementation, Particulars


class Performer(Protocol):
    """Whoever makes calls: a worker, or an implementation in this process. `perform` never raises for what it ran."""

    @property
    def name(self) -> str: ...

    @property
    def offers(self) -> tuple[str, ...]: ...

    @property
    def particulars(self) -> Particulars: ...

    def perform(self, calls: list[Call]) -> list[Outcome]: ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True, eq=False)
class InProcess:
    """One implementation on one device, without a deadline: for files that are trusted to return."""

    implementation: Implementation
    device: str = "cpu"

    @property
    def name(self) -> str:
        return self.implementation.name

    @property
    def offers(self) -> tuple[str, ...]:
        return self.implementation.offers

    @property
    def particulars(self) -> Particulars:
        return self.implementation.particulars

    def __repr__(self) -> str:
        return self.name

    def perform(self, calls: Sequence[Call]) -> list[Outcome]:
        return [self.implementation.perform(call, self.device) for call in calls]
