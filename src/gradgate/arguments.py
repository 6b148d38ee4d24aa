"""What a command line may hold: names, whole numbers, seconds. Parsers for argparse, of the CLI and of pytest alike."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def names_of(known: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    """Some of the known names, by comma; they come in the known order, each once."""

    def parse(text: str) -> tuple[str, ...]:
        names = [part.strip() for part in text.split(",")]
        if unknown := [name for name in names if name not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not one of {', '.join(known)}")
        return tuple(name for name in known if name in names)

    return parse


def at_least(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} up")
        return int(text)

    return parse


def seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return number
