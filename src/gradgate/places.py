"""Where the four folders of the suite lie: at the root of a clone, inside the package in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CLONE = _PACKAGE.parents[1]


def folder(name: str) -> Path:
    """The folder `name`: "impls", "properties", "bench" or "corpus"."""
    packaged = _PACKAGE / name
    return packaged if packaged.is_dir() else _CLONE / name
