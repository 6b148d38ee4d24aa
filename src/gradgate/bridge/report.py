"""What the bridge prints, and its JSON document, schema "gradgate.bridge/1" (docs/bridge.md)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from gradgate.bridge.counted import Counted
from gradgate.bridge.expectation import Average
from gradgate.bridge.parameters import Touched
from gradgate.bridge.stationarity import Found
from gradgate.report.document import surroundings
from gradgate.verdicts import VERIFIED

SCHEMA = "gradgate.bridge/1"
_LIBRARIES = ("gradgate", "numpy", "python-flint", "torch")


@dataclass(frozen=True)
class Bridge:
    """All that was found of one implementation."""

    points: Sequence[Found]
    averages: Sequence[Average]
    touched: Sequence[Touched]

    @property
    def holds(self) -> bool:
        verdicts = [*(p.verdict for p in self.points), *(a.verdict for a in self.averages)]
        return {*verdicts, *(t.verdict for t in self.touched)} == {VERIFIED}


def document(found: Bridge, about: dict[str, Any], counted: Counted, code: int) -> dict[str, Any]:
    """about holds the arguments, the seed and the implementation's name."""
    counts = {"vocabulary": counted.V, "cells": len(counted.W.values), "pairs": int(counted.W.values.sum())}
    points = [{name: _plain(value) for name, value in asdict(each).items()} for each in found.points]
    averages = [{name: _plain(value) for name, value in asdict(each).items()} for each in found.averages]
    parts = {"stationarity": points, "expectation": averages, "parameters": [asdict(each) for each in found.touched]}
    return {"schema": SCHEMA, "exit": code, **about, **surroundings(_LIBRARIES), "counts": counts, **parts}


def _plain(value: Any) -> Any:
    """JSON has no NaN and no infinity: those two become texts."""
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


def show(out: Console, found: Bridge, counted: Counted, K: int) -> None:
    """Three tables, one a question."""
    V, pairs = counted.V, int(counted.W.values.sum())
    out.print(f"{V} words, {len(counted.W.values):,} of {V * V:,} cells, {pairs:,} pairs; K = {K}", soft_wrap=True)
    heading = "\nthe expected gradient for a word's scores with all others, exactly summed over contexts and negatives"
    out.print(heading, soft_wrap=True)
    out.print(_points(found.points), crop=False)
    out.print("\nthe expectation over random negatives, summed over all words, and averaged over draws", soft_wrap=True)
    out.print(_averages(found.averages), crop=False)
    out.print("\nthe rows whose gradient is not zero", soft_wrap=True)
    out.print(_touched(found.touched), crop=False)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=True, justify="left" if heading in _TEXTS else "right")
    return table


_TEXTS = ("loss", "scores", "it", "convention", "quantity", "what", "outside the interval", "verdict")


def _points(points: Sequence[Found]) -> Table:
    table = _table("loss", "scores", "noise", "gradient", "bound", "it", "verdict")
    for each in points:
        point = each.point
        noise = "" if point.loss == "naive_softmax" else f"p(c)^{point.smoothing:g}"
        claim = "vanishes" if point.vanishes else "does not"
        figures = f"{each.gradient:.1e}", f"{each.bound:.1e}"
        table.add_row(point.loss, point.scores, noise, *figures, claim, each.verdict)
    return table


def _averages(averages: Sequence[Average]) -> Table:
    table = _table("convention", "quantity", "sum", "average", "interval", "draws", "outside the interval", "verdict")
    for each in averages:
        figures = f"{each.exact:.4f}", f"{each.average:.4f}", f"± {each.half_width:.4f}", f"{each.draws:,}"
        table.add_row(each.convention, each.quantity, *figures, ", ".join(each.told_apart), each.verdict)
    return table


def _touched(touched: Sequence[Touched]) -> Table:
    table = _table("loss", "what", "rows", "due", "numbers returned", "verdict")
    for each in touched:
        table.add_row(each.loss, each.what, str(each.rows), str(each.due), f"{each.numbers:,}", each.verdict)
    return table
