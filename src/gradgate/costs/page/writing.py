"""The folder of a report: everything is made before anything is written, and written whole."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from gradgate.errors import CannotRun

PAGE = "index.html"
_META = "gradgate-figures"
_FIGURES = re.compile(rf'<meta name="{_META}" content="([^"]*)"/>')
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


def written_before(folder: Path) -> set[str]:
    """The figures that an earlier report in the folder says are its own."""
    try:
        found = _FIGURES.search((folder / PAGE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    return {name for name in found[1].split() if Path(name).name == name} if found else set()


def naming(page: str, figures: Iterable[str]) -> str:
    """The page with the names of the files beside it, for the report that will replace it."""
    return page.replace("</head>", f'<meta name="{_META}" content="{" ".join(figures)}"/></head>', 1)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes the files into a folder beside it first, so that a full disk leaves nothing half-written.

    Figures of an earlier report there that this one does not have are removed; nothing else is.
    """
    stale = written_before(folder) - files.keys()
    partial = folder.absolute().with_name(f".{folder.name}.{os.getpid()}")
    try:
        partial.mkdir(parents=True)
        for name, content in files.items():
            (partial / name).write_bytes(content)
        folder.mkdir(exist_ok=True)
        for name in files:
            (partial / name).replace(folder / name)
        for name in stale:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise CannotRun(f"--out {folder}: {error.strerror}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
