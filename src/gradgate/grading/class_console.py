"""A class on a terminal: a line for each submission, what is common, and what changed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from gradgate.grading.changes import Change
from gradgate.grading.graded import GRADED
from gradgate.grading.graded_class import GradedClass
from gradgate.grading.words import points, wrong

_CAUSES = 5  # the most common ones; the page has all


def show_class(out: Console, graded: GradedClass, changed: Sequence[Change] | None) -> None:
    """changed: against the grading before, None where there is none."""
    scores = {each.path: points(each.score, each.max_score) for each in graded.submissions}
    width, right = max(map(len, scores)), max(map(len, scores.values()))
    for each in graded.submissions:
        told = Text(f"{each.path:{width}}  {scores[each.path]:>{right}}  ")
        told.append(wrong(each), style="" if each.status == GRADED else "bold red")
        told.rstrip()
        out.print(told, soft_wrap=True)
    out.print()
    out.print(Text(graded.sentence()), soft_wrap=True)
    for cause in graded.causes()[:_CAUSES]:
        out.print(Text(f"  {len(cause.paths)} × {cause.part}: {cause.cause}"), soft_wrap=True)
    if graded.aside:
        out.print(Text(f"left aside, as no submissions: {', '.join(graded.aside)}", style="dim"), soft_wrap=True)
    if changed is not None:
        _show_changes(out, changed)


def _show_changes(out: Console, changed: Sequence[Change]) -> None:
    count = f"{len(changed)} submission{'s' * (len(changed) != 1)}" if changed else "nothing"
    out.print(Text(f"\n{count} changed since the grading before"))
    for change in changed:
        scores = " → ".join("–" if score is None else f"{score:g}" for score in (change.before, change.after))
        out.print(Text(f"  {change.path}: {scores}: {'; '.join(change.why)}"), soft_wrap=True)
        for part in change.parts:
            out.print(Text(f"    {part}", style="dim"), soft_wrap=True)
