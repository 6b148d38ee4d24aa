"""A child without a zygote, for systems that have none of the layers: macOS, Windows, kernels that refuse them all.

It keeps a submission out of this process and ends it in time. It does not keep it from the files and the network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, cast

from gradgate.calling.pipes import kill_group
from gradgate.calling.wire import write_frame
from gradgate.isolation.child import BOOT, ENVIRONMENT, End
from gradgate.isolation.limits import Limits
from gradgate.isolation.view import import_path, view

_KEPT = ("SYSTEMROOT", "TEMP", "TMP")  # of the environment: Python does not start on Windows without them


class PlainChild:
    """A process of its own session. What it starts dies with it, unless it leaves the session."""

    def __init__(self, limits: Limits, memory: int) -> None:
        path = import_path(view())
        told = {
            "harness": [*path, str(Path(__file__).resolve().parents[2])],
            "path": path,
            "limits": asdict(limits),
            "memory": memory,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-c", BOOT.format("gradgate.isolation.plain"), json.dumps(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**ENVIRONMENT, **{name: os.environ[name] for name in _KEPT if name in os.environ}},
            start_new_session=True,
        )
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        self.requests, self.answers, self.prints = cast("tuple[BinaryIO, BinaryIO, BinaryIO]", streams)

    def kill(self) -> None:
        kill_group(self._process)
        self._process.wait()

    def ended(self, patience: float) -> End | None:
        try:
            return End(self._process.wait(patience), 0.0)
        except subprocess.TimeoutExpired:
            return None


def main(told: dict[str, Any]) -> None:
    """In the child: it reads requests from its standard input, and writes answers to what was its standard output."""
    from gradgate.isolation import inside

    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    _limit(Limits(**told["limits"]), told["memory"])
    inside.forget_where_it_comes_from(told["path"])
    write_frame(outbox, {"confined": True}, [])
    inside.serve(inbox, outbox)
    os._exit(1)


def _end_with(parent: int) -> None:
    """Ends this process when it has another parent than that, which is then gone."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


def _limit(limits: Limits, memory: int) -> None:
    """Whatever limits the system knows."""
    try:
        from gradgate.isolation.layers import rlimits

        rlimits.hold(limits, rlimits.address_space() + memory, own_user=False, may_write=True)
    except (ImportError, OSError, ValueError):  # Windows has none, macOS no limit of the address space
        pass
