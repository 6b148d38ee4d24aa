"""The running cost over the steps, in SVG that reads on a light and a dark page."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import floor, log10

import numpy as np

from gradgate.costs.page.style import chart_style
from gradgate.training.sgd import EVERY

_WIDTH, _HEIGHT = 720, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 700, 44, 310
_BINS = 240  # points of the curve, and of the band behind it


def curve_picture(losses: np.ndarray, costs: np.ndarray, title: str, halvings: list[int]) -> str:
    """losses (n,) of the steps, in nats; costs: the running cost at every EVERY-th step; halvings: of the rate."""
    frame = _Frame(len(losses), losses)
    parts = [
        f'<text class="title" x="8" y="18">{escape(title)}</text>',
        '<text class="tick" x="8" y="36">cost in nats: running, and behind it of the batches (middle 80 %)</text>',
        *frame.axes(),
        *(part for step in halvings for part in frame.halving(step)),
        f'<path class="f0" style="fill-opacity: .18" d="{frame.band(losses)}"/>',
        f'<path class="curve s0" d="{frame.curve(costs)}"/>',
        *frame.last(float(costs[-1])),
    ]
    size = f'viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" {size}>'
    return "\n".join([head, f"<title>{escape(title)}</title>", f"<style>{chart_style()}</style>", *parts, "</svg>", ""])


class _Frame:
    """From steps and costs to pixels; the costs begin at zero."""

    def __init__(self, steps: int, losses: np.ndarray) -> None:
        self.steps = steps
        self.most = float(max(np.percentile(bin_, 90) for bin_ in _bins(losses))) * 1.05

    def x(self, step: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * step / self.steps

    def y(self, cost: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * min(cost / self.most, 1.0)

    def axes(self) -> Iterator[str]:
        for cost in _ticks(self.most):
            yield f'<path class="grid" d="M{_LEFT} {self.y(cost):.1f}H{_RIGHT}"/>'
            yield f'<text class="tick" x="{_LEFT - 8}" y="{self.y(cost) + 4:.1f}" text-anchor="end">{cost:g}</text>'
        for step in _ticks(self.steps):
            x, anchor = self.x(step), "end" if self.x(step) > _RIGHT - 20 else "middle"
            yield f'<path class="grid" d="M{x:.1f} {_BOTTOM}v5"/>'
            yield f'<text class="tick" x="{x:.1f}" y="{_BOTTOM + 19}" text-anchor="{anchor}">{step:,.0f}</text>'
        yield f'<text class="tick" x="{(_LEFT + _RIGHT) / 2}" y="{_BOTTOM + 38}" text-anchor="middle">steps</text>'

    def halving(self, step: int) -> Iterator[str]:
        yield f'<path class="mark" d="M{self.x(step):.1f} {_TOP}V{_BOTTOM}"/>'
        yield f'<text class="tick" x="{self.x(step) + 5:.1f}" y="{_TOP + 10}">rate halved</text>'

    def band(self, losses: np.ndarray) -> str:
        low, high = ([float(np.percentile(bin_, percent)) for bin_ in _bins(losses)] for percent in (10, 90))
        places = [self.x((n + 0.5) * self.steps / len(low)) for n in range(len(low))]
        outline = [*zip(places, high, strict=True), *reversed([*zip(places, low, strict=True)])]
        return "M" + "L".join(f"{x:.1f} {self.y(cost):.1f}" for x, cost in outline) + "z"

    def curve(self, costs: np.ndarray) -> str:
        shown = np.unique(np.linspace(0, len(costs) - 1, _BINS).astype(int))
        return "M" + "L".join(f"{self.x((n + 1) * EVERY):.1f} {self.y(costs[n]):.1f}" for n in shown)

    def last(self, cost: float) -> Iterator[str]:
        y = self.y(cost)
        yield f'<text class="f0" x="{_RIGHT}" y="{y - 30:.1f}" text-anchor="end">{cost:.2f}</text>'


def _bins(losses: np.ndarray) -> list[np.ndarray]:
    return [bin_ for bin_ in np.array_split(losses, min(_BINS, max(1, len(losses) // EVERY))) if len(bin_)]


def _ticks(most: float) -> list[float]:
    """Round numbers from zero on, four to nine of them."""
    power = 10 ** floor(log10(most))
    step = next(step for step in (power / 5, power / 2, power, 2 * power) if most / step <= 8)
    return [n * step for n in range(floor(most / step) + 1)]
