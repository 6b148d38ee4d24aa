"""What a large case needs and has: the memory of this machine, and that of the processes of the run."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gradgate.errors import CannotRun

VECTORS = 40  # float64 numbers for each word: logits, probabilities, errors
_EVERY = 1.0  # seconds: a look at a gigabyte takes ten milliseconds


def require_memory(V: int, d: int, itemsize: int, matrices: int) -> None:
    """CannotRun where a dense gradient of each matrix, beside the matrices themselves, does not fit."""
    whole = matrices * V * d * itemsize
    needed, free = 3 * whole + 8 * VECTORS * V, available()
    if free is not None and needed > free:
        raise CannotRun(
            f"--vocabulary {V} --dimension {d} needs about {_size(needed)} of memory, three times its matrices, and "
            f"{_size(free)} are free: take fewer words, or fewer functions with --loss"
        )


def available() -> int | None:
    """Bytes that can still be had, on the machine and in the group that this process runs in; None where unknown."""
    found = [_meminfo(), _group("memory.max", "memory.current"), _group(*_OLD_GROUP)]
    return min((bytes_ for bytes_ in found if bytes_ is not None), default=None)


_OLD_GROUP = ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes")


def _meminfo() -> int | None:
    for line in _text("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _group(limit: str, usage: str) -> int | None:
    most, used = (_text(f"/sys/fs/cgroup/{name}").strip() for name in (limit, usage))
    return int(most) - int(used) if most.isdecimal() and used.isdecimal() else None


class Watch:
    """The most memory that this process and a worker held at once, beyond what they held when the watch began.

    Shared pages count once (the proportional set size of Linux). knows is False where the system does not say.
    """

    def __init__(self, workers: Iterable[int]) -> None:
        self._first = {process: _proportional(process) for process in (os.getpid(), *workers)}
        self.knows = self._first[os.getpid()] > 0
        self.most = 0

    @contextmanager
    def over(self, worker: int) -> Iterator[None]:
        """Looks every second, and at the end; most is of this time alone."""
        self.most, ended = 0, threading.Event()

        def look() -> None:
            held = sum(_proportional(process) - self._first.get(process, 0) for process in (os.getpid(), worker))
            self.most = max(self.most, held)

        def keep_looking() -> None:
            while self.knows and not ended.wait(_EVERY):
                look()

        looking = threading.Thread(target=keep_looking, daemon=True)
        looking.start()
        try:
            yield
            look()
        finally:
            ended.set()
            looking.join()


def _proportional(process: int) -> int:
    for line in _text(f"/proc/{process}/smaps_rollup").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB"
