"""How much of the machine's memory a process takes, whoever in it asked for it: a compiled library as well as Python.

Linux tells, in pages, and counts the peak anew when it is asked to. Memory that is taken and never written to is not
there yet, and is not counted."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_TRIES = 3


def resident_growth(call: Callable[[], Any]) -> int | None:
    """The most bytes that the process grows by during the call, the least of some tries; None where Linux is not.

    What was freed before is given back to the system first, or a call that takes it again would seem to take nothing.
    """
    if not _RESET.exists():
        return None
    call()
    found = []
    for _ in range(_TRIES):
        gc.collect()
        _give_back()
        before = resident_now() or 0
        call()
        found.append(resident_peak() - before)
    return min(found)


def resident_now() -> int | None:
    """The bytes that the process holds in memory, from where its peak is counted anew; None where Linux is not."""
    if not _RESET.exists():
        return None
    _RESET.write_text("5", encoding="ascii")
    return resident_peak()


def resident_peak() -> int:
    """The most bytes that the process held since resident_now."""
    [line] = (line for line in _STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
    return 1024 * int(line.split()[1])


def _give_back() -> None:
    """glibc's allocator keeps freed blocks; another one may as well, and then less is seen."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
