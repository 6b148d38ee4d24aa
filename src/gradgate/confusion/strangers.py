"""Real files, each with a known fault, through `gradgate verify`: what their causes are called, against what is due."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from gradgate.confusion.measuring import NONE, RIGHT, WRONG, Record

TRUTH = "causes.toml"
_OPTIONS = ("--cases", "50", "--dtype", "float64", "--time-limit", "1")


def due(folder: Path) -> dict[str, dict[str, list[str]]]:
    """By file and function, the names that are true of its fault."""
    return tomllib.loads((folder / TRUTH).read_text(encoding="utf-8"))


def judged(folder: Path) -> list[Record]:
    """A row for each wrong function of the files in the folder."""
    with tempfile.TemporaryDirectory() as place:
        target = Path(place) / "report.json"
        files = [f"{name}.py" for name in due(folder)]
        command = [sys.executable, "-P", "-m", "gradgate", "verify", *files, *_OPTIONS, "--json", str(target)]
        subprocess.run(command, cwd=folder, capture_output=True, check=False)
        return rows(folder, json.loads(target.read_text(encoding="utf-8")))


def rows(folder: Path, report: dict[str, Any]) -> list[Record]:
    """What a report says of the files' wrong functions."""
    causes = {
        (Path(each["name"]).stem, function["function"]): function["cause"]
        for each in report["implementations"]
        for function in each["functions"]
    }
    return [
        _row(name, function, names, causes[name, function])
        for name, functions in due(folder).items()
        for function, names in functions.items()
    ]


def _row(name: str, function: str, names: list[str], cause: dict[str, str] | None) -> Record:
    row: Record = {"file": name, "function": function, "due": names}
    if cause is None:
        return {**row, "outcome": NONE}
    said = {"name": cause["name"], "confidence": cause["confidence"], "sentence": cause["sentence"]}
    return {**row, "outcome": RIGHT if cause["name"] in names else WRONG, **said}
