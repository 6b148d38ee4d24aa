"""What of this machine's files a submission may see: Python's own library and the installed packages, without ours."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import numpy as np

from gradgate.isolation.layers.filesystem import View

_OURS = Path(__file__).resolve().parents[1]
_SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")  # shared libraries that extensions load


def view() -> View:
    """The folders that exist here, none inside another, and what is hidden in them: every trace of gradgate."""
    packages = {str(Path(path).resolve()) for path in sys.path if Path(path).name in ("site-packages", "dist-packages")}
    packages.add(str(Path(np.__file__).resolve().parents[1]))
    library = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib")}
    own = {f"{prefix}/lib" for prefix in (sys.base_prefix, sys.base_exec_prefix)}
    folders = [path for path in sorted({*packages, *library, *own, *_SYSTEM}) if Path(path).is_dir()]
    entries = [entry.path for folder in packages if Path(folder).is_dir() for entry in os.scandir(folder)]
    hidden = {path for path in entries if "gradgate" in Path(path).name.lower()} | {str(_OURS)}
    seen = _outermost(folders)
    return View(seen, sorted(path for path in hidden if any(Path(path).is_relative_to(folder) for folder in seen)))


def import_path(seen: View) -> list[str]:
    """The entries of sys.path that lie in what is seen, in their order."""
    return [path for path in sys.path if path and any(Path(path).is_relative_to(folder) for folder in seen.folders)]


def _outermost(folders: list[str]) -> list[str]:
    """Without those that lie in another; sorted, so that the outer one comes first."""
    kept: list[str] = []
    for folder in folders:
        if not any(Path(folder).is_relative_to(outer) for outer in kept):
            kept.append(folder)
    return kept
