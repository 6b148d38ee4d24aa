"""The worker process: loads one implementation and answers calls until its pipe closes.

Started as `python -m gradgate.calling.worker SOURCE-AS-JSON SEED`. Frames come in on standard input and go out on what
was standard output; the implementation itself sees neither: it reads from and prints to the null device."""

from __future__ import annotations

import ctypes
import json
import os
import queue
import random
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from typing import BinaryIO

import numpy as np

from gradgate.calling.holding import Holder
from gradgate.calling.host import RANK
from gradgate.calling.implementation import Implementation
from gradgate.calling.loading import Source, load_source
from gradgate.calling.messages import Frame, decode_calls, encode_outcome
from gradgate.calling.ranks import Ranks
from gradgate.calling.wire import read_frame, write_frame
from gradgate.errors import Broken, CannotRun

_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux


def main() -> int:
    inbox, outbox = _take_the_pipes()
    _die_with_the_parent()
    frames: queue.Queue[Frame | Exception] = queue.Queue()
    threading.Thread(target=_receive, args=(inbox, frames), daemon=True).start()
    try:
        _seed(int(sys.argv[2]))
        implementation = _load(outbox)
        if implementation is not None:
            _serve(implementation, frames, outbox)
    except Exception:  # a fault of the harness itself, which must not be blamed on the implementation
        write_frame(outbox, {"harness": " | ".join(traceback.format_exc().strip().splitlines()[-3:])}, [])
    return 1


def _serve(implementation: Implementation | Ranks, frames: queue.Queue[Frame | Exception], outbox: BinaryIO) -> None:
    """Does what each frame asks for; it never returns, and raises only what is a fault of the harness."""
    holder = Holder(implementation)
    while True:
        frame = frames.get()
        if isinstance(frame, Exception):
            raise frame
        if "seed" in frame[0]:
            _seed(frame[0]["seed"])
            if isinstance(implementation, Ranks):
                implementation.reseed(frame[0]["seed"])
        elif "calls" not in frame[0] or "hold" in frame[0]:
            _write_all(outbox, holder.answers(frame))
        else:
            calls, device = decode_calls(frame)
            for call in calls:
                header, arrays = encode_outcome(implementation.perform(call, device))
                write_frame(outbox, {**header, "remarks": implementation.remarks}, arrays)


def _write_all(outbox: BinaryIO, answers: Iterator[Frame]) -> None:
    """In a function of its own: an answer that is kept would keep the whole gradient that it is a part of."""
    for answer in answers:
        write_frame(outbox, *answer)


def _receive(inbox: BinaryIO, frames: queue.Queue[Frame | Exception]) -> None:
    """Reads ahead, so that the end of the harness is noticed in the middle of a call too, and ends everything here."""
    try:
        while True:
            frames.put(read_frame(inbox))
    except (EOFError, OSError, ValueError):  # the pipe is closed
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)  # whatever the implementation started goes too
        os._exit(1)
    except Exception as error:
        frames.put(error)


def _die_with_the_parent() -> None:
    """On Linux, for a call that never lets the reading thread run: the kernel ends this process with its parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)


def _seed(seed: int) -> None:
    """Seeds the global generators; never per call, or a file that draws its own numbers would repeat itself."""
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002  # the global generator is what such a file uses


def _take_the_pipes() -> tuple[BinaryIO, BinaryIO]:
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    return inbox, outbox


def _load(outbox: BinaryIO) -> Implementation | Ranks | None:
    """The implementation itself, or all of its ranks, where it has several and this process is none of them."""
    source = Source(**json.loads(sys.argv[1]))
    try:
        found = load_source(source, ranks=True)
        many = found.particulars.ranks > 1 and RANK not in os.environ
        performer = Ranks(source, int(sys.argv[2]), found.particulars.ranks) if many else found
    except (CannotRun, Broken) as error:
        write_frame(outbox, {type(error).__name__: str(error)}, [])
        return None
    hello = {"offers": found.offers, "devices": found.devices_here(), "particulars": asdict(found.particulars)}
    write_frame(outbox, hello, [])
    return performer


if __name__ == "__main__":
    code = 1
    try:
        code = main()
    finally:
        os._exit(code)  # a thread that the implementation started must not keep the process alive
