"""The score as a page of the documents."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from gradgate.mutants.judging import SURVIVES
from gradgate.mutants.score import EQUIVALENT, STATUSES, TESTED, Record, shares
from gradgate.verdicts import FRAGILE

_HEAD = """# Mechanical mutants

Written by `make mutants` on {date}; [mutants.json](mutants.json) holds the same as data. The
[fault catalogue](power.md) holds what people get wrong; this is the other half: every small change of the shipped
files that a mutation tool makes (the operators of mutmut {tool}), whether anybody would make it or not. Each of the
{count} mutants is put to the gate on its own, as `gradgate verify` puts it (seed {seed}): every law, with the same
second opinion, on up to {cases} generated cases of each function that the change can reach ({spread} where the change
is listed below). The judging took {minutes} minutes of processor time ({machine}).

"""

_READING = """
*Refuted*, *crashed* (no result, or a file that cannot be loaded), *timed out* and *fragile* (the formula is right, but
it overflows or loses digits) make `gradgate verify` exit with 1. *Equivalent* mutants pass, and are proven to be no
faults: the list is below. What neither float64 nor float32 shows is judged in 16 bits too, where the file offers them.
"""

_BY_A_TEST = """What they break shows on other machines only, on a GPU above all, or is promised by the file and not by
the contract. A test of `tests/test_impls.py` shows it, and `tests/test_mutants.py` sees to it that it does."""

_LISTED = "By their reasons, which stand in `corpus/mutants.toml`."


_DATA = """## The data

[mutants.json](mutants.json) is in the schema `gradgate.mutants/1`; `make mutants ARGS="numpy_dense --json FILE"` writes
the same for some files. A later version may add keys; one that removes or changes a key has another number.

| key | meaning |
| --- | --- |
| `schema` | `"gradgate.mutants/1"` |
| `seed` | the seed of every case |
| `cases` | how many cases of a function are put at most |
| `spread` | how many are put to a mutant that is listed: in these every law meets every kind of input |
| `date` | when it was measured |
| `machine` | where |
| `versions` | with what; a library that is not installed is null |
| `minutes` | processor time that the judging took |
| `files` | by the file's name: `mutants`, how many it has, and `dtypes`, as below |
| `dtypes` | by dtype: how many of the mutants judged in it got each status |
| `survives` | one object for each mutant and dtype of this status: `file`, `place` (the function), `before` and `after` (the lines that differ), `dtype`, `status`; where it is listed also `reason`, and `by`, the test |
| `fragile` | the same |
| `by a test` | the same |
| `equivalent` | the same |
| `disproved` | the same, for what is listed as equivalent, and was caught: the list is wrong (exit 1) |
| `unused` | entries of the list that no mutant fits (exit 1) |
"""  # noqa: E501  # a table's row is one line


def page(record: Record) -> str:
    """The whole page in Markdown."""
    count = sum(file["mutants"] for file in record["files"].values())
    head = _HEAD.format(**{**record, "count": f"{count:,}", "tool": record["versions"]["mutmut"]})
    chapters = [
        *_chapter("Surviving", "They are neither caught nor in the list.", record[SURVIVES]),
        *_chapter(
            "Called fragile", "The formula stands, but it overflows, or is computed in float32.", record[FRAGILE]
        ),
        *_chapter("Caught by a test alone", _BY_A_TEST, record[TESTED]),
        *_chapter("Proven equivalent", _LISTED, record[EQUIVALENT]),
    ]
    return head + "\n".join(
        [*(f"- {said}" for said in shares(record)), "", *_table(record), _READING, *chapters, _DATA]
    )


def _table(record: Record) -> list[str]:
    lines = [f"| file | mutants | dtype | {' | '.join(STATUSES)} |", "| --- | ---: | --- |" + " ---: |" * len(STATUSES)]
    for name, file in record["files"].items():
        for dtype, counts in file["dtypes"].items():
            cells = [f"`{name}`", str(file["mutants"]), dtype, *(str(counts[status]) for status in STATUSES)]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def _chapter(title: str, what: str, entries: list[Record]) -> list[str]:
    """The mutants of one status, by the reason that is given for them."""
    lines = [f"## {title}", "", what, ""] if entries else []
    for reason in dict.fromkeys(entry.get("reason", "") for entry in entries):
        members = [entry for entry in entries if entry.get("reason", "") == reason]
        tests = "".join(f" (`{name}`)" for name in dict.fromkeys(entry.get("by") for entry in members) if name)
        said = [fill(f"{reason}{tests}", 120, break_on_hyphens=False), ""] if reason else []
        lines += [*said, *_changes(members), ""]
    return lines


def _changes(entries: Sequence[Record]) -> list[str]:
    """One line for each change, with the dtypes in which it is so."""
    dtypes: dict[tuple[str, ...], list[str]] = {}
    for entry in entries:
        change = tuple(entry[key] for key in ("file", "place", "before", "after"))
        dtypes.setdefault(change, []).append(entry["dtype"])
    return [
        f"- `{file}`, {place} ({', '.join(found)}): {_code(before)} becomes {_code(after)}"
        for (file, place, before, after), found in dtypes.items()
    ]


def _code(text: str) -> str:
    """The text in one line, less its comment: what changes is never in it."""
    return f"`` {' '.join(text.split('  #', maxsplit=1)[0].split())} ``"
