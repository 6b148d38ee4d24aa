"""Resource limits: memory, processor time, the size of files, and how many of them and of threads there may be."""

from __future__ import annotations

import math
import resource
from pathlib import Path

from gradgate.isolation.limits import Limits


def hold(limits: Limits, memory: int, *, own_user: bool, may_write: bool) -> None:
    """Binds this process. memory is the address space in bytes; threads are counted by user, so only for an own one."""
    seconds = math.ceil(limits.cpu_seconds)
    bounds = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: limits.file_bytes if may_write else 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    if own_user:
        bounds[resource.RLIMIT_NPROC] = limits.threads
    for kind, bound in bounds.items():
        hard = resource.getrlimit(kind)[1]
        value = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (value, value))


def address_space() -> int:
    """The bytes of address space that this process has mapped."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * resource.getpagesize()
