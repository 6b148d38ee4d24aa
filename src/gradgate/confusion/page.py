"""The confusion table as a page of the documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from textwrap import fill

from gradgate.causes.names import NAMES
from gradgate.confusion.measuring import KIN, NONE, RIGHT, TWIN, WRONG, Record

MODES = {"named": "as `gradgate verify` names it", "held_out": "the fault held out", "formula_alone": "no known fault"}

_HEAD = """# The likely cause

Beside its verdict, `gradgate verify` names the likely cause of what failed: a name, a sentence that says what to look
for, how sure it is, and what that rests on.

```text
{example}
```

It is found in this order, and the first that explains what failed is named:

1. **The program.** What the laws saw it do: a call that raises or does not return, another form than the promised one,
   inputs written to, a state between calls, memory taken to be contiguous. Further calls tell a sum that is never set
   back from random numbers, and a transposed gradient from another shape.
2. **Known faults.** Each fault of the [catalogue](power.md) is planted into a right implementation and put to up to 12
   failing cases and 6 that pass. It is the cause when it reproduces all that came back, what is right as right; where
   several do, further cases of the run are put until one is left.
3. **The formula.** Loss and gradients lie in a known span: each term adds a number to the loss, a coefficient times u_w
   to the gradient of h, and a coefficient times h to row w of grad_U. The coefficients, factors and entries that came
   back are read off and compared with those that are due.

Two values are the same where they differ by no more than rounding may make of them, by the bounds of that very input;
no tolerance is chosen. **Certain**: all that failed follows from it, and no other known fault explains it. **Likely**:
it explains a part, or another explanation is left. Where nothing explains what failed, nothing is named.

## How often the name is the true one

Written by `make causes`; [causes.json](causes.json) holds every row. {rows} rows: each fault of the catalogue, planted
into `{planted_in}` (the hypotheses are planted into `{hypotheses_in}`), in every function that it is for, in float64,
and in float32 where it exceeds that precision; on {cases} of the gate's cases (seed {seed}), and on more while it is
not caught.

A name is **right** when it is one of those that the catalogue gives the fault. A **twin** is another fault that gives
the same bytes on all 200 cases of the gate; **kin** has the right name, with the sentence of another fault. The first
column tells little by itself, since the fault is among the hypotheses. In the second it is not, and in the third no
known fault is: what is said there rests on the formula and on the program alone.

| | {heads} |
| --- | {bars} |
"""


def page(record: Record) -> str:
    """The whole page in Markdown."""
    rows = record["rows"]
    head = _HEAD.format(
        **{**record, "rows": len(rows), "example": fill(record["example"], 120)},
        heads=" | ".join(MODES.values()),
        bars=" | ".join(["---:"] * len(MODES)),
    )
    counts = {mode: Counter(row[mode]["outcome"] for row in rows) for mode in MODES}
    table = [_line(word, [counts[mode][word] for mode in MODES], len(rows)) for word in (RIGHT, TWIN, KIN, NONE, WRONG)]
    return "\n".join([head.rstrip("\n"), *table, *_mistaken(rows), *_elsewhere(record), *_names(rows), ""])


def _line(word: str, counts: Sequence[int], total: int) -> str:
    return f"| {word} | " + " | ".join(f"{count} ({100 * count / total:.1f} %)" for count in counts) + " |"


def _elsewhere(record: Record) -> list[str]:
    """Wrong functions that are in no catalogue."""
    return [
        *_section(
            record["unlisted"],
            "Wrong functions that no list holds",
            "of `tests/unlisted.py`, written when the naming was finished (one wording was changed for them since),",
            "fault",
        ),
        *_section(
            record["strangers"],
            "Real files",
            "in `tests/strangers/`, written as students hand them in, judged by `gradgate verify`,",
            "file",
        ),
    ]


def _section(rows: Sequence[Record], title: str, which: str, key: str) -> list[str]:
    counts = Counter(row["outcome"] for row in rows)
    text = (
        f"Of the {len(rows)} wrong functions {which} {counts[RIGHT]} are called by a name that is true, {counts[NONE]} "
        f"by none, and {counts[WRONG]} by a wrong one."
    )
    lines = ["", f"## {title}", "", fill(text, 120, break_on_hyphens=False), ""]
    lines += [f"| {key} | function | due | named | what it says |", "| --- | --- | --- | --- | --- |"]
    return lines + [
        f"| `{row[key]}` | {row['function']} | {' or '.join(row['due'])} | {row.get('name', '–')} "
        f"| {_cell(row.get('sentence', ''))} |"
        for row in rows
    ]


def _mistaken(rows: Iterable[Record]) -> list[str]:
    """Every fault that is called by a wrong name, or by none, in full or held out."""
    lines = ["", "## What is not named, or named wrongly", ""]
    for mode, words in MODES.items():
        for outcome, said in ((WRONG, "a wrong name"), (NONE, "no name")):
            found = [row for row in rows if row[mode]["outcome"] == outcome]
            listed = dict.fromkeys(_told(row, row[mode]) for row in found)
            lines += [f"- {words[0].upper()}{words[1:]}, {said}: {', '.join(listed) if listed else 'none'}."]
    return lines


def _told(row: Record, said: Record) -> str:
    return f"`{row['fault']}`" + (f" ({said['name']} for {row['due'][0]})" if said["outcome"] == WRONG else "")


def _names(rows: Sequence[Record]) -> list[str]:
    """The vocabulary, with the faults that each name is due for."""
    lines = ["", "## The names", "", "| name | what it says | faults of the catalogue |", "| --- | --- | --- |"]
    for name, meaning in NAMES.items():
        faults = dict.fromkeys(f"`{row['fault']}`" for row in rows if row["due"][0] == name)
        lines.append(f"| {name} | {meaning} | {', '.join(faults)} |")
    return lines


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
