"""Colours and type of the figures, in both themes. The eight colours follow Okabe and Ito (2008): colour-blind readers
can tell them apart; those too pale for white paper are darkened, those too dark for a black screen lightened."""

from __future__ import annotations

_LIGHT = "#0072b2 #c04a00 #00805c #a5468a #7a5c00 #3d7fa6 #c0392b #57606a".split()
_DARK = "#56b4e9 #ff9a56 #2fc79b #e39bc4 #f0d442 #9ecae9 #ff8a80 #b0b8c0".split()
COLOURS = len(_LIGHT)

_SHAPES = """
.chart text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
.chart .title { font-weight: 600; font-size: 13px; } .chart .tick { font-size: 11px; }
.chart .grid { stroke-width: 1; fill: none; stroke-opacity: .25; }
.chart .mark { stroke-width: 1; stroke-dasharray: 2 3; }
.chart .curve { stroke-width: 2; fill: none; stroke-linejoin: round; }
.chart .fit { stroke-width: 1; fill: none; stroke-dasharray: 5 4; }
.chart .spread { stroke-width: 1.5; fill: none; } .chart .leader { stroke-width: .75; stroke-opacity: .6; fill: none; }
.chart .limit { stroke-width: 1.5; stroke-dasharray: 1 3; stroke-linecap: round; fill: none; }
"""


def chart_style() -> str:
    """The rules that every figure needs, for a page or for a file of its own."""
    dark = _theme(_DARK, ink="#e6edf3", muted="#9198a1")
    return (
        f"{_SHAPES}{_theme(_LIGHT, ink='#1f2328', muted='#59636e')}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"
    )


def _theme(colours: list[str], ink: str, muted: str) -> str:
    lines = [f".chart text {{ fill: {ink}; }} .chart .tick {{ fill: {muted}; }}"]
    lines += [f".chart .grid, .chart .mark, .chart .limit {{ stroke: {muted}; }}"]
    lines += [
        f".chart .s{number} {{ stroke: {colour}; }} .chart text.f{number}, .chart .f{number} {{ fill: {colour}; }}"
        for number, colour in enumerate(colours)
    ]
    return "\n".join(lines) + "\n"
