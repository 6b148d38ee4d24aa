"""What is known so far, a line each, so that a run can be ended at any moment and go on later."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gradgate.mutants.judging import Finding

Found = dict[tuple[str, str], Finding]  # by the mutant's key and the dtype


class Journal:
    """The findings in a file. Those of another gate are forgotten: other laws, other libraries, another Python."""

    def __init__(self, path: Path, gate: str) -> None:
        self.path = path
        self.found: Found = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = list(map(_read, path.read_text(encoding="utf-8").splitlines())) if path.is_file() else []
        self.outdated = bool(lines) and lines[0].get("gate") != gate
        if not lines or self.outdated:
            self._write({"gate": gate}, "w")
            return
        for line in filter(None, lines[1:]):
            key = line.pop("mutant"), line.pop("dtype")
            self.found[key] = Finding(**line)

    def add(self, key: str, dtype: str, finding: Finding) -> None:
        self.found[key, dtype] = finding
        self._write({"mutant": key, "dtype": dtype, **asdict(finding)}, "a")

    def _write(self, line: dict[str, Any], mode: str) -> None:
        """The newline comes first: what stands before may have been cut off, where a run was killed as it wrote."""
        with self.path.open(mode, encoding="utf-8") as journal:
            journal.write(("\n" if mode == "a" else "") + json.dumps(line))


def _read(line: str) -> dict[str, Any]:
    """A line that was cut off says nothing."""
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
