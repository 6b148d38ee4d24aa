"""Who may run beside whom: cells share the machine, and one that was late is tried again with the machine to itself.

The locks are files, so that they also hold between processes that grade at the same time."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: a second try is made beside whatever else runs
    fcntl = None  # type: ignore[assignment]


class Room:
    """Of all processes of this user on this machine."""

    def __init__(self) -> None:
        user = os.getuid() if hasattr(os, "getuid") else "user"
        stem = Path(tempfile.gettempdir()) / f"gradgate-{user}"
        self._door, self._room = f"{stem}-door.lock", f"{stem}-room.lock"

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Beside others. Waits while somebody is alone, or waits to be."""
        with _locked(self._door, alone=True):
            entered = _locked(self._room, alone=False)
            entered.__enter__()
        try:
            yield
        finally:
            entered.__exit__(None, None, None)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """With nobody beside. Who calls it must not be in the room already."""
        with _locked(self._door, alone=True), _locked(self._room, alone=True):  # behind a shut door the room empties
            yield


@contextmanager
def _locked(path: str, *, alone: bool) -> Iterator[None]:
    if fcntl is None:
        yield
        return
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError:  # a name that another user has taken must not stop the grading
        yield
        return
    try:
        if os.fstat(descriptor).st_uid == os.getuid():
            fcntl.flock(descriptor, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)
