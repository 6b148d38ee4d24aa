"""The files of one kind in a zip or tar archive, read into memory: nothing of one ever becomes a file on the disk.

This file is also a program of its own, which `files_ending` starts: a crafted archive can make zipfile and tarfile run
for ever or ask for all memory, and must not do so to whoever grades a class. It imports the standard library only."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".txz")
ENTRIES = 5_000  # of files, folders and links
FILE = 1 << 20  # bytes of one Python file
ALL_FILES = 8 << 20  # bytes of all of them
UNPACKED = 64 << 20  # bytes of a tar once it is decompressed
_MEMORY = 512 << 20  # bytes of address space of the program
_SECONDS = 20  # of the program's processor time; twice as much on the clock
_DIRECTORY = 1 << 20  # bytes of a zip's list of contents
_DECOMPRESSORS: dict[str, Any] = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}


class Refused(Exception):
    """The archive is not read: one sentence that says why."""


def is_archive(name: str) -> bool:
    return name.lower().endswith(SUFFIXES)


def files_ending(suffix: str, archive: IO[bytes], name: str) -> dict[str, bytes]:
    """The regular files of an archive that end in suffix, by their paths in it. archive is open at its beginning.

    Raises Refused for one that is truncated, encrypted, none at all or beyond a budget, that holds a path which leaves
    its folder, or the same path twice.
    """
    command = [sys.executable, "-I", "-S", "-B", __file__, name, suffix]
    try:
        done = subprocess.run(command, stdin=archive, capture_output=True, timeout=2 * _SECONDS, check=True)
    except subprocess.TimeoutExpired as late:
        raise Refused(f"it could not be read in {2 * _SECONDS} seconds") from late
    except subprocess.CalledProcessError as ended:
        raise Refused(f"reading it took more than {_SECONDS} s or {_MEMORY >> 20} MiB, or crashed") from ended
    head, _, content = done.stdout.partition(b"\n")
    found = json.loads(head)
    if isinstance(found, str):
        raise Refused(found)
    files = {}
    for path, size in found:
        files[path], content = content[:size], content[size:]
    return files


def _main(name: str, suffix: str) -> None:
    _limit()
    try:
        archive = io.BytesIO(sys.stdin.buffer.read(UNPACKED + 1))
        if len(archive.getbuffer()) > UNPACKED:
            raise Refused(f"it has more than {UNPACKED >> 20} MiB")
        members = _of_zip(archive) if name.lower().endswith(".zip") else _of_tar(archive, name.lower())
        files = _within_budget(members, suffix)
    except Refused as refusal:
        sys.stdout.write(json.dumps(str(refusal)) + "\n")
    except Exception as fault:  # what these modules raise for damage is of a dozen kinds
        sys.stdout.write(json.dumps(f"it is damaged or truncated, or no archive ({_worded(fault)})") + "\n")
    else:
        sys.stdout.write(json.dumps([[path, len(content)] for path, content in files.items()]) + "\n")
        sys.stdout.flush()
        sys.stdout.buffer.writelines(files.values())


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's clock alone
        return
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the limit is not kept, or refused
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _worded(fault: BaseException) -> str:
    return " ".join(str(fault).split())[:200] or type(fault).__name__


Member = tuple[str, Any]  # its path, and for a regular file a function of the bytes to read; else None


def _within_budget(members: Iterator[Member], suffix: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = ALL_FILES
    for count, (path, read) in enumerate(members, start=1):
        if count > ENTRIES:
            raise Refused(f"it holds more than {ENTRIES:,} files and folders")
        if _leaves(path):
            raise Refused(f"it holds a path that leaves its folder: {ascii(path)[:200]}")
        if read is None or not path.lower().endswith(suffix):
            continue
        if path in files:
            raise Refused(f"it holds {ascii(path)[:200]} twice")
        content = read(FILE + 1)
        if len(content) > FILE:
            raise Refused(f"{ascii(path)[:200]} in it has more than {FILE >> 20} MiB")
        left -= len(content)
        if left < 0:
            raise Refused(f"its {suffix} files have more than {ALL_FILES >> 20} MiB together")
        files[path] = content
    return files


def _leaves(path: str) -> bool:
    """Whether a path, were it unpacked, could end outside its folder, on any system."""
    parts = path.replace("\\", "/").split("/")
    return ".." in parts or path.startswith(("/", "\\")) or path[1:2] == ":"


def _of_zip(archive: IO[bytes]) -> Iterator[Member]:
    with zipfile.ZipFile(_SmallReads(archive)) as opened:
        for info in opened.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            regular = not info.is_dir() and kind in (0, stat.S_IFREG)
            yield info.filename, (lambda size, info=info: _unzipped(opened, info, size)) if regular else None


def _unzipped(opened: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> bytes:
    if info.flag_bits & 1:
        raise Refused("it is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(f"{ascii(info.filename)[:200]} is compressed in an unusual way: pack it again as a plain zip")
    with opened.open(info) as member:
        return member.read(size)


class _SmallReads(io.BytesIO):
    """zipfile reads the whole list of contents at once, and makes an object of each entry."""

    def __init__(self, archive: IO[bytes]) -> None:
        super().__init__(archive.read())

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _DIRECTORY:
            raise Refused(f"its list of contents has more than {_DIRECTORY >> 20} MiB")
        return super().read(size)


def _of_tar(archive: io.BytesIO, name: str) -> Iterator[Member]:
    with tarfile.open(fileobj=io.BytesIO(_decompressed(archive, name)), mode="r:") as opened:
        for member in opened:  # not getmembers(), which would list them all first
            regular = member.isreg() and not member.issparse()
            yield member.name, (lambda size, member=member: _untarred(opened, member, size)) if regular else None


def _untarred(opened: tarfile.TarFile, member: tarfile.TarInfo, size: int) -> bytes:
    content = opened.extractfile(member)
    return content.read(size) if content else b""


def _decompressed(archive: io.BytesIO, name: str) -> bytes:
    decompressor = next((kind for ending, kind in _DECOMPRESSORS.items() if name.endswith(ending)), None)
    content = decompressor(archive).read(UNPACKED + 1) if decompressor else archive.read()
    if len(content) > UNPACKED:
        raise Refused(f"it unpacks to more than {UNPACKED >> 20} MiB")
    return content


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
