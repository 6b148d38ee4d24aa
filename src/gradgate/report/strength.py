"""What `gradgate verify` prints of its own strength: what would have slipped through, and how small an error shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gradgate.examining.findings import Planted, Sharpness
from gradgate.examining.subjects import Subject

_MANY = 12  # faults that slipped through, by line; the JSON has them all


def show_strength(out: Console, subjects: Sequence[Subject]) -> None:
    """A table of the smallest errors, for several implementations the largest of them, and what slipped through."""
    sharpness = _sharpness(subjects)
    planted = [
        planted for subject in subjects for e in subject.examinations if e.strength for planted in e.strength.planted
    ]
    if not planted:
        return
    caught = sum(each.caught for each in planted)
    out.print(
        "\nstrength of this run: the relative error of one component that it refutes, smallest and median",
        soft_wrap=True,
    )
    out.print(_table(sharpness), crop=False)
    line = f"wrong formulas planted into what was judged right: {len(planted):,}, caught: {caught:,}"
    out.print(line + ("; these would have slipped through:" if caught < len(planted) else ""), soft_wrap=True)
    slipped = _slipped(subjects)
    for (fault, where), dtypes in list(slipped.items())[:_MANY]:
        line = f"  {fault.fault} in {where} in {', '.join(dict.fromkeys(dtypes))}: {fault.sentence}"
        out.print(Text(line, style="yellow"), soft_wrap=True)
    if len(slipped) > _MANY:
        out.print(f"  and {len(slipped) - _MANY} more, all of them in the JSON", style="yellow")


def _table(sharpness: dict[tuple[str, str], dict[str, Sharpness]]) -> Table:
    """Quantities down, dtypes across."""
    dtypes = list(dict.fromkeys(dtype for row in sharpness.values() for dtype in row))
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for heading in ("function", "quantity"):
        table.add_column(heading, no_wrap=True)
    for dtype in dtypes:
        table.add_column(dtype, justify="right", no_wrap=True)
    told = ""
    for (function, quantity), row in sharpness.items():
        cells = [f"{row[dtype].smallest:.0e}  {row[dtype].median:.0e}" if dtype in row else "–" for dtype in dtypes]
        table.add_row("" if function == told else function, quantity, *cells)
        told = function
    return table


def _sharpness(subjects: Sequence[Subject]) -> dict[tuple[str, str], dict[str, Sharpness]]:
    """By function and quantity, by dtype: the dullest of the implementations."""
    found: dict[tuple[str, str], dict[str, Sharpness]] = {}
    for function, dtype, quantity, sharpness in _measured(subjects):
        row = found.setdefault((function, quantity), {})
        known = row.get(dtype, sharpness)
        row[dtype] = Sharpness(max(known.smallest, sharpness.smallest), max(known.median, sharpness.median))
    return found


def _measured(subjects: Sequence[Subject]) -> Iterator[tuple[str, str, str, Sharpness]]:
    for subject in subjects:
        for e in subject.examinations:
            for quantity, sharpness in (e.strength.sharpness if e.strength else {}).items():
                yield e.function, e.dtype, quantity, sharpness


def _slipped(subjects: Sequence[Subject]) -> dict[tuple[Planted, str], list[str]]:
    """By fault and function, the dtypes in which it slipped through."""
    found: dict[tuple[Planted, str], list[str]] = {}
    for subject in subjects:
        for e in subject.examinations:
            for planted in e.strength.slipped if e.strength else ():
                found.setdefault((planted, e.function), []).append(e.dtype)
    return found
