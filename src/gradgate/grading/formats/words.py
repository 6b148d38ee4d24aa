"""What every format says of a part in the same words."""

from __future__ import annotations

from gradgate.grading.graded import GradedPart, GradedSubmission
from gradgate.verdicts import FRAGILE, INCONCLUSIVE, VERIFIED


def plain(text: str) -> str:
    """A stranger's text without control characters, lone surrogates or marks that turn the direction of writing."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode("ascii") for c in text)


def passed(part: GradedPart) -> bool | None:
    """None where it could not be told."""
    return None if part.verdict == INCONCLUSIVE else part.verdict in (VERIFIED, FRAGILE)


def points(earned: float, most: float) -> str:
    return f"{earned:g} of {most:g}"


def judged(part: GradedPart) -> str:
    """`refuted: repeats counted once`."""
    return f"{part.verdict}: {part.cause}" if part.cause else part.verdict


def feedback(part: GradedPart) -> str:
    """The verdict, the message and the remarks, a paragraph each."""
    return "\n".join([judged(part), *([part.message] if part.message else []), *(f"remark: {r}" for r in part.remarks)])


def hidden_points(graded: GradedSubmission) -> str:
    """`1 hidden part, 10 points`; empty where all is visible."""
    hidden = [part for part in graded.parts if not part.visible]
    if not hidden:
        return ""
    return f"{len(hidden)} hidden part{'' if len(hidden) == 1 else 's'}, {sum(p.max_points for p in hidden):g} points"
