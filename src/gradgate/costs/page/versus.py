"""The section on two runs: what moved, what of it exceeds their noise, and what only one of them holds."""

from __future__ import annotations

from statistics import median

from gradgate.costs import units
from gradgate.costs.changes import Change, changes, differing_conditions, name_of, noise_of, only_in
from gradgate.costs.document import Run
from gradgate.costs.page.blocks import Explanation, Section, Table, Text
from gradgate.costs.tables import interval

_HEADINGS = ("new / old", "95 %", "beyond noise", "benchmark")
_CAUTION = (
    "Wall times of two runs on a shared machine prove nothing by themselves. A certificate says how far a run was from "
    "itself, not what the machine did between the two{loads}; another frequency or another place in memory moves the "
    "times too, and of {count} intervals some miss 1 by chance. What proves a slowdown is the gate, gradgate bench "
    "--gate: both revisions in one process, call by call in turn, in CPU time."
)


def versus(old: Run, new: Run) -> Section:
    found = changes(old, new)
    beyond = [change for change in found if change.beyond]
    blocks: list[Text | Explanation | Table] = [Text(_verdict(old, new, found, beyond))]
    if found:
        blocks.append(Text(_CAUTION.format(count=len(found), loads=_loads(old, new))))
    if unlike := list(differing_conditions(old, new)):
        blocks.append(Text(f"Not measured alike: {'; '.join(unlike)}."))
    blocks += [
        Text(f"Only in {run.name}: {', '.join(names)}.")
        for run, other in ((old, new), (new, old))
        if (names := only_in(run, other))
    ]
    if beyond:
        blocks.append(_table("Beyond the noise of both runs", beyond))
    if found:
        blocks.append(_table("Every benchmark of both runs, the slowest against before first", found, long=True))
    return Section(f"{new.name} against {old.name}", tuple(blocks))


def _verdict(old: Run, new: Run, found: list[Change], beyond: list[Change]) -> str:
    if not found:
        return f"No benchmark is in both {old.name} and {new.name}: there is nothing to compare."
    noise = noise_of(old, new)
    if noise is None:
        names = " and ".join(run.name for run in (old, new) if run.noise is None)
        return f"{names} has no noise certificate: of {len(found)} ratios none can be said to exceed the noise."
    slower = [change for change in beyond if change.ratio.value > 1]
    threshold = f"what both noise certificates could have seen ({100 * (noise - 1):.1f} %)"
    if not beyond:
        return f"Of {len(found)} benchmarks in both runs, none differs by more than {threshold}."
    text = (
        f"Of {len(found)} benchmarks in both runs, {len(slower)} became slower and {len(beyond) - len(slower)} faster "
    )
    text += f"by more than {threshold}."
    if slower:
        worst = slower[0]
        text += f" The slowest against before: {name_of(worst.measurement)}, {units.times(worst.ratio.value)} times."
    return text


def _loads(old: Run, new: Run) -> str:
    """How busy the machine was during either run; empty where one does not say."""
    loads = [[m.load for m in run.measurements if m.load is not None] for run in (old, new)]
    if not all(loads):
        return ""
    before, now = (median(load) for load in loads)
    return f" (the machine's load was {before:.1f} before, {now:.1f} now)"


def _table(title: str, found: list[Change], *, long: bool = False) -> Table:
    return Table(title, _HEADINGS, tuple(_cells(change) for change in found), (0, 1), long=long)


def _cells(change: Change) -> tuple[str, ...]:
    beyond = {None: "unknown", True: "slower" if change.ratio.value > 1 else "faster", False: ""}[change.beyond]
    return (f"{change.ratio.value:.3f}", interval(change.ratio, 3), beyond, name_of(change.measurement))
