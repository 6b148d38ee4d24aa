"""Where a report goes: a file, or standard output. What cannot be written to is refused before the work."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gradgate.errors import CannotRun


def require_writable(target: str | None, option: str = "--json") -> None:
    """CannotRun where the target (a path, "-", or none) can be seen to refuse what will be written."""
    if not target or target == "-":
        return
    path = Path(target).resolve()
    if not path.parent.is_dir():
        raise CannotRun(f"{option} {target}: there is no folder {path.parent}")
    if path.is_dir():
        raise CannotRun(f"{option} {target}: a folder; name a file in it")
    if not os.access(path.parent, os.W_OK):
        raise CannotRun(f"{option} {target}: the folder {path.parent} is not writable")


def write_report(target: str, report: dict[str, Any]) -> None:
    """Writes the document whole, or raises CannotRun."""
    write_text(target, json.dumps(report, indent=1, allow_nan=False) + "\n", "--json")


def write_text(target: str, text: str | Iterable[str], option: str) -> None:
    """The same for any text, whole or in pieces."""
    if target == "-":
        sys.stdout.writelines(_pieces(text))
        return
    try:
        write_whole(Path(target).resolve(), text)
    except OSError as error:
        raise CannotRun(f"{option} {target}: {error.strerror}") from error


def write_whole(path: Path, text: str | Iterable[str]) -> None:
    """A temporary file beside the target, then a rename: whoever reads the path finds all of it, or what was before."""
    if path.exists() and not path.is_file():  # a device or a pipe, which a rename would replace
        path.write_text("".join(text), encoding="utf-8")
        return
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("w", encoding="utf-8", errors="backslashreplace") as opened:
        opened.writelines(_pieces(text))
    partial.replace(path)


def _pieces(text: str | Iterable[str]) -> Iterable[str]:
    return (text,) if isinstance(text, str) else text
