"""What is to be graded: each file, archive or student's folder under the paths of the command line, read when its turn
comes. File systems are as hostile as files: links, pipes, huge files and odd names do no harm here."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gradgate.grading.archives import ENTRIES, FILE, Refused, files_ending, is_archive
from gradgate.grading.candidates import PYTHON, NoCandidate, candidate


class Unreadable(Exception):
    """There is nothing that could be graded: one sentence that says why."""


@dataclass(frozen=True)
class Submission:
    """One to be graded. path names it in every report, printably; read() gives its bytes, or raises Unreadable."""

    path: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Found:
    """What the paths hold. problems: a sentence for each path without a submission; aside: names of other files."""

    submissions: tuple[Submission, ...]
    problems: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sought:
    """The file to grade where a folder or an archive holds several: how its name ends, and its name if it is known."""

    suffix: str = PYTHON
    name: str | None = None

    @property
    def also(self) -> tuple[str, ...]:
        """The ends of names that are submissions of their own in a class's folder."""
        return (PYTHON, ".ipynb") if self.suffix == PYTHON else (self.suffix,)


def find(paths: Sequence[str], *, single: bool = False, wanted: str | None = None, suffix: str = PYTHON) -> Found:
    """The submissions under some paths, in the order of their names, each once.

    A folder holds a class: each file of the suffix, archive and folder in it is one submission. With single, it is
    itself one. wanted is the name of the file to grade, where a folder or an archive holds several. Only a path of the
    command line may be a link.
    """
    found: dict[str, Submission] = {}
    problems, aside, sought = [], [], Sought(suffix, wanted)
    for given in dict.fromkeys(paths):
        path, name = Path(os.path.realpath(given)), printable(given)
        if not path.exists():
            problems.append(f"{name}: there is no such file or folder")
        elif single or not path.is_dir():
            found[name] = Submission(name, partial(_read, path, sought))
        else:
            inside, others = _class(path, "" if len(paths) == 1 else f"{name.rstrip('/')}/", sought)
            found |= inside
            aside += others
            if not inside:
                problems.append(f"{name}: no submission is in it: no {suffix} file, no archive and no folder")
    return Found(tuple(found[name] for name in sorted(found)), tuple(problems), tuple(sorted(aside)))


def printable(path: str | Path) -> str:
    """A path as text that any terminal and any file can hold; different paths give different texts."""
    text = os.fspath(path)
    plain = text.replace("\\", "\\\\") if os.sep == "/" else text.replace(os.sep, "/")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in plain)


def _class(folder: Path, prefix: str, sought: Sought) -> tuple[dict[str, Submission], list[str]]:
    found, aside = {}, []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        name = prefix + printable(entry.name)
        if entry.name.startswith(".") or entry.name in ("__MACOSX", "__pycache__"):
            continue
        is_one = entry.name.lower().endswith(sought.also) or is_archive(entry.name)
        if is_one or entry.is_dir(follow_symlinks=False):
            found[name] = Submission(name, partial(_read, Path(entry.path), sought))
        else:
            aside.append(name)
    return found, aside


def _read(path: Path, sought: Sought) -> bytes:
    try:
        if path.is_dir() and not path.is_symlink():
            return _from_folder(path, sought)
        if path.suffix.lower() == ".ipynb":
            raise Unreadable("it is a notebook: save its functions as a .py file")
        return _from_archive(path, sought) if is_archive(path.name) else _bytes(path)
    except OSError as error:
        raise Unreadable(f"it cannot be read: {error.strerror or error}") from error
    except (Refused, NoCandidate) as reason:
        raise Unreadable(str(reason)) from reason


def _from_folder(folder: Path, sought: Sought) -> bytes:
    paths = {path.relative_to(folder).as_posix(): path for path in _walk(folder)}
    chosen = {name: path for name, path in paths.items() if name.lower().endswith(sought.suffix)}
    archives = [path for name, path in paths.items() if is_archive(name)]
    if not chosen and len(archives) == 1:
        return _from_archive(archives[0], sought)
    files = {name: _bytes(path) for name, path in chosen.items()}
    return files[candidate(files, sought.name, sought.suffix)]


def _walk(folder: Path) -> Iterator[Path]:
    """The regular files below a folder, no link followed."""
    count = 0
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            count += 1
            if count > ENTRIES:
                raise Unreadable(f"it holds more than {ENTRIES:,} files")
            path = Path(parent) / name
            if stat.S_ISREG(path.lstat().st_mode):
                yield path


def _from_archive(path: Path, sought: Sought) -> bytes:
    with os.fdopen(_regular(path), "rb") as archive:
        files = files_ending(sought.suffix, archive, path.name)
    return files[candidate(files, sought.name, sought.suffix)]


def _bytes(path: Path) -> bytes:
    with os.fdopen(_regular(path), "rb") as opened:
        content = opened.read(FILE + 1)
    if len(content) > FILE:
        raise Unreadable(f"{printable(path.name)} has more than {FILE >> 20} MiB")
    return content


def _regular(path: Path) -> int:
    """A descriptor of a regular file. O_NONBLOCK: opening a named pipe would wait for a writer."""
    if path.is_symlink():
        raise Unreadable(f"{printable(path.name)} is a link, and links are not followed")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unreadable(f"{printable(path.name)} is no regular file")
    return descriptor
