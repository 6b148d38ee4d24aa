"""Words in the plane of their two leading components, in SVG that reads on a light and a dark page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from gradgate.costs.page.style import chart_style

_WIDTH, _TALLEST, _MARGIN, _TOP, _BELOW = 720, 560, 76, 64, 24
_LETTER, _LINE, _GAP = 6.8, 14, 6  # pixels of a letter, of a line, and between words
_Box = tuple[float, float, float, float]  # left, top, right, bottom


def words_picture(words: Sequence[str], places: np.ndarray, share: float, title: str) -> str:
    """words (n,) at places (n, 2); share: of their variance that the plane shows."""
    points, height = _on_paper(places)
    taken = [(x - 4, y - 4, x + 4, y + 4) for x, y in points]
    parts = [
        f'<text class="title" x="8" y="18">{escape(title)}</text>',
        f'<text class="tick" x="8" y="36">the two leading components show {share:.0%} of the variance</text>',
    ]
    for word, (x, y) in zip(words, points, strict=True):
        box, anchor = _free(word, x, y, taken)
        taken.append((box[0] - _GAP, box[1], box[2] + _GAP, box[3]))
        at = {"start": box[0], "middle": (box[0] + box[2]) / 2, "end": box[2]}[anchor]
        parts.append(f'<path class="leader s0" d="M{x:.1f} {y:.1f}L{at:.1f} {(box[1] + box[3]) / 2:.1f}"/>')
        parts.append(f'<circle class="f0" cx="{x:.1f}" cy="{y:.1f}" r="3"/>')
        parts.append(f'<text x="{at:.1f}" y="{box[3] - 3:.1f}" text-anchor="{anchor}">{escape(word)}</text>')
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" {size}>'
    return "\n".join([head, f"<title>{escape(title)}</title>", f"<style>{chart_style()}</style>", *parts, "</svg>", ""])


def _on_paper(places: np.ndarray) -> tuple[list[tuple[float, float]], int]:
    """Pixels, and the height of the picture; both axes in one scale, so that distances are those of the plane."""
    low, high = places.min(axis=0), places.max(axis=0)
    wide, high_ = (high - low).tolist()
    scale = min((_WIDTH - 2 * _MARGIN) / (wide or 1.0), _TALLEST / (high_ or 1.0))
    left = (_WIDTH - wide * scale) / 2
    points = [(left + (x - low[0]) * scale, _TOP + (high[1] - y) * scale) for x, y in places]
    return [(float(x), float(y)) for x, y in points], round(_TOP + high_ * scale + _BELOW)


def _free(word: str, x: float, y: float, taken: Sequence[_Box]) -> tuple[_Box, str]:
    """Of the places around a point the first where the word covers least of what is there; where its text is held."""
    wide = _LETTER * len(word)
    found = []
    for apart in (0, 10, 20):
        for across, down in ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1)):
            left, top = x + (across - 1) * wide / 2 + across * (7 + apart), y - _LINE / 2 + down * (11 + apart)
            found.append(((left, top, left + wide, top + _LINE), ("middle", "start", "end")[across]))
    return min(found, key=lambda place: sum(_overlap(place[0], other) for other in taken))


def _overlap(one: _Box, other: _Box) -> float:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0.0) * max(down, 0.0)
