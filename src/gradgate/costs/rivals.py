"""What users would write otherwise: files of bench/peers, implementations like any other."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gradgate.calling.inprocess import InProcess
from gradgate.calling.loading import Source, load_source
from gradgate.places import folder


def rivals() -> list[Path]:
    """The files, in alphabetical order."""
    return sorted(folder("bench").glob("peers/*.py"))


@cache
def rival(path: Path) -> InProcess:
    """The peer, under the name of its file. Raises CannotRun where its library is not installed."""
    return InProcess(load_source(Source(path.stem, "file", str(path))))
