"""One thread for each library that can be held to it, so that what is compared is the work of one core.

In processes of its own `gradgate bench` sets the variables that the libraries read when they are loaded; pytest's
process may have loaded them before. JAX takes every CPU that the process may use, whatever it is told."""

from __future__ import annotations

import os
import sys

_HELD = ("torch", "numba")


def hold_to_one_thread() -> None:
    """Holds the libraries that are loaded by now; a BLAS needs threadpoolctl for it."""
    for library in _HELD:
        if loaded := sys.modules.get(library):
            loaded.set_num_threads(1)
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return
    threadpool_limits(1)


def threads() -> dict[str, int]:
    """How many threads a call may use, by library: of those that are loaded by now."""
    found = {name: int(sys.modules[name].get_num_threads()) for name in _HELD if name in sys.modules}
    if "jax" in sys.modules:
        found["jax"] = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return found
