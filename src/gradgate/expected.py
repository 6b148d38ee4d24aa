"""Expected failures: known ones, kept in a file with their reasons, so that only news fails a run.

    [[expected]]
    implementation = "kernels/sgns.py"
    law = "finite_when_huge"
    cause = "overflow"
    reason = "the kernel is only called with clipped logits"

Each entry is keyed by implementation, law and cause. One that no longer fails is itself a failure (exit 1); one that
names an implementation or a law that the run does not have means that another run was meant (exit 4)."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gradgate.counts.laws import BY_NAME as COUNT_LAWS
from gradgate.errors import CannotRun
from gradgate.examining.findings import CALL
from gradgate.examining.subjects import Subject
from gradgate.laws import BY_NAME
from gradgate.verdicts import VERIFIED, gravest

_KEYS = ("implementation", "law", "cause", "reason")


@dataclass(frozen=True)
class Expected:
    """One failure that is known, and why it is tolerated."""

    implementation: str
    law: str
    cause: str
    reason: str


def read_expected(path: str) -> list[Expected]:
    """Reads the file; CannotRun, worded, where it cannot be read or an entry is incomplete or unknown."""
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise CannotRun(f"{path}: no list of expected failures: {why}") from error
    entries = content.get("expected", [])
    if set(content) - {"expected"} or not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise CannotRun(f"{path}: no list of expected failures: it holds [[expected]] tables, and nothing else")
    found = []
    for number, entry in enumerate(entries, 1):
        missing = [key for key in _KEYS if not isinstance(entry.get(key), str) or not entry[key].strip()]
        if missing or set(entry) - set(_KEYS):
            raise CannotRun(f"{path}: entry {number} needs {', '.join(_KEYS)}, each a text, and nothing else")
        if entry["law"] not in (laws := [CALL, *{**BY_NAME, **COUNT_LAWS}]):
            raise CannotRun(f"{path}: entry {number} names the law {entry['law']!r}; known are {', '.join(laws)}")
        found.append(Expected(**entry))
    _refuse_repetition(path, found)
    return found


def _refuse_repetition(path: str, entries: Sequence[Expected]) -> None:
    """CannotRun where two entries have one key: only one of the two reasons would be reported."""
    seen: dict[tuple[str, ...], int] = {}
    for number, entry in enumerate(entries, 1):
        key = (entry.implementation, entry.law, entry.cause)
        if (first := seen.setdefault(key, number)) != number:
            names = ", ".join(key)
            raise CannotRun(f"{path}: entry {number} names the same failure as entry {first}: {names}")


def require_examined(expected: Sequence[Expected], subjects: Sequence[Subject]) -> None:
    """CannotRun where an entry names an implementation that is not in the run."""
    names = {subject.source.name for subject in subjects}
    for entry in expected:
        if entry.implementation not in names:
            raise CannotRun(f"expected failures name {entry.implementation}, which this run does not examine")


def apply_expected(expected: Sequence[Expected], subjects: Sequence[Subject]) -> list[str]:
    """Lowers the verdict of examinations whose failures are expected. Returns a sentence for each stale entry."""
    used: set[Expected] = set()
    for subject in subjects:
        mine = {(e.law, e.cause): e for e in expected if e.implementation == subject.source.name}
        for examination in subject.examinations:
            hit = [mine[law, cause] for law, cause, _ in examination.failed if (law, cause) in mine]
            if not hit:
                continue
            used.update(hit)
            left = [verdict for law, cause, verdict in examination.failed if (law, cause) not in mine]
            examination.expected = sorted({entry.reason for entry in hit})
            examination.verdict = gravest(left) if left else VERIFIED
    return [
        f"{e.implementation}: {e.law} ({e.cause}) was expected to fail and does not: remove the entry"
        for e in expected
        if e not in used
    ]
