"""The cells of the comparison in words: the tables of the page and of the README, and the claim that they bear out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import fill

from gradgate.peers.comparison import Record
from gradgate.peers.figures import CLAIMED, GATE, GROUPS, SLOW, advantage, caught_by_group, cell_at, smallest_error

START, END = "<!-- make peers writes from here -->", "<!-- to here -->"
_COLUMNS = (
    "faults caught",
    "false alarms",
    "smallest error caught in grad_U",
    "in grad_center",
    "time",
    "of gradgate's",
    "memory",
)
_IN_README = (0, 1, 2, 4)


def size_table(record: Record, size: Record) -> list[str]:
    """Every checker at one size."""
    rows = [
        f"| {checker['name']} | {' | '.join(_cells(record, checker, size['V'], size['d']))} |"
        for checker in record["checkers"]
    ]
    return [*_head(_COLUMNS), *rows]


def groups_table(record: Record, size: Record) -> list[str]:
    """Every checker that was run at one size, by where the faults are."""
    rows = []
    for checker in record["checkers"]:
        cell = cell_at(record, checker["name"], size["V"], size["d"])
        if cell and not cell["not_run"]:
            counts = caught_by_group(size, cell).values()
            rows.append(f"| {checker['name']} | {' | '.join(f'{caught} of {run}' for caught, run in counts)} |")
    return [*_head(list(GROUPS)), *rows]


def readme_part(record: Record) -> str:
    """The claim, and the table at the size that it is made of."""
    heads = [_COLUMNS[n].removesuffix(" in grad_U") for n in _IN_README]
    rows = []
    for checker in record["checkers"]:
        cells = _cells(record, checker, *CLAIMED)
        rows.append(f"| {checker['name']} | {' | '.join(cells[n] for n in _IN_README)} |")
    return "\n".join(
        [f"| checker | {' | '.join(heads)} |", "| --- |" + " ---: |" * len(heads), *rows, "", claim(record)]
    )


def with_table(readme: str, record: Record) -> str:
    """The README with what stands between START and END written anew."""
    before, start, rest = readme.partition(START)
    _, end, after = rest.partition(END)
    return f"{before}{start}\n{readme_part(record)}\n{end}{after}" if end else readme


def claim(record: Record) -> str:
    """What the table says of the gate and of gradcheck's slow mode."""
    found = advantage(record, SLOW)
    if found is None:
        return f"{SLOW}, was not run at V = {CLAIMED[0]}."
    sharper, faster = map(_downwards, found)
    text = (
        f"At (V, d) = {CLAIMED} the gate's check of one case is {faster} times faster than gradcheck's slow mode, and "
        f"an error in one component of grad_U that still passes slow mode is {sharper} times as large as one that the "
        "gate catches."
    )
    return fill(text, 120, break_on_hyphens=False)


def seconds(value: float) -> str:
    """With three digits, in the unit that suits."""
    unit, name = next((unit, name) for unit, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")) if value >= unit)
    return f"{value / unit:.3g} {name}"


def _head(columns: Sequence[str]) -> list[str]:
    return [f"| checker | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]


def _cells(record: Record, checker: Record, V: int, d: int) -> list[str]:
    cell = cell_at(record, checker["name"], V, d)
    if cell is None or cell["not_run"]:
        return [checker["absent"] if cell is None else "not run", *["–"] * (len(_COLUMNS) - 1)]
    gate = cell_at(record, GATE, V, d)
    assert gate is not None, "the gate is never absent"
    faults, right, ratio = cell["faults"], cell["right"], cell["seconds"] / gate["seconds"]
    return [
        f"{faults['caught']} of {faults['run']}",
        f"{len(right['alarms'])} of {right['run']}",
        *(_error(smallest_error(cell, quantity)[1]) for quantity in ("grad_U", "grad_center")),
        seconds(cell["seconds"]),
        f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2g}",
        "not told" if cell["bytes"] is None else f"{cell['bytes'] / 1e6:,.1f} MB",
    ]


def _error(value: float) -> str:
    if math.isnan(value):
        return "not run"
    return "none" if math.isinf(value) else f"{value:.1e}" if value < 0.01 else f"{value:.2g}"


def _downwards(value: float) -> str:
    """Two digits, never rounded up."""
    step = 10.0 ** (math.floor(math.log10(value)) - 1)
    down = math.floor(value / step) * step
    return f"{down:,.0f}" if down < 10**5 else f"{down:.1e}"
