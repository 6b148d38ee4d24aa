"""The machine that a benchmark ran on: its processor, caches, load, and the BLAS that the products went to."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from gradgate.costs.threads import threads

_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}


def machine() -> dict[str, Any]:
    """Processor, CPUs, caches by level in bytes, BLAS with its core type and threads, threads of the others that are
    loaded; null for what cannot be told."""
    return {
        "system": platform.system(),
        "processor": processor(),
        "cpus": os.cpu_count(),
        "caches": caches(),
        "blas": blas(),
        "threads": threads(),
    }


def processor() -> str:
    """The processor as the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def caches(folder: Path = _CACHES) -> dict[str, int]:
    """Bytes of each data cache, by its level ("L1", "L2", ...); empty where the system does not say."""
    found = {}
    for index in sorted(folder.glob("index*")):
        try:
            kind, level, size = (
                (index / name).read_text(encoding="utf-8").strip() for name in ("type", "level", "size")
            )
        except OSError:
            continue
        if kind != "Instruction":
            found[f"L{level}"] = int(size[:-1]) * _UNITS[size[-1]] if size[-1] in _UNITS else int(size)
    return found


def blas() -> dict[str, Any] | None:
    """The BLAS that NumPy uses: its name, version, the core type that it was told to use, and its threads."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:
        return None
    for library in threadpool_info():
        if library["user_api"] == "blas":
            return {
                "name": library["internal_api"],
                "version": library["version"],
                "core": library.get("architecture"),
                "threads": library["num_threads"],
            }
    return None


def load() -> float | None:
    """How many processes wanted to run during the last minute; None where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None
