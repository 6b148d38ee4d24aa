"""The kill matrix as a picture: one row a law, one column a fault, in SVG that reads on a light and a dark page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from gradgate.power.matrix import Record

_CELL, _ROW, _GAP, _LEFT, _TOP = 5, 15, 8, 190, 34

_STYLE = """
text { font: 11px system-ui, sans-serif; fill: #24292f } .family { font-size: 10px; fill: #57606a }
.refuted { fill: #1f6feb } .fragile { fill: #bf8700 } .band { fill: #8c959f; fill-opacity: .10 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .family { fill: #9198a1 } .refuted { fill: #58a6ff } .fragile { fill: #d29922 }
.band { fill: #9198a1; fill-opacity: .14 } }"""


def picture(record: Record) -> str:
    """The whole picture as the text of an SVG file."""
    faults, laws = record["faults"], list(record["laws"])
    places, families = _columns(faults)
    width, bottom = places[-1] + _CELL + 60, _TOP + _ROW * len(laws)
    parts = [_row(law, n, faults, places, record["laws"][law]["kills"], width) for n, law in enumerate(laws)]
    heads = [f'<text class="family" x="{x}" y="{_TOP - 8}">{name}</text>' for name, x in families]
    key = (
        f'<rect class="refuted" x="{_LEFT}" y="{bottom + 14}" width="10" height="10"/>'
        f'<text x="{_LEFT + 16}" y="{bottom + 23}">refuted</text>'
        f'<rect class="fragile" x="{_LEFT + 80}" y="{bottom + 14}" width="10" height="10"/>'
        f'<text x="{_LEFT + 96}" y="{bottom + 23}">called fragile</text>'
        f'<text class="family" x="{_LEFT + 200}" y="{bottom + 23}">on the right: how many faults the law kills</text>'
    )
    size = f'viewBox="0 0 {width} {bottom + 34}" width="{width}" height="{bottom + 34}"'
    title = f"Which of {len(laws)} laws kills which of {len(faults)} faults"
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">', f"<title>{title}</title>"]
    return "\n".join([*lines, f"<style>{_STYLE}</style>", *heads, *parts, key, "</svg>", ""])


def _columns(faults: Sequence[Record]) -> tuple[list[int], list[tuple[str, int]]]:
    """The x of each fault, and the families with the x at which they begin."""
    places, families, x = [], [], _LEFT
    for family, members in groupby(faults, key=lambda fault: fault["family"]):
        families.append((family, x))
        for _ in members:
            places.append(x)
            x += _CELL
        x += _GAP
    return places, families


def _row(law: str, number: int, faults: Sequence[Record], places: Sequence[int], kills: int, width: int) -> str:
    top = _TOP + number * _ROW
    cells: dict[str, str] = {"refuted": "", "fragile": ""}
    for fault, x in zip(faults, places, strict=True):
        if law in fault["kills"]:
            cells[fault["kills"][law][2]] += f"M{x} {top + 2}h{_CELL - 1}v{_ROW - 3}h-{_CELL - 1}z"
    band = f'<rect class="band" x="0" y="{top}" width="{width}" height="{_ROW}"/>' if number % 2 == 0 else ""
    paths = "".join(f'<path class="{verdict}" d="{d}"/>' for verdict, d in cells.items() if d)
    label = f'<text x="{_LEFT - 10}" y="{top + 11}" text-anchor="end">{law}</text>'
    return f'{band}{label}{paths}<text x="{places[-1] + _CELL + 12}" y="{top + 11}">{kills}</text>'
