"""What a grading changed against the one before it, and why: the file, or what judged it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gradgate.grading.graded import GradedPart, GradedSubmission
from gradgate.grading.words import cause_name

NEW, GONE = "new", "no longer there"
_SAME = "neither the file nor what judged it changed: its answers differ from run to run"


@dataclass(frozen=True)
class Change:
    """One submission whose result is another one now. parts: what became of each part, a sentence each."""

    path: str
    before: float | None
    after: float | None
    parts: tuple[str, ...]
    why: tuple[str, ...]


def changes(
    before: Mapping[str, GradedSubmission],
    after: Mapping[str, GradedSubmission],
    gate_before: Mapping[str, Any],
    gate_after: Mapping[str, Any],
) -> list[Change]:
    """The submissions that changed, by their paths. A gate names what judged: seed, rubric, versions, tier."""
    old_gate, new_gate = dict(_leaves(gate_before)), dict(_leaves(gate_after))
    judged = [
        f"{key} {old_gate.get(key)} → {new_gate.get(key)}"
        for key in {**old_gate, **new_gate}
        if old_gate.get(key) != new_gate.get(key)
    ]
    found = []
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old is None or new is None:
            scores = [None if graded is None else graded.score for graded in (old, new)]
            found.append(Change(path, scores[0], scores[1], (), (NEW if old is None else GONE,)))
        elif parts := _parts(old, new):
            why = ["the file changed"] if old.sha256 != new.sha256 else []
            found.append(Change(path, old.score, new.score, parts, tuple([*why, *judged] or [_SAME])))
    return found


def _parts(old: GradedSubmission, new: GradedSubmission) -> tuple[str, ...]:
    told = []
    if (old.status, old.message) != (new.status, new.message):
        told.append(f"{old.status} → {new.status}" + (f": {new.message}" if new.message else ""))
    olds, news = ({part.id: part for part in graded.parts} for graded in (old, new))
    for name in {**olds, **news}:
        was, now = olds.get(name), news.get(name)
        if was is None or now is None:
            told.append(f"{(was or now).title}: {'added' if was is None else 'dropped'}")  # type: ignore[union-attr]
        elif _judged(was) != _judged(now):
            told.append(f"{now.title}: {_arrow(was, now)}")
    if old.score != new.score and not told:
        told.append(f"score {old.score:g} → {new.score:g}")
    return tuple(told)


def _judged(part: GradedPart) -> tuple[Any, ...]:
    return part.points, part.max_points, part.verdict, part.cause


def _arrow(was: GradedPart, now: GradedPart) -> str:
    points = [f"{part.points:g} of {part.max_points:g}" for part in (was, now)]
    words = [part.verdict + (f" ({cause_name(part.cause)})" if part.cause else "") for part in (was, now)]
    return ", ".join(one if one == other else f"{one} → {other}" for one, other in (points, words))


def _leaves(gate: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in gate.items():
        if isinstance(value, Mapping):
            yield from _leaves(value)
        else:
            yield key, value
