"""What an examination finds: how each law fared, what was measured of each quantity, and what failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from gradgate.calling.calls import Outcome
from gradgate.case import Case
from gradgate.causes.cause import Cause
from gradgate.examining.judging import NOT_APPLICABLE, PASSED, UNDECIDED, Check
from gradgate.verdicts import FRAGILE, INCONCLUSIVE, REFUTED, VERIFIED

CALL = "call"  # stands where a law's name does, for a call that raised, timed out or ended its process


@dataclass
class Tally:
    """How one law fared: on how many cases it was expected, and what came of each."""

    expected: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)  # passed, failed, fragile, undecided, ...
    reasons: Counter[str] = field(default_factory=Counter)  # why it was not applicable or not judged
    worst_ratio: float = 0.0  # error over bound among the comparisons that passed
    decided: int = 0  # on how many cases passing said something: a bound was smaller than the quantity

    @property
    def verdict(self) -> str:
        if self.outcomes[REFUTED]:
            return REFUTED
        if self.outcomes[FRAGILE]:
            return FRAGILE
        if self.outcomes[PASSED]:
            return VERIFIED
        return INCONCLUSIVE if self.outcomes[UNDECIDED] else NOT_APPLICABLE


@dataclass
class Measured:
    """What the exact laws measured of one quantity."""

    components: int = 0
    cases: int = 0
    decided: int = 0
    worst_ratio: float = 0.0
    refuted: int = 0
    fragile: int = 0

    @property
    def verdict(self) -> str:
        if self.refuted:
            return REFUTED
        if self.fragile:
            return FRAGILE
        return VERIFIED if self.decided else INCONCLUSIVE


@dataclass(frozen=True)
class Planted:
    """One fault, and the first case of the run on which a law refuted it: law "" where none did."""

    fault: str
    sentence: str
    law: str
    index: int

    @property
    def caught(self) -> bool:
        return bool(self.law)


@dataclass(frozen=True)
class Sharpness:
    """Relative errors of single components of one quantity, each planted and refuted.

    smallest is that of the most telling component of all that were compared, median of the middle one; inf where not
    even an error as large as the component is refuted.
    """

    smallest: float
    median: float


@dataclass
class Strength:
    """What a run would catch in one function and dtype."""

    planted: list[Planted] = field(default_factory=list)
    sharpness: dict[str, Sharpness] = field(default_factory=dict)

    @property
    def slipped(self) -> list[Planted]:
        return [planted for planted in self.planted if not planted.caught]


@dataclass
class Cost:
    """What the large cases of one function and dtype took: calls of the implementation on all V words, and seconds.

    seconds are those of the calls themselves, of the exact values (shared by all implementations), and of the whole
    examination with its calls, without the exact values. peak_bytes is what all processes of the run held at most
    beyond what they held before; None where the system does not say.
    """

    vocabulary: int
    dimension: int
    calls: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: {"calls": 0.0, "reference": 0.0, "examination": 0.0})
    peak_bytes: int | None = None


@dataclass(frozen=True, eq=False)
class Failure:
    """One law, by name, that failed on one case. exception is the class's name where the call itself raised."""

    law: str
    check: Check
    case: Case
    verdict: str
    cause: str
    exception: str = ""


@dataclass(frozen=True, eq=False)
class Counterexample:
    """The smallest and the worst failure of one law and quantity, and on how many cases it failed."""

    smallest: Failure
    worst: Failure
    count: int


@dataclass(eq=False)
class Findings:
    """What a run finds of one function of one implementation in one dtype: all that a report tells of it."""

    function: str
    dtype: str
    laws: dict[str, Tally]
    quantities: dict[str, Measured] = field(default_factory=dict)
    counterexamples: list[Counterexample] = field(default_factory=list)
    failed: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # (law, cause, verdict) -> how often
    remarks: Counter[str] = field(default_factory=Counter)
    expected: list[str] = field(default_factory=list)  # the reasons of failures that a list of expected ones names
    strength: Strength | None = None  # what the run would have caught, where it found nothing wrong
    cost: Cost | None = None  # what it took, where the cases are large
    cases: int = 0
    verdict: str = INCONCLUSIVE
    sentence: str = ""
    cause: Cause | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What travels between processes: the findings, without the calls and the cases behind them."""
        return {name: value for name, value in self.__dict__.items() if not name.startswith("_")}


def faulty(outcome: Outcome) -> Check:
    """The check of a call that gave no result: its sentence says why."""
    nan = float("nan")
    return Check("result", False, True, (), nan, nan, nan, nan, nan, 0, outcome.fault, outcome.fault_kind)
