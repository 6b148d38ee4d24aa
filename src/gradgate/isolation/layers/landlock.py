"""Landlock: which files a process may open, without any privilege. It holds where namespaces are not to be had."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Sequence
from pathlib import Path

from gradgate.isolation.layers import kernel
from gradgate.isolation.layers.filesystem import View

_READ_FILE, _READ_FOLDER, _WRITE_FILE = 1 << 2, 1 << 3, 1 << 1
_OUT_OF_THE_WAY = 64  # a child puts its pipes where the low descriptors are
_READABLE = ("/dev/null", "/dev/zero", "/dev/urandom")


def ruleset(view: View) -> int | None:
    """An open descriptor that `kernel.landlock_restrict` takes; None where the kernel has no Landlock."""
    version = kernel.landlock_version()
    if not version:
        return None
    handled = (1 << {1: 13, 2: 14}.get(version, 16 if version >= 5 else 15)) - 1
    network = 0b11 if version >= 4 else 0  # bind and connect by TCP
    scoped = 0b11 if version >= 6 else 0  # abstract sockets and signals of processes outside
    attributes = struct.pack("<3Q", handled, network, scoped)
    made = kernel.landlock_ruleset(attributes[: 24 if version >= 6 else 16 if version >= 4 else 8])
    rules = fcntl.fcntl(made, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY)
    os.close(made)
    for folder in view.folders:
        _show(rules, folder, view.hidden)
    for device in _READABLE:
        _allow(rules, device, _READ_FILE | (_WRITE_FILE if device == "/dev/null" else 0))
    return rules


def _show(rules: int, folder: str, hidden: Sequence[str]) -> None:
    """A right on a folder holds for all below it, so one that has something to hide is given entry by entry."""
    if not any(Path(path).is_relative_to(folder) for path in hidden):
        _allow(rules, folder, _READ_FILE | _READ_FOLDER)
        return
    _allow(rules, folder, _READ_FOLDER)  # names only: an import looks for them
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False) and entry.path not in hidden:
            _show(rules, entry.path, hidden)
        elif entry.path not in hidden:
            _allow(rules, entry.path, _READ_FILE)


def _allow(rules: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # what cannot be opened needs no right
        return
    try:
        kernel.landlock_allow(rules, descriptor, access)
    finally:
        os.close(descriptor)
