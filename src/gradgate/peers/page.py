"""The comparison as a page of the documents."""

from __future__ import annotations

from textwrap import fill

from gradgate.peers.comparison import Record
from gradgate.peers.costs import FEW_CALLS, REPEATS
from gradgate.peers.figures import GATE, cell_at, largest_complete
from gradgate.peers.subjects import BASE, PURE_PYTHON_UP_TO, RIGHT, RIGHT_SEEDS, K
from gradgate.peers.table import claim, groups_table, seconds, size_table

_HEAD = """# The gate beside other gradient checkers

Written by `make peers`; [peers.json](peers.json) holds the same as data ([its keys](peers_json.md)). The same inputs go
to the gate and to the checkers that people use: the faults of the [catalogue](power.md), planted into `{base}`, and
right implementations. Each checker judges the implementation's own gradients, of center and of U together, in float64,
as a custom function of its framework, with the settings that it comes with.

{claim}

![sharpness against time](peers.svg)
"""

_GROUPS = """## Where the faults are

A checker that compares the gradients with differences of the implementation's own loss is made for gradients that do
not belong to the loss. It sees no fault that loss and gradients share. So here are the same faults at V = {V}, the
largest size at which all of them were put to every checker, by the place that the catalogue gives them:
"""

_PASSED = """## What the gate lets pass

On that one case; `gradgate verify` puts hundreds. What differs by no more than right implementations differ from one
another cannot be told from rounding: on other inputs it can.
"""

_METHOD = """## How it was measured

- **Faults**: those of the catalogue that show in `naive_softmax` or `negative_sampling` on one pair with logits of
  order 1. Of the {K} negatives one word is drawn three times, and one is the outside word. A fault shows where one of
  two calls in a row returns another value than the right function does, be it in the last bit. Left out are those of
  the form alone (another shape or dtype), and those that need other inputs: huge logits, strides, K = 0.
- **False alarms**: {right_names} in both functions, at logits of order
  1, of 5 to 40, and of 300 to 10⁴, {seeds} seeds each; up to V = {pure} also `pure_python`, which is slow.
- **Smallest error caught**: one component of a gradient of a right naive softmax, times 1 + ε. ε is bisected between
  2⁻⁵² and 2⁴⁰, {bisections} times, each time by a verdict of the checker: that leaves a factor of 2.7. The component is
  the one of median size and, as far as the calls suffice, those at the quartiles; shown is the median of the three. An
  error of 1 doubles the component.
- **Time**: of one check that accepts, the median of {repeats}, so that what is compiled or loaded once does not count;
  of one alone where it takes more than {few} calls. A call of the implementation gives loss and gradients together,
  also where a checker needs the loss alone. A refusal may take longer: fast mode then runs slow mode for its message.
- **Memory**: how far the process grows above what it holds before the check.
- **Limits** are set in calls of the implementation, so that they are the same on every machine. A checker may make
  {calls_for_faults} for the faults of a size, {calls_for_right} for the right implementations and {calls_for_errors}
  for the bisections; a check that takes more than {calls_for_faults} is not run. However fast, it is given no more
  faults, and no more right implementations, than {entries} entries of U make up. Who comes first is settled by the
  SHA-256 of the names.
- Each cell has a process of its own, with one thread. The costs are taken one after the other. This run took {time} s
  on {cpus} CPUs, with a load of {before} when it began and {after} when it ended.
"""


def page(record: Record) -> str:
    """The whole page in Markdown."""
    parts = [_HEAD.format(base=BASE, claim=claim(record))]
    parts += [_of_size(record, size) for size in record["sizes"]]
    parts += [_groups(record), _passed(record), _rules(record), _method(record)]
    return "\n".join(parts)


def _of_size(record: Record, size: Record) -> str:
    V, d = size["V"], size["d"]
    head = f"{len(size['faults'])} faults show. A call of `{BASE}` takes {seconds(size['seconds_a_call'])}."
    not_run = [
        f"- {cell['checker']} is not run: {cell['not_run']}"
        for cell in record["cells"]
        if (cell["V"], cell["d"]) == (V, d) and cell["not_run"]
    ]
    told = ["", *not_run] if not_run else []
    return "\n".join([f"## V = {V:,}, d = {d}", "", head, "", *size_table(record, size), *told, ""])


def _groups(record: Record) -> str:
    size = largest_complete(record)
    return "\n".join([_GROUPS.format(V=size["V"]), *groups_table(record, size), ""])


def _passed(record: Record) -> str:
    lines = [_PASSED]
    for size in record["sizes"]:
        cell = cell_at(record, GATE, size["V"], size["d"])
        assert cell is not None, "the gate is never absent"
        missed = [f"`{fault}` in `{function}`" for fault, function in cell["faults"]["missed"]]
        lines.append(f"- V = {size['V']:,}: {', '.join(missed) or 'nothing'}")
    return "\n".join([*lines, ""])


def _rules(record: Record) -> str:
    lines = ["## The checkers", ""]
    for checker in record["checkers"]:
        version = f" ({checker['package']} {checker['version']})" if checker["package"] and checker["version"] else ""
        absent = f" {checker['absent']}." if checker["absent"] else ""
        text = f"- **{checker['name']}**{version}: {checker['rule']}.{absent}"
        lines.append(fill(text, 120, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False))
    return "\n".join([*lines, ""])


def _method(record: Record) -> str:
    return _METHOD.format(
        K=K,
        right_names=", ".join(f"`{name}`" for name in RIGHT if name != "pure_python"),
        seeds=RIGHT_SEEDS,
        pure=PURE_PYTHON_UP_TO,
        repeats=REPEATS,
        few=f"{FEW_CALLS:,}",
        **{name: f"{limit:,}" for name, limit in record["limits"].items()},
        time=record["seconds"],
        cpus=record["machine"]["cpus"],
        before=record["load"][0],
        after=record["load"][1],
    )
