"""What the console and every format say of a part, in the same words."""

from __future__ import annotations

from gradgate.grading.graded import GRADED, GradedPart, GradedSubmission
from gradgate.verdicts import FRAGILE, INCONCLUSIVE, VERIFIED


def plain(text: str) -> str:
    """A stranger's text without control characters, lone surrogates or marks that turn the direction of writing."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode("ascii") for c in text)


def passed(part: GradedPart) -> bool | None:
    """None where it could not be told, and where the part is worth nothing, as an optional one that is not there."""
    if part.verdict == INCONCLUSIVE or not part.max_points:
        return None
    return part.verdict in (VERIFIED, FRAGILE)


def points(earned: float, most: float) -> str:
    return f"{earned:g} of {most:g}"


def judged(part: GradedPart) -> str:
    """`refuted: repeats counted once`; of a hidden part no more than that it is one."""
    if not part.visible:
        return "hidden"
    cause = cause_name(part.cause)
    return part.verdict if part.verdict.startswith(cause) else f"{part.verdict}: {cause}"


def wrong(graded: GradedSubmission) -> str:
    """`naive_softmax refuted: sign; sigmoid, skipgram not offered`; why, where it could not be graded."""
    if graded.status != GRADED:
        return f"{graded.status}: {graded.message}"
    parts: dict[str, list[str]] = {}
    for part in graded.parts:
        if part.points < part.max_points:
            parts.setdefault(judged(part), []).append(part.id)
    return "; ".join(f"{', '.join(names)} {found}" for found, names in parts.items())


def cause_name(cause: str) -> str:
    """The name without the sentence that explains it."""
    return cause.partition(":")[0]


def feedback(part: GradedPart) -> str:
    """The verdict, the message and the remarks, each on lines of its own."""
    remarks = [f"remark: {remark}" for remark in part.remarks]
    return "\n".join(filter(None, [judged(part) if part.visible else "", part.message, *remarks]))


def hidden_points(graded: GradedSubmission) -> str:
    """`1 hidden part, 10 points`; empty where all is visible."""
    hidden = [part for part in graded.parts if not part.visible]
    if not hidden:
        return ""
    return f"{len(hidden)} hidden part{'' if len(hidden) == 1 else 's'}, {sum(p.max_points for p in hidden):g} points"
