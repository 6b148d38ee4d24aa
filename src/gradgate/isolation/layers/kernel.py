"""The calls of the Linux kernel that Python has no function for, through ctypes. A refusal raises OSError."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from typing import Any

NEW_MOUNTS, NEW_UTS, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_USER, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
NO_SUID, NO_DEVICES, NO_EXECUTION, BIND, RECURSIVE, PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18

_NUMBERS = {  # x86-64, aarch64
    "pivot_root": (155, 41),
    "capset": (126, 91),
    "mount_setattr": (442, 442),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}
MACHINES = {"x86_64": 0, "aarch64": 1}  # those whose numbers are known here
_SET_DUMPABLE, _DEATH_SIGNAL, _SECCOMP, _NO_NEW_PRIVILEGES = 4, 1, 22, 38
_FILTER_MODE = 2
_CAPABILITIES_VERSION_3 = 0x20080522
_HERE_AND_BELOW, _CURRENT_FOLDER = 0x8000, -100
_READ_ONLY_ATTRIBUTES = 1 | 2 | 4  # read-only, no set-user-id, no devices
_DETACH = 2


def unshare(kinds: int) -> None:
    """Moves this process into new namespaces of these kinds."""
    _checked(_libc().unshare(kinds), "unshare")


def enter_namespace(descriptor: int, kind: int) -> None:
    """Lets the next fork be in the process namespace behind an open file of /proc/*/ns."""
    _checked(_libc().setns(descriptor, kind), "setns")


def mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    given = (source.encode(), target.encode(), kind and kind.encode(), ctypes.c_ulong(flags), options.encode())
    _checked(_libc().mount(*given), f"mount {target}")


def make_read_only(target: str, *, below: bool) -> None:
    """The mount at target, and with `below` all that are mounted in it, become read-only and lose devices and suid."""
    attributes = struct.pack("<4Q", _READ_ONLY_ATTRIBUTES, 0, 0, 0)
    depth = _HERE_AND_BELOW if below else 0
    _system("mount_setattr", _CURRENT_FOLDER, target.encode(), depth, attributes, ctypes.c_size_t(len(attributes)))


def change_root(root: str) -> None:
    """Makes the mount at root the whole file system; what was there before is gone from view."""
    os.chdir(root)
    _system("pivot_root", b".", b".")  # the old root is stacked upon the new one, and taken off again
    _checked(_libc().umount2(b".", _DETACH), "umount the old root")
    os.chdir("/")


def drop_capabilities() -> None:
    _system("capset", struct.pack("<Ii", _CAPABILITIES_VERSION_3, 0), bytes(24))


def gain_no_privileges() -> None:
    """From here on neither a set-user-id file nor anything else gives this process more than it has."""
    _checked(_libc().prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no_new_privs")


def die_with_the_parent() -> None:
    _libc().prctl(_DEATH_SIGNAL, 9, 0, 0, 0)


def be_unreadable() -> None:
    """No process of the same user reads this one's memory or environment, nor traces it."""
    _libc().prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def filter_system_calls(instructions: list[bytes]) -> None:
    """Installs a BPF program of 8-byte instructions for this process and all its threads to come."""
    code = ctypes.create_string_buffer(b"".join(instructions))
    program = struct.pack("@HxxxxxxQ", len(instructions), ctypes.addressof(code))
    _checked(_libc().prctl(_SECCOMP, _FILTER_MODE, ctypes.create_string_buffer(program), 0, 0), "seccomp")


def landlock_version() -> int:
    """Which Landlock the kernel has; 0 where it has none."""
    try:
        return _system("landlock_create_ruleset", None, ctypes.c_size_t(0), 1)
    except (OSError, KeyError):
        return 0


def landlock_ruleset(attributes: bytes) -> int:
    return _system("landlock_create_ruleset", attributes, ctypes.c_size_t(len(attributes)), 0)


def landlock_allow(ruleset: int, descriptor: int, access: int) -> None:
    _system("landlock_add_rule", ruleset, 1, struct.pack("<Qi", access, descriptor), 0)


def landlock_restrict(ruleset: int) -> None:
    _system("landlock_restrict_self", ruleset, 0)


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _system(name: str, *arguments: Any) -> int:
    number = _NUMBERS[name][MACHINES[platform.machine()]]
    return _checked(_libc().syscall(ctypes.c_long(number), *arguments), name)


def _checked(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result
