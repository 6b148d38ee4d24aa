"""The folder of a report: everything is made before anything is written, and written whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from gradgate.errors import CannotRun

_ZOOM = 2  # pixels of a PNG for one of the SVG
_TEXT = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text x="2" y="15">V</text></svg>'


def rasterizer_missing() -> str:
    """Why no PNG can be made here; empty where one can."""
    try:
        import resvg_py
    except ImportError:
        return "PNG needs resvg, which is not installed: pip install 'gradgate[report]'"
    if resvg_py.svg_to_bytes(svg_string=_TEXT) == resvg_py.svg_to_bytes(svg_string=_TEXT.replace(">V<", "> <")):
        return "PNG needs a font, and this machine has none that resvg finds: install one, as fonts-dejavu-core"
    return ""


def as_png(svg: str) -> bytes:
    """The picture in its light theme, on white."""
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=_ZOOM, background="#ffffff"))


def require_folder(folder: Path) -> None:
    """CannotRun where the folder can be seen to refuse files; asked before the work."""
    if folder.exists() and not folder.is_dir():
        raise CannotRun(f"--out {folder}: a file of that name is in the way; name a folder")
    nearest = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    if not nearest.is_dir():
        raise CannotRun(f"--out {folder}: {nearest} is no folder")
    if not os.access(nearest, os.W_OK):
        raise CannotRun(f"--out {folder}: the folder {nearest} is not writable")


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes the files into a folder beside it first, so that a full disk leaves nothing half-written."""
    partial = folder.absolute().with_name(f".{folder.name}.{os.getpid()}")
    try:
        partial.mkdir(parents=True)
        for name, content in files.items():
            (partial / name).write_bytes(content)
        folder.mkdir(exist_ok=True)
        for name in files:
            (partial / name).replace(folder / name)
    except OSError as error:
        raise CannotRun(f"--out {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
