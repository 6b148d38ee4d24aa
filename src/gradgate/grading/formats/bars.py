"""The two pictures of a class's page, as SVG: how its scores are spread, and how the verdicts of a part are shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from gradgate.grading.formats.style import kind
from gradgate.grading.graded import VERDICTS

_STEP, _BAR, _LEFT, _TOP, _BOTTOM = 34, 28, 14, 20, 150
_WIDTH, _HEIGHT = 394, 172
_SHARE, _HIGH = 220, 14


def histogram(counts: Sequence[int]) -> str:
    """Bars of counts: 0 to under 10 percent, 10 to under 20, ..., and the last for all points."""
    most = max(counts) or 1
    parts = []
    for place, count in enumerate(counts):
        x, high = _LEFT + place * _STEP, (_BOTTOM - _TOP) * count / most
        label = "all" if place == len(counts) - 1 else f"{10 * place}"
        middle = x + _BAR / 2
        parts += [
            f'<rect class="bar" x="{x}" y="{_BOTTOM - high:.1f}" width="{_BAR}" height="{high:.1f}"/>',
            f'<text x="{middle}" y="{_BOTTOM - high - 6:.1f}" text-anchor="middle">{count or ""}</text>',
            f'<text class="tick" x="{middle}" y="{_BOTTOM + 16}" text-anchor="middle">{label}</text>',
        ]
    axis = f'<path class="axis" d="M{_LEFT - 8} {_BOTTOM}H{_WIDTH - 8}"/>'
    return _svg("bars", _WIDTH, _HEIGHT, "How many submissions reached how many percent", [*parts, axis])


def share_of_verdicts(counts: Mapping[str, int]) -> str:
    """One bar in pieces, a piece for each verdict, and the counts in words."""
    total = sum(counts.values()) or 1
    pieces, x = [], 0.0
    found = [verdict for verdict in VERDICTS if counts.get(verdict)]
    for verdict in found:
        wide = _SHARE * counts[verdict] / total
        pieces.append(
            f'<g class="{kind(verdict)}"><rect x="{x:.1f}" width="{max(wide - 1, 1):.1f}" height="{_HIGH}"/></g>'
        )
        x += wide
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in found)
    return f"{_svg('share', _SHARE, _HIGH, told, pieces)} {escape(told)}"


def _svg(style: str, wide: int, high: int, title: str, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {wide} {high}" width="{wide}" height="{high}"'
    return f'<svg class="{style}" role="img" {size}><title>{escape(title)}</title>{"".join(parts)}</svg>'
