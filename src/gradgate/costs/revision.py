"""The rival of each implementation: another SPEC, or what the same file was at a git revision."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from gradgate.calling.loading import Source, resolve
from gradgate.errors import CannotRun


class Revision:
    """A mapping from SPEC to the SPEC of its rival, while it is open. Old files lie in a temporary folder meanwhile."""

    def __init__(self, against: str | None, specs: Sequence[str]) -> None:
        self._against, self._specs = against, specs
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> dict[str, str]:
        if self._against is None:
            return {}
        return {spec: self._rival(spec, self._against) for spec in self._specs}

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def _rival(self, spec: str, against: str) -> str:
        try:
            resolve(against)
        except CannotRun:
            return self._at_revision(resolve(spec), against)
        return against

    def _at_revision(self, source: Source, revision: str) -> str:
        if source.kind != "file":
            raise CannotRun(f"{source.name} is no file: only a file has a git revision to be compared with")
        path = Path(source.target).resolve()
        shown = subprocess.run(
            ["git", "-C", str(path.parent), "show", f"{revision}:./{path.name}"], capture_output=True, check=False
        )
        if shown.returncode:
            said = shown.stderr.decode(errors="replace").strip().splitlines()
            why = said[0] if said else "git said nothing"
            raise CannotRun(f"--against {revision} is neither a SPEC nor a revision of {path.name}: {why}")
        old = Path(self._folder.name) / path.name
        old.write_bytes(shown.stdout)
        return str(old)
