"""The kill matrix as a page of the documents."""

from __future__ import annotations

from itertools import groupby
from textwrap import fill

from gradgate.faults import ORIGINS
from gradgate.power.matrix import Record
from gradgate.verdicts import FRAGILE

_HEAD = """# The power of the gate

Written by `make power`; [power.json](power.json) holds the same as data, with the case of every kill. {count} faults
({origins}) are planted into `numpy_dense` one at a time, from
outside: into its inputs, its outputs or its repeated calls. The laws are put to them as `gradgate verify` puts them
(seed {seed}), without shrinking: on {cases} of its cases, in which every law meets every kind of input, and on all
{most_cases} while a fault is not caught. Each catch is confirmed in `numpy_rows`, and in float32 where the fault
exceeds that precision.

A fault is **caught** when a law that binds strangers refutes it; a fault at the contract's edges, when any law does; a
fragility (the formula is right, and overflows or loses digits), when a law calls it fragile. Where a law's name has a
~, the law failed, but the second opinion excused that as fragile. A few kills hang on how a machine rounds: a wrong
formula may lose more digits than the bounds of the right one allow.

![the kill matrix](power.svg)

## The laws

`kills` counts the faults that the law catches, `excused` those that it fails without catching them, and `alone` are the
faults that no other law catches.

| law | kills | excused | alone |
| --- | ---: | ---: | --- |
"""


def page(record: Record) -> str:
    """The whole page in Markdown."""
    faults = record["faults"]
    origins = [fault["origin"] for fault in faults]
    counted = ", ".join(f"{origins.count(origin)} {word}" for word, origin in ORIGINS.items())
    head = _HEAD.format(count=len(faults), origins=counted, **record)
    laws = [
        f"| `{name}` | {law['kills']} | {law['excuses']} | {_names(law['alone'])} |"
        for name, law in record["laws"].items()
    ]
    return "\n".join([head.rstrip("\n"), *laws, *_smallest(record), *_uncaught(record), *_faults(record), ""])


def _smallest(record: Record) -> list[str]:
    laws, without = record["smallest_set"], record["without_reference"]
    texts = [
        f"{len(laws)} laws kill every fault that is caught, and no smaller set does: {_names(laws)}.",
        f"Without the exact reference and without other implementations, {len(without['laws'])} laws kill all but "
        f"{len(without['missed'])} of them: {_names(without['laws'])}. What those miss: {_names(without['missed'])}.",
    ]
    paragraphs = [line for text in texts for line in (fill(text, 120, break_on_hyphens=False), "")]
    return ["", "## The smallest set of laws that kills all", "", *paragraphs]


def _uncaught(record: Record) -> list[str]:
    """What is not caught, and where: said as it is."""
    lines = ["## What is not caught", ""]
    survivors = record["survives"]
    lines += [f"- `{name}` survives in {', '.join(where)}." for name, where in survivors.items()]
    if not survivors:
        lines += ["No fault survives: every one fails a law."]
    if record["excused"]:
        lines += ["These fail, but are called fragile where the formula is wrong:", ""]
        lines += [f"- `{name}` in {', '.join(where)}" for name, where in record["excused"].items()]
    return [*lines, ""]


def _faults(record: Record) -> list[str]:
    lines = ["## The faults", ""]
    for family, members in groupby(record["faults"], key=lambda fault: fault["family"]):
        lines += [f"### {family}", "", "| fault | of | at | origin | what it is | killed by |", "|" + " --- |" * 6]
        lines += [_line(fault) for fault in members]
        lines += [""]
    return lines[:-1]


def _line(fault: Record) -> str:
    tags = [name for name in ("fragile", "edge") if fault[name]] + [fault["dtype"]] * (fault["dtype"] == "float32")
    name = f"`{fault['name']}`" + (f" ({', '.join(tags)})" if tags else "")
    killers = [
        f"{law}{'~' if verdict == FRAGILE else ''}" for law, (_function, _index, verdict) in fault["kills"].items()
    ]
    cells = [name, ", ".join(fault["functions"]), fault["quantity"], fault["origin"], fault["sentence"]]
    return "| " + " | ".join([*cells, ", ".join(killers)]).replace("|U|^2", "U^2") + " |"


def _names(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
