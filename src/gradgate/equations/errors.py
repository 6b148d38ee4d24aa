"""What is wrong with a formula before it has a value: one sentence with the place and what to do."""

from __future__ import annotations

from gradgate.errors import CannotRun


class FormulaError(CannotRun):
    """A formula that does not parse, names what there is not, or joins sizes that do not fit.

    place is the character, counted from 1, that the sentence is about.
    """

    def __init__(self, text: str, place: int, sentence: str) -> None:
        super().__init__(f"{text!r}, character {place}: {sentence}")
        self.place = place
        self.sentence = sentence


class ShapeError(FormulaError):
    """Sizes that do not fit: no layout gives the formula a value."""
