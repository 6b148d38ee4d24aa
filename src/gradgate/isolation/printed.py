"""What a submission prints: the first bytes are kept, the rest is counted and dropped, and a flood ends its process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import BinaryIO

from gradgate.calling.messages import printable

_CHUNK = 1 << 16


class Printed:
    """Reads a pipe in a thread of its own, so that no process waits for us to look at what it prints."""

    def __init__(self, stream: BinaryIO, kept: int, most: int, drowned: Callable[[], None]) -> None:
        """kept and most are bytes; drowned is called once, when more than `most` have come."""
        self._stream, self._kept, self._most, self._drowned = stream, kept, most, drowned
        self._bytes = bytearray()
        self.count = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def is_too_much(self) -> bool:
        return self.count > self._most

    @property
    def text(self) -> str:
        lines = bytes(self._bytes).decode("utf-8", "backslashreplace").splitlines()
        cut = [f"[{self.count - self._kept} more bytes]"] if self.count > self._kept else []
        return "\n".join(map(printable, [*lines, *cut]))

    def finish(self, patience: float) -> None:
        """Waits for what is still in the pipe of a process that has ended."""
        self._thread.join(patience)

    def _read(self) -> None:
        with self._stream as stream:
            while chunk := stream.read(_CHUNK):
                self._bytes += chunk[: max(0, self._kept - len(self._bytes))]
                before, self.count = self.is_too_much, self.count + len(chunk)
                if self.is_too_much and not before:
                    self._drowned()
