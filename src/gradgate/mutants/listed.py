"""What may pass the gate: the list of the mutants that are no faults, or none that this machine can show, with reasons.

corpus/mutants.toml says how it is written. An entry is keyed by the source's own text, not by the lines' numbers."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradgate.errors import CannotRun
from gradgate.mutants.making import MODULE, Mutant, is_python
from gradgate.places import folder


@dataclass(frozen=True)
class Entry:
    """Some changes that the gate lets pass. Without dtypes it speaks of all of them, without becomes of every change.

    by names the test that shows them; without one they are equivalent.
    """

    files: tuple[str, ...]
    places: tuple[str, ...]
    text: str
    reason: str
    becomes: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ()
    by: str = ""

    def covers(self, mutant: Mutant, dtype: str) -> bool:
        if mutant.file not in self.files or mutant.place not in self.places or dtype not in (self.dtypes or (dtype,)):
            return False
        if not self.becomes:
            return self.text in mutant.before
        return any(mutant.after in replaced(mutant.before, self.text, new) for new in self.becomes)


def replaced(source: str, text: str, new: str) -> Iterator[str]:
    """The source with one occurrence of the text replaced, for each of them."""
    start = source.find(text)
    while start >= 0:
        yield source[:start] + new + source[start + len(text) :]
        start = source.find(text, start + 1)


def read_entries(path: Path | None = None) -> list[Entry]:
    """The entries of the list. Raises CannotRun, worded, where one of them is not complete."""
    path = path or folder("corpus") / "mutants.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return [_entry(given, tested=name == "tested") for name in ("equivalent", "tested") for given in content[name]]
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise CannotRun(f"{path}: it holds [[equivalent]] and [[tested]], each of them complete: {error}") from error


def _entry(given: Mapping[str, Any], *, tested: bool) -> Entry:
    if tested != ("by" in given):
        raise TypeError(f"{given}: `by` is for what a test shows")
    frozen: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    return Entry(**frozen)


def stale(entries: Sequence[Entry], sources: Mapping[str, str]) -> list[str]:
    """A sentence for each place in which an entry says nothing of the source as it stands."""
    texts = {file: places_of(source) for file, source in sources.items()}
    return [
        f"{file}, {place}: {entry.text!r} does not stand there, or cannot be changed so"
        for entry in entries
        for file in entry.files
        for place in entry.places
        if not _fits(entry, texts[file].get(place, ""))
    ]


def _fits(entry: Entry, text: str) -> bool:
    """Whether the entry's text is there, and each change that the entry names makes another program of it."""
    changes = [any(_is_another(text, new) for new in replaced(text, entry.text, become)) for become in entry.becomes]
    return entry.text in text and all(changes)


def _is_another(text: str, changed: str) -> bool:
    """Python still, and not only another comment."""
    return is_python(changed) and ast.dump(ast.parse(changed)) != ast.dump(ast.parse(text))


def places_of(source: str) -> dict[str, str]:
    """The text of each function of the file, and of all that stands outside of them."""
    texts, lines = {MODULE: ""}, source.splitlines()
    for statement in ast.parse(source).body:
        text = "\n".join(lines[statement.lineno - 1 : statement.end_lineno])
        if isinstance(statement, ast.FunctionDef):
            texts[statement.name] = text
        else:
            texts[MODULE] += text + "\n"
    return texts
