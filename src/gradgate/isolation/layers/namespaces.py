"""Namespaces: a process table, a network without devices, mounts and shared memory that are nobody else's."""

from __future__ import annotations

import os
from pathlib import Path

from gradgate.isolation.layers import kernel

_OWN_PROCESSES = "/proc/self/ns/pid"


def enter(*, as_user: bool) -> None:
    """Moves this process into namespaces of its own; the process that it forks next is the first in their table.

    as_user: by way of a user namespace, which needs no privilege where the system lets ordinary users make one.
    """
    user, group = os.getuid(), os.getgid()
    kinds = kernel.NEW_MOUNTS | kernel.NEW_UTS | kernel.NEW_IPC | kernel.NEW_NETWORK | kernel.NEW_PROCESSES
    kernel.unshare(kinds | kernel.NEW_USER if as_user else kinds)
    if as_user:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path("/proc/self", name).write_text(text, encoding="ascii")


class Nursery:
    """Forks children that are each the first process of a table of their own: who kills the first kills them all."""

    def __init__(self) -> None:
        """To be made while /proc is still in view."""
        self._own = os.open(_OWN_PROCESSES, os.O_RDONLY | os.O_CLOEXEC)

    def fork(self) -> int:
        kernel.unshare(kernel.NEW_PROCESSES)
        number = -1
        try:
            number = os.fork()
        finally:
            if number:  # not in the child: here the next child must have another table
                kernel.enter_namespace(self._own, kernel.NEW_PROCESSES)
        return number
