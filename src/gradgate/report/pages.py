"""Documents that a program writes: put in their folder, or compared with what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def put_pages(pages: Mapping[str, str], folder: Path, *, check: bool) -> list[str]:
    """Writes texts by the names of their files. With check, writes nothing: returns the names that are out of date."""
    if not check:
        for name, text in pages.items():
            (folder / name).write_text(text, encoding="utf-8")
        return []
    return [name for name, text in pages.items() if not _stands(folder / name, text)]


def _stands(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
