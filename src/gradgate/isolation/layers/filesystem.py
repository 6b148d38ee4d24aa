"""A file system that holds Python, its libraries and nothing else, read-only, with one small folder to write to.

It is built once, for the process that forks the children; each child then mounts a folder of its own over BOX."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gradgate.isolation.layers import kernel

BOX = "/box"
_DEVICES = ("null", "zero", "urandom")
_STAGE = "/tmp"  # any folder: in this process's own mounts, a new root is put over it


@dataclass(frozen=True)
class View:
    """What a submission may see. folders come with all that is in them, but for `hidden`, files or folders in them."""

    folders: Sequence[str]
    hidden: Sequence[str]


def build(view: View) -> None:
    """Makes the view the whole file system of this process. It must be in mounts of its own, and /proc in sight."""
    kernel.mount("none", "/", None, kernel.RECURSIVE | kernel.PRIVATE)
    # held open, as the stage may cover some of them
    held = {path: os.open(path, os.O_PATH) for path in [*view.folders, *(f"/dev/{name}" for name in _DEVICES)]}
    kernel.mount("tmpfs", _STAGE, "tmpfs", kernel.NO_SUID | kernel.NO_DEVICES, "size=1m,nr_inodes=2000,mode=755")
    for path, descriptor in held.items():
        _show(descriptor, _STAGE + path)
    for path in view.hidden:
        _cover(_STAGE + path)
    for path in view.folders:
        kernel.make_read_only(_STAGE + path, below=True)
    Path(_STAGE + BOX).mkdir()
    kernel.change_root(_STAGE)
    kernel.make_read_only("/", below=False)
    for descriptor in held.values():
        os.close(descriptor)


def mount_box(owner: int, size: int, files: int) -> None:
    """In a child, in mounts of its own: an empty folder in memory, the only place that it can write to."""
    kernel.unshare(kernel.NEW_MOUNTS)
    flags = kernel.NO_SUID | kernel.NO_DEVICES | kernel.NO_EXECUTION
    kernel.mount("tmpfs", BOX, "tmpfs", flags, f"size={size},nr_inodes={files},mode=700,uid={owner}")
    os.chdir(BOX)


def _show(descriptor: int, target: str) -> None:
    source = f"/proc/self/fd/{descriptor}"
    place = Path(target)
    if Path(source).is_dir():
        place.mkdir(parents=True, exist_ok=True)
        kernel.mount(source, target, None, kernel.BIND | kernel.RECURSIVE)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
        kernel.mount(source, target, None, kernel.BIND)


def _cover(target: str) -> None:
    if Path(target).is_dir():
        kernel.mount("tmpfs", target, "tmpfs", kernel.NO_SUID | kernel.NO_DEVICES, "size=4k,nr_inodes=1,mode=755")
    else:
        kernel.mount(f"{_STAGE}/dev/null", target, None, kernel.BIND)
