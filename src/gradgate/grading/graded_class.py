"""A whole class as it was graded, and what its scores say: how they are spread, which parts failed, and of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

from gradgate.grading.graded import FAILED_TO_LOAD, GRADED, UNREADABLE, GradedPart, GradedSubmission
from gradgate.verdicts import FRAGILE, NOT_OFFERED, VERIFIED

BINS = 10


@dataclass(frozen=True)
class Cause:
    """What is wrong in a part of some submissions, and in which."""

    part: str
    cause: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class GradedClass:
    """submissions in the order of their paths. gate: what judged them, the seed and the tier of the isolation among it;
    problems: a sentence for each path of the command line without a submission; aside: files that are none."""

    name: str
    gate: Mapping[str, Any]
    submissions: tuple[GradedSubmission, ...]
    problems: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def unreadable(self) -> list[GradedSubmission]:
        return [graded for graded in self.submissions if graded.status == UNREADABLE]

    @property
    def scored(self) -> list[GradedSubmission]:
        """Those that have a score which means something: all but the unreadable ones."""
        return [graded for graded in self.submissions if graded.status in (GRADED, FAILED_TO_LOAD)]

    @property
    def parts(self) -> dict[str, str]:
        """The titles of all parts, by their ids, in the order in which submissions have them."""
        titles: dict[str, str] = {}
        for part in (part for graded in self.submissions for part in graded.parts):
            titles.setdefault(part.id, part.title)
        return titles

    @property
    def shares(self) -> list[float]:
        """What each scored submission reached of its points, from 0 to 1."""
        return [graded.score / graded.max_score for graded in self.scored if graded.max_score]

    def distribution(self) -> list[int]:
        """How many submissions reached 0 to under 10 percent of their points, ..., 90 to under 100; and all of them."""
        counts = [0] * (BINS + 1)
        for share in self.shares:
            counts[min(BINS, int(share * BINS + 1e-9))] += 1
        return counts

    def verdicts(self, part: str) -> Counter[str]:
        """How often each verdict was given in a part."""
        return Counter(found.verdict for found in self._all(part))

    def mean_share(self, part: str) -> float:
        """How much of its points a part earned on the mean, from 0 to 1; rubrics may give it different points."""
        return mean([each.points / each.max_points for each in self._all(part) if each.max_points] or [0.0])

    def causes(self) -> list[Cause]:
        """The causes of what is wrong, the most common ones first; what is not there at all comes last."""
        titles, found = self.parts, dict[tuple[str, str], list[str]]()
        for graded in self.submissions:
            if graded.status != GRADED:
                found.setdefault(("all parts", graded.status), []).append(graded.path)
                continue
            for part in graded.parts:
                if part.max_points and part.verdict not in (VERIFIED, FRAGILE):
                    found.setdefault((titles[part.id], _cause(part)), []).append(graded.path)
        causes = [Cause(part, cause, tuple(paths)) for (part, cause), paths in found.items()]
        return sorted(causes, key=lambda each: (each.cause == NOT_OFFERED, -len(each.paths), each.part, each.cause))

    def sentence(self) -> str:
        """`48 submissions: 45 graded, 2 failed to load, 1 unreadable; median 75 %, mean 71.2 %, full marks 12`."""
        counts = Counter(graded.status for graded in self.submissions)
        told = ", ".join(
            f"{counts[status]} {status}" for status in (GRADED, FAILED_TO_LOAD, UNREADABLE) if counts[status]
        )
        total = f"{len(self.submissions)} submission{'' if len(self.submissions) == 1 else 's'}"
        if not self.shares:
            return f"{total}: {told or 'nothing to grade'}"
        full = sum(share >= 1 for share in self.shares)
        return (
            f"{total}: {told}; median {100 * median(self.shares):.3g} %, mean {100 * mean(self.shares):.3g} %, "
            f"full marks {full}"
        )

    def _all(self, part: str) -> list[GradedPart]:
        return [found for graded in self.scored for found in graded.parts if found.id == part]


def _cause(part: GradedPart) -> str:
    """The name of what is wrong, of hidden parts too: this is for staff."""
    cause = str(part.staff.get("cause", part.cause)).partition(":")[0]
    return part.verdict if part.verdict.startswith(cause) else cause
