"""Which file of several is the submission: the one that defines the losses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from gradgate.adapters import SPELLINGS
from gradgate.interface import FUNCTIONS

PYTHON = ".py"  # how the name of a submission ends, unless a written part is graded
_HELPERS = ("sigmoid", "softmax")  # an assignment's utils.py defines these too
_SHOWN = 5  # names in a sentence


class NoCandidate(Exception):
    """No file, or more than one, could be the submission: one sentence that says so."""


def candidate(files: Mapping[str, bytes], wanted: str | None = None, suffix: str = PYTHON) -> str:
    """The path of the submission among files that end in suffix: of Python files the one that defines the losses, of
    others the only one. wanted is the file name to look for, where the staff gave one.

    Judged by the text alone, since nothing of a submission may run here. Raises NoCandidate.
    """
    paths = sorted(path for path in files if not _is_litter(path))
    if wanted is not None:
        named = [path for path in paths if PurePosixPath(path).name == wanted]
        return _only(named, f"there is no {wanted} in it", f"two or more files are called {wanted}")
    if suffix != PYTHON:
        return _only(paths, f"there is no {suffix} file in it", f"two or more {suffix} files are in it")
    if not paths:
        raise NoCandidate("there is no Python file in it")
    losses = [path for path in paths if _defines(files[path], _losses())]
    helpers = [path for path in paths if _defines(files[path], _HELPERS)]
    found = losses or helpers or (paths if len(paths) == 1 else [])
    return _only(found, "no Python file in it defines a loss", "two or more files in it define losses")


def _only(paths: list[str], none: str, several: str) -> str:
    if not paths:
        raise NoCandidate(none)
    if len(paths) > 1:
        names = ", ".join(ascii(path)[1:-1] for path in paths[:_SHOWN]) + (", ..." if len(paths) > _SHOWN else "")
        raise NoCandidate(f"{several} ({names}): keep the one to be graded, or name it with --file")
    return paths[0]


def _is_litter(path: str) -> bool:
    """What systems and editors leave behind: __MACOSX/._word2vec.py, .ipynb_checkpoints/..."""
    return any(part.startswith(".") or part in ("__MACOSX", "__pycache__") for part in PurePosixPath(path).parts)


def _losses() -> tuple[str, ...]:
    return tuple(name for name in (*FUNCTIONS, *SPELLINGS) if name not in _HELPERS)


def _defines(source: bytes, names: tuple[str, ...]) -> bool:
    any_name = b"|".join(name.encode() for name in names)
    return re.search(rb"(?:\A(?:\xef\xbb\xbf)?|[\r\n])def[ \t]+(?:%s)[ \t]*\(" % any_name, source) is not None
