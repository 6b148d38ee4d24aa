"""What an adapter has to say instead of a result. Each of them carries one sentence."""

from __future__ import annotations


class NotPosed(Exception):
    """The case cannot be put to this file as it is (its convention or its form excludes it): not applicable."""


class WrongDraws(Exception):
    """The file drew another number of negatives than K: it is wrong, whatever it returned."""


class TapeExhausted(WrongDraws):
    """The file went on drawing negatives far beyond K, and was stopped."""


class WrongWindow(Exception):
    """The window code did something else than add up what its callback returns."""
