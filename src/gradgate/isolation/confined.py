"""The wire to a confined process: frames out, bounded frames in, the clock, and in what way the process ended."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections.abc import Sequence

from gradgate.calling.messages import Frame
from gradgate.calling.pipes import GONE, write_frames
from gradgate.calling.wire import BadFrame, read_frame
from gradgate.isolation import sizes
from gradgate.isolation.child import Child
from gradgate.isolation.limits import Limits
from gradgate.isolation.printed import Printed

_LAST_WORDS = 1.0  # seconds that a process which closed its pipe has to end


class Ended(Exception):
    """No more answers. kind is "timed out", "died" or "blocked"; by_the_clock: a machine at leisure might do better."""

    def __init__(self, kind: str, sentence: str, *, by_the_clock: bool = False) -> None:
        super().__init__(sentence)
        self.kind, self.by_the_clock = kind, by_the_clock


class Confined:
    """A child with its pipes. Only frames that were asked for are read, and only as many bytes as were granted."""

    def __init__(self, child: Child, limits: Limits) -> None:
        self._child, self._limits = child, limits
        self._left = limits.wall_seconds
        self._outbox: queue.Queue[Frame | None] = queue.Queue()
        self._granted: queue.Queue[int | None] = queue.Queue()
        self._inbox: queue.Queue[Frame | BadFrame | None] = queue.Queue()
        self.printed = Printed(child.prints, limits.printed_bytes, limits.drowned_bytes, child.kill)
        threading.Thread(target=write_frames, args=(child.requests, self._outbox), daemon=True).start()
        threading.Thread(target=self._read, daemon=True).start()

    def ask(self, frame: Frame | None, grants: Sequence[int]) -> None:
        """Sends a frame, if any; an answer is due for each grant: how many bytes its arrays may take up."""
        if frame is not None:
            self._outbox.put(frame)
        for grant in grants:
            self._granted.put(grant)

    def answer(self) -> Frame:
        """The next frame. Raises Ended, and ends the process, where none comes."""
        start = time.monotonic()
        try:
            frame = self._inbox.get(timeout=max(0.0, self._left))
        except queue.Empty:
            self._left = 0.0
            raise self._over("timed out", f"no answer within {self._limits.wall_seconds:g} s", True) from None
        finally:
            self._left -= time.monotonic() - start
        if frame is GONE:
            raise self._ended()
        if isinstance(frame, BadFrame):
            raise self._over("died", f"the process answered with something else: {frame}")
        return frame

    def close(self) -> None:
        """Safe to call twice."""
        self._child.kill()
        self._outbox.put(None)
        self._granted.put(None)
        self.printed.finish(_LAST_WORDS)

    def _ended(self) -> Ended:
        limits, end = self._limits, self._child.ended(_LAST_WORDS)
        if self.printed.is_too_much:
            return self._over("blocked", f"it printed more than {limits.drowned_bytes >> 20} MiB")
        if end is None:
            return self._over("died", "it closed the pipe of its own process")
        # the limit goes by ticks and the sum by the clock: on a busy machine they lie seconds apart
        if end.code == -signal.SIGKILL and end.seconds > limits.cpu_seconds / 2:
            return self._over("timed out", f"it used up its {limits.cpu_seconds:g} s of processor time")
        if end.code == -getattr(signal, "SIGSYS", 0):
            return self._over("blocked", "it made a system call that is refused")
        if end.code < 0:
            known = {number.value: number.name for number in signal.Signals}
            return self._over("died", f"the process was ended by {known.get(-end.code, f'signal {-end.code}')}")
        return self._over("died", f"the process left by itself, with exit code {end.code}")

    def _over(self, kind: str, sentence: str, by_the_clock: bool = False) -> Ended:
        self.close()
        return Ended(kind, sentence, by_the_clock=by_the_clock)

    def _read(self) -> None:
        try:
            with self._child.answers as stream:
                while (grant := self._granted.get()) is not None:
                    self._inbox.put(read_frame(stream, sizes.HEADER, grant))
        except BadFrame as error:
            self._inbox.put(error)
        except Exception:  # the process is gone, or what it sent cannot even be refused in words
            pass
        self._inbox.put(GONE)
