"""Ids of users that nobody on this machine has, for children that run under one of their own."""

from __future__ import annotations

from pathlib import Path

_COUNT = 1 << 28  # 64 for each number that a process can have
_FIRST = 20_000
_LAST = (1 << 31) - 2  # above what is handed out to people, services and containers


def users() -> range:
    """The last ids that can be had: in a container with a range of its own, the end of that range."""
    try:
        lines = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
        ends = [int(first) + int(count) - 2 for first, _, count in map(str.split, lines)]
    except (OSError, ValueError):
        ends = []
    end = min(max(ends, default=_LAST), _LAST)
    return range(max(_FIRST, end - _COUNT), max(_FIRST + 1, end))
