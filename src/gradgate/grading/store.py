"""The results of a class in a folder: one file a submission, each written whole, so that the files themselves say what
is done. A run that was killed at any moment goes on from them. A grading again starts a new numbered folder beside."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from gradgate.errors import CannotRun
from gradgate.grading.graded import GradedSubmission, as_json, from_json
from gradgate.report.target import write_whole

SCHEMA = "gradgate.grading/1"
_HEAD = "grading.json"
_NAME = re.compile(r"grading-(\d+)")


class Grading:
    """One grading of a class. gate says what judged it: its seed, its rubric, the versions of everything."""

    def __init__(self, folder: Path, gate: Mapping[str, Any]) -> None:
        self.folder = folder
        self.gate = dict(gate)
        self.finished = False

    def known(self, path: str, sha256: str | None = None) -> GradedSubmission | None:
        """The result of a submission; None where there is none, or one of other bytes than those asked for."""
        found = _read(self.folder / f"{stem(path)}.json")
        if found is None or found["path"] != path or sha256 not in (None, found["sha256"]):
            return None
        return _light(from_json(found))

    def entry(self, path: str) -> dict[str, Any]:
        """Everything that is kept of a submission."""
        found = _read(self.folder / f"{stem(path)}.json")
        assert found is not None
        return found

    def add(self, graded: GradedSubmission) -> GradedSubmission:
        """Keeps it, and returns what need be in memory of it."""
        write_whole(self.folder / f"{stem(graded.path)}.json", _text(as_json(graded)))
        return _light(graded)

    def results(self) -> dict[str, GradedSubmission]:
        """Every result of the folder, by its submission's path."""
        files = (path for path in self.folder.glob("*.json") if path.name != _HEAD)
        found = (_light(from_json(result)) for result in map(_read, files) if result is not None)
        return {graded.path: graded for graded in sorted(found, key=lambda graded: graded.path)}

    def save(self, *, finished: bool) -> None:
        self.finished = finished
        write_whole(self.folder / _HEAD, _text({"schema": SCHEMA, "finished": finished, "gate": self.gate}))


@contextmanager
def gradings(folder: Path, gate: Mapping[str, Any], *, again: bool) -> Iterator[tuple[Grading, Grading | None]]:
    """The grading of this run and the one before it. again: a new one, unless the last was begun and not finished.

    Raises CannotRun where the folder cannot be written, another run is writing to it, or what stands there was judged
    by another gate and `again` does not allow it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            earlier = _earlier(folder)
            last = earlier[-1] if earlier else None
            if last and last.gate == gate and not (again and last.finished):
                yield last, earlier[-2] if len(earlier) > 1 else None
            elif last and not again:
                raise CannotRun(
                    f"--out {folder}: {_difference(last.gate, gate)}: add --regrade, or name another folder"
                )
            else:
                yield _new(folder, _number(last.folder) + 1 if last else 1, gate), last
    except OSError as error:
        raise CannotRun(f"--out {folder}: {error.strerror}") from error


def stem(path: str) -> str:
    """The name of a submission's files: readable, safe on every system, and another one for every path."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", path.removesuffix(".py"))[-60:].strip("_")
    return f"{plain}-{hashlib.sha256(path.encode()).hexdigest()[:8]}".lstrip("-")


def _light(graded: GradedSubmission) -> GradedSubmission:
    """Without what was printed, and staff's notes but for the cause: the file has them."""
    notes = ({key: value for key, value in part.staff.items() if key == "cause"} for part in graded.parts)
    parts = (replace(part, staff=staff) for part, staff in zip(graded.parts, notes, strict=True))
    return replace(graded, output="", parts=tuple(parts))


def _earlier(folder: Path) -> list[Grading]:
    gradings = []
    for path in sorted((path for path in folder.iterdir() if _number(path)), key=_number):
        if (head := _read(path / _HEAD)) is not None:
            gradings.append(Grading(path, head["gate"]))
            gradings[-1].finished = head["finished"]
    return gradings


def _number(folder: Path) -> int:
    found = _NAME.fullmatch(folder.name)
    return int(found[1]) if found else 0


def _new(folder: Path, number: int, gate: Mapping[str, Any]) -> Grading:
    made = folder / f"grading-{number}"
    made.mkdir(exist_ok=True)  # it exists where a run was killed before its head was written
    grading = Grading(made, gate)
    grading.save(finished=False)
    return grading


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    return f"it holds a grading that differs in {', '.join(keys)}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds a lock that ends with the process, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows: nothing keeps two runs apart
        yield
        return
    with (folder / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotRun(f"--out {folder}: another run is writing to it: wait for it, or name another") from error
        yield


def _read(path: Path) -> dict[str, Any] | None:
    """None for what is not there, or damaged as by a power cut: it is then made again."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=1, allow_nan=False) + "\n"
