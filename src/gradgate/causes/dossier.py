"""What a cause is inferred from: what an examination has at its end, and what further calls show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np

from gradgate.bounds.arithmetic import Arithmetic
from gradgate.calling.calls import Call
from gradgate.calling.implementation import Particulars
from gradgate.case import Case
from gradgate.causes.exhibits import Exhibit, exhibit
from gradgate.draws import KINDS, generated
from gradgate.examining.findings import Failure
from gradgate.examining.opinion import Perform

FAILING, PASSING = 12, 6  # exhibits of each kind: enough for every kind of input to be among them
_MOST = 10**6  # numbers: larger cases cost more to put again than all the others together
_T = TypeVar("_T")
EXACT = ("exact_value", "exact_gradient")


@dataclass(frozen=True, eq=False)
class Dossier:
    """The failures of one function in one dtype, and the means to make further calls.

    verdict is that of the examination. cases were put, among them the generated ones with these indices; ended
    says that no more calls can be made.
    """

    function: str
    dtype: str
    verdict: str
    tier: str
    particulars: Particulars
    arithmetic: Arithmetic
    failures: Sequence[Failure]
    cases: int
    indices: Sequence[int]
    perform: Perform
    ended: bool

    @property
    def seed(self) -> int:
        return self.failures[0].case.seed

    @cached_property
    def wrong(self) -> list[Case]:
        """The cases with a wrong value or gradient, of the verdict's own gravity, the smallest first."""
        found = {id(f.case): f.case for f in self.failures if f.law in EXACT and f.verdict == self.verdict}
        return sorted((case for case in found.values() if case.size <= _MOST), key=lambda case: case.size)

    @cached_property
    def failing(self) -> list[Exhibit]:
        """Some of the wrong cases, from the smallest to the largest."""
        places = {int(place) for place in np.linspace(0, len(self.wrong) - 1, FAILING)} if self.wrong else set()
        return [found for found in self.put(self.wrong[place] for place in sorted(places)) if found.failing]

    @property
    def all_failing(self) -> str:
        """`12 of 12 failing cases`: how many a cause accounts for that accounts for every one that was looked at."""
        count = len(self.failing)
        return f"{count} of {count} failing case{'' if count == 1 else 's'}"

    @property
    def is_plain(self) -> bool:
        """Whether what failed can have one explanation only: numbers, and on more cases than one."""
        numbers = any(np.isfinite(each.seen[q]).any() for each in self.failing for q in each.failing)
        return numbers and len(self.failing) > 1

    @cached_property
    def passing(self) -> list[Exhibit]:
        """Some generated cases on which every value and gradient is right."""
        found = self.put(self._others())
        return [each for _, each in zip(range(PASSING), (e for e in found if not e.failing), strict=False)]

    def put(self, cases: Iterable[Case]) -> Iterator[Exhibit]:
        """Puts the cases to the implementation, one after the other; what gives no numbers is left out."""
        for case in () if self.ended else cases:
            [outcome] = self.perform([Call("base", case)])
            excused = frozenset(f.check.quantity for f in self.failures if f.case is case and f.verdict != self.verdict)
            found = exhibit(case, outcome, self.arithmetic, self.tier, self.particulars, excused)
            if found is not None:
                yield found

    def further(self) -> Iterator[Case]:
        """The run's generated cases that are no exhibits, the small ones first."""
        known = {id(each.case) for each in self.failing}
        seen = _indices(each.case for each in self.passing)
        rest = [case for case in self.wrong if id(case) not in known]
        yield from rest
        yield from (case for case in self._others() if case.index not in seen)

    def _others(self) -> Iterator[Case]:
        """The run's first generated cases, without those that failed and without the large ones."""
        failed = _indices(failure.case for failure in self.failures)
        for index in self.indices:
            if index not in failed and index % 10 != 1:
                yield generated(self.function, self.dtype, self.seed, index)

    def facts_of_others(self, failed: Iterable[Case], facts: Callable[[Case], _T]) -> list[_T]:
        """What holds of each generated case that was put and is not among the failed ones."""
        known = _indices(failed)
        others = (index for index in self.indices if index not in known)
        return [facts(generated(self.function, self.dtype, self.seed, index)) for index in others]


def _indices(cases: Iterable[Case]) -> set[int]:
    return {case.index for case in cases if case.kind in KINDS}
