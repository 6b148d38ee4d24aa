"""The score of a run, as data: what became of the mutants of each file in each dtype."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gradgate.formats import FORMATS
from gradgate.mutants.journal import Found
from gradgate.mutants.judging import SURVIVES
from gradgate.mutants.listed import Entry
from gradgate.mutants.making import Mutant
from gradgate.power.trials import CASES, SEED, SPREAD
from gradgate.verdicts import CRASHED, FRAGILE, REFUTED, TIMED_OUT

CAUGHT = (REFUTED, CRASHED, TIMED_OUT, FRAGILE)  # each of them makes `gradgate verify` exit with 1
TESTED, EQUIVALENT = "by a test", "equivalent"
STATUSES = (*CAUGHT, TESTED, EQUIVALENT, SURVIVES)
SCHEMA = "gradgate.mutants/1"
Record = dict[str, Any]


def score(mutants: Sequence[Mutant], found: Found, entries: Sequence[Entry]) -> Record:
    """The whole record: counts by file and dtype, and each mutant that was not simply refuted.

    disproved are listed as equivalent, and caught all the same; unused are the listed changes that no mutant makes.
    """
    told = [_told(mutant, dtype, found, entries) for mutant in mutants for dtype in _dtypes(mutant, found)]
    sizes = Counter(mutant.file for mutant in mutants)
    used = {entry for entry in entries if any(entry.covers(m, d) for m in mutants for d in _dtypes(m, found))}
    return {
        "schema": SCHEMA,
        "seed": SEED,
        "cases": CASES,
        "spread": len(SPREAD),
        "files": {
            file: {"mutants": size, "dtypes": _by_dtype(entry for entry in told if entry["file"] == file)}
            for file, size in sizes.items()
        },
        "dtypes": _by_dtype(told),
        **{
            name: [entry for entry in told if entry["status"] == name]
            for name in (FRAGILE, TESTED, EQUIVALENT, SURVIVES)
        },
        "disproved": [entry for entry in told if entry["status"] in CAUGHT and entry.get("by") == ""],
        "unused": [f"{', '.join(entry.files)}: {entry.text}" for entry in entries if entry not in used],
    }


def _dtypes(mutant: Mutant, found: Found) -> list[str]:
    return [dtype for dtype in FORMATS if (mutant.key, dtype) in found]


def _told(mutant: Mutant, dtype: str, found: Found, entries: Sequence[Entry]) -> Record:
    """One mutant in one dtype. What is neither caught nor listed survives, an inconclusive examination too."""
    status = found[mutant.key, dtype].status
    entry = next((entry for entry in entries if entry.covers(mutant, dtype)), None)
    if status not in CAUGHT:
        status = SURVIVES if entry is None else TESTED if entry.by else EQUIVALENT
    told = {"file": mutant.file, "place": mutant.place, "before": mutant.before, "after": mutant.after}
    return {**told, "dtype": dtype, "status": status, **({"reason": entry.reason, "by": entry.by} if entry else {})}


def _by_dtype(told: Iterable[Record]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for entry in told:
        counts.setdefault(entry["dtype"], dict.fromkeys(STATUSES, 0))[entry["status"]] += 1
    return counts


def share(counts: Mapping[str, int]) -> tuple[int, int]:
    """How many mutants are caught, by the gate or by a test, and how many there are that are not equivalent."""
    caught = sum(counts[status] for status in (*CAUGHT, TESTED))
    return caught, caught + counts[SURVIVES]


def shares(record: Record) -> list[str]:
    """A sentence for each dtype in which a mutant was judged that is not equivalent."""
    sentences = []
    for dtype, counts in record["dtypes"].items():
        caught, real = share(counts)
        alone = f", {counts[TESTED]} of them by a test alone" if counts[TESTED] else ""
        if real:
            how_many = f"{caught:,} of the {real:,} mutants that are not equivalent are caught{alone}"
            sentences.append(f"{dtype}: {how_many}: {caught / real:.2%}")
    return sentences


def is_perfect(record: Record) -> bool:
    """Whether every mutant that is no equivalent one is caught, and the list says nothing wrong or needless."""
    return not any(record[key] for key in (SURVIVES, "disproved", "unused"))
