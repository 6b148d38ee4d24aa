"""Labels beside the ends of lines: moved apart where they would cover one another."""

from __future__ import annotations

from dataclasses import dataclass, replace

HEIGHT = 14  # pixels that a label takes
_WIDTH = 6.7  # of a letter, about
_LONGEST = 18  # letters; a file's name may be longer


@dataclass(frozen=True)
class Label:
    """Where it belongs, x and y, and at which y it stands; colour None for a limit."""

    x: float
    y: float
    text: str
    power: str  # "V" and its exponent, or empty
    colour: int | None
    placed: float = 0.0


def shorten(name: str) -> str:
    """A name that fits beside a figure: of a path its last part, and of a long one both ends."""
    last = name.rsplit("/", 1)[-1]
    if len(last) <= _LONGEST:
        return last
    return f"{last[: _LONGEST // 2]}…{last[-(_LONGEST // 2 - 1) :]}"


def width(text: str, power: str) -> float:
    return _WIDTH * (len(text) + 0.8 * len(power) + 1)


def spread(labels: list[Label], top: float, bottom: float) -> list[Label]:
    """The labels between top and bottom in the order of their y, none nearer than a line to the next."""
    ordered = sorted(labels, key=lambda label: label.y)
    floor = top
    down = []
    for label in ordered:
        floor = max(label.y, floor)
        down.append(floor)
        floor += HEIGHT
    ceiling = bottom
    for place in reversed(range(len(down))):
        ceiling = down[place] = min(down[place], ceiling)
        ceiling -= HEIGHT
    return [replace(label, placed=y) for label, y in zip(ordered, down, strict=True)]
