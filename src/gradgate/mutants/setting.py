"""What a score was measured with: the gate, the libraries, the machine."""

from __future__ import annotations

import hashlib
import os
import platform
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from gradgate.mutants.journal import Found

_LIBRARIES = ("mutmut", "numpy", "python-flint", "torch")
_PACKAGE = Path(__file__).resolve().parents[1]


def gate() -> str:
    """Names the gate that judges: its sources, the libraries and Python. Another gate may judge otherwise."""
    digest = hashlib.sha256(repr(_versions()).encode())
    for path in sorted(_PACKAGE.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def setting(found: Found) -> dict[str, Any]:
    """For the record: when, where and with what. minutes are of processor time, for the judging alone."""
    return {
        "date": date.today().isoformat(),
        "machine": f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors",
        "versions": _versions(),
        "minutes": round(sum(finding.seconds for finding in found.values()) / 60),
    }


def _versions() -> dict[str, str | None]:
    return {"python": platform.python_version(), **{name: _version(name) for name in _LIBRARIES}}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
