"""The threads behind a worker's pipes, and how its process ends."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
from typing import Any

from gradgate.calling.wire import BadFrame, read_frame, write_frame

GONE = None  # what the reading thread leaves in the queue when the pipe closes


def read_frames(stream: Any, inbox: queue.Queue[Any]) -> None:
    try:
        while True:
            inbox.put(read_frame(stream))
    except BadFrame as error:
        inbox.put(error)
    except (EOFError, ValueError, OSError, MemoryError):
        inbox.put(GONE)
    finally:
        stream.close()


def write_frames(stream: Any, outbox: queue.Queue[Any]) -> None:
    try:
        while (frame := outbox.get()) is not GONE:
            write_frame(stream, *frame)
    except (OSError, ValueError):
        pass  # the process is gone; the reading side says so
    finally:
        try:
            stream.close()
        except OSError:
            pass


def kill_group(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
            return
        except (ProcessLookupError, PermissionError):
            pass
    process.kill()


def how_it_ended(process: subprocess.Popen[bytes]) -> str:
    try:
        code = process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return "the process closed its pipe in the middle of a call"
    if code < 0:
        known = {number.value: number.name for number in signal.Signals}
        return f"the process was ended by {known.get(-code, f'signal {-code}')}"
    return f"the process left by itself, with exit code {code}"
