"""The first moments of a child that a zygote has forked: its pipes, its confinement, and nothing left of the zygote."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Sequence
from typing import NoReturn

from gradgate.calling.wire import write_frame
from gradgate.isolation import inside

_REQUESTS, _ANSWERS = 3, 4
_OUT_OF_THE_WAY = 64  # above the descriptors that a child puts in their places


def live(pipes: Sequence[int], path: list[str], confine: Callable[[], None]) -> NoReturn:
    """The whole life of the child. pipes are those of requests, of answers, and of what it prints."""
    try:
        _take(pipes)
        outbox = os.fdopen(_ANSWERS, "wb")
        try:
            confine()
        except OSError as error:
            write_frame(outbox, {"harness": f"a submission could not be confined: {error}"}, [])
            os._exit(1)
        os.closerange(_ANSWERS + 1, 1 << 16)
        inside.forget_where_it_comes_from(path)
        write_frame(outbox, {"confined": True}, [])
        inside.serve(os.fdopen(_REQUESTS, "rb"), outbox)
    finally:
        os._exit(1)


def _take(pipes: Sequence[int]) -> None:
    """Puts the pipes where they belong: 1 and 2 print, 3 brings requests, 4 takes answers."""
    requests, answers, prints = (fcntl.fcntl(pipe, fcntl.F_DUPFD, _OUT_OF_THE_WAY) for pipe in pipes)
    null = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((null, 0), (prints, 1), (prints, 2), (requests, _REQUESTS), (answers, _ANSWERS)):
        os.dup2(descriptor, place, inheritable=False)
