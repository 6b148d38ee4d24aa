"""What is wrong with a formula before it has a value: one sentence with the place and what to do."""

from __future__ import annotations

from gradgate.errors import CannotRun

_READABLE = 80  # characters of a formula that a message repeats


class FormulaError(CannotRun):
    """A formula that does not parse, names what there is not, or joins sizes that do not fit.

    place is the character, counted from 1, that the sentence is about.
    """

    def __init__(self, text: str, place: int, sentence: str) -> None:
        super().__init__(f"{_around(text, place)!r}, character {place}: {sentence}")
        self.place = place
        self.sentence = sentence


def _around(text: str, place: int) -> str:
    """The text, or of a long one what stands around the place."""
    if len(text) <= _READABLE:
        return text
    start = max(0, min(place - _READABLE // 2, len(text) - _READABLE))
    end = start + _READABLE
    return "..." * (start > 0) + text[start:end] + "..." * (end < len(text))


class ShapeError(FormulaError):
    """Sizes that do not fit: no layout gives the formula a value."""
