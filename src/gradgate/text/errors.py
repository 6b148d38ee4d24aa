"""The one exception for everything that a text can have wrong with it."""

from __future__ import annotations

from gradgate.errors import CannotRun


class TextError(CannotRun):
    """A text, or what was asked of it, cannot be used. The message is one sentence for people: no traceback is due."""
