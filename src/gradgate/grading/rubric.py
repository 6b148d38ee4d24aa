"""A rubric: the parts of an assignment, what each is worth, which laws it needs, and what students are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

NOTHING, POINTS, CAUSE = "nothing", "points", "cause"
SHOWS = (NOTHING, POINTS, CAUSE)


@dataclass(frozen=True)
class RubricPart:
    """One part. function is one of the contract's, or normalize_rows.

    laws are those that must hold, all of which bind; none named: every law that binds a stranger's file. needs names
    the parts whose functions this one calls: where they fail, it is judged again with right ones in their place.
    robustness and precision are the shares of the points that a right formula loses which overflows, or loses digits.
    shows is what students see of a part that is not visible. optional: a file that lacks the function is not worse for
    it, and the part's points go to the other parts, in proportion.
    """

    id: str
    title: str
    function: str
    points: float
    laws: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    visible: bool = True
    shows: str = POINTS
    optional: bool = False
    robustness: float = 0.0
    precision: float = 0.0


@dataclass(frozen=True)
class Rubric:
    """All parts. cases is how many inputs each part is judged on; credit the share of the points that a part keeps
    which is refuted for a certain cause, by the cause's name."""

    title: str
    parts: tuple[RubricPart, ...]
    cases: int = 40
    credit: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def max_score(self) -> float:
        return sum(part.points for part in self.parts)

    @property
    def hidden(self) -> tuple[RubricPart, ...]:
        return tuple(part for part in self.parts if not part.visible)

    def needed(self, part: RubricPart) -> list[RubricPart]:
        """The parts that a part rests on, directly or through others, in the rubric's order."""
        by_id, found, open_now = {each.id: each for each in self.parts}, set[str](), [*part.needs]
        while open_now:
            name = open_now.pop()
            if name not in found:
                found.add(name)
                open_now += by_id[name].needs
        return [each for each in self.parts if each.id in found]


def shared_out(parts: Sequence[RubricPart], missing: Sequence[str]) -> dict[str, float]:
    """The points of each part once the optional ones that are missing have given theirs to the others."""
    total = sum(part.points for part in parts)
    left = sum(part.points for part in parts if part.id not in missing)
    if not left:
        return {part.id: part.points for part in parts}
    return {part.id: 0.0 if part.id in missing else part.points * total / left for part in parts}
