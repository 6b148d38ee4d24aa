"""The harness's side of a zygote: starts it, and asks it for children."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from gradgate.errors import CannotRun
from gradgate.isolation.child import BOOT, ENVIRONMENT, End
from gradgate.isolation.limits import Limits
from gradgate.isolation.view import import_path, view

_PATIENCE = 60.0  # seconds for the zygote to load what it preloads, on a loaded machine
_MOST = 4096  # bytes of a message about a child


class Hatched:
    """A child of a zygote, held by its process descriptor: no other process can ever be meant by it."""

    def __init__(self, requests: int, answers: int, prints: int, news: socket.socket) -> None:
        self.requests: BinaryIO = os.fdopen(requests, "wb")
        self.answers: BinaryIO = os.fdopen(answers, "rb")
        self.prints: BinaryIO = os.fdopen(prints, "rb", buffering=0)
        self._news = news
        self._end: End | None = None
        self._one_at_a_time = threading.RLock()
        news.settimeout(_PATIENCE)
        try:
            told, descriptors, _, _ = socket.recv_fds(news, _MOST, 1)
        except OSError:
            told, descriptors = b"", []
        self._process: int | None = descriptors[0] if descriptors else None
        if self._process is None:
            for stream in (self.requests, self.answers, self.prints, news):
                stream.close()
            raise CannotRun(f"no process for a submission could be started: {told.decode() or 'the zygote has ended'}")

    def kill(self) -> None:
        with self._one_at_a_time:
            if self._process is None:
                return
            try:
                signal.pidfd_send_signal(self._process, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it is gone
            self.ended(_PATIENCE)
            os.close(self._process)
            self._process = None
            self._news.close()

    def ended(self, patience: float) -> End | None:
        with self._one_at_a_time:
            if self._end is None and self._process is not None:
                self._news.settimeout(patience)
                try:
                    self._end = End(**json.loads(self._news.recv(_MOST)))
                except (OSError, ValueError):  # not yet, or the zygote has ended
                    return None
            return self._end


class Hatchery:
    """A zygote, and what its start told: the tier, what this machine lacks, and why stronger tiers were refused."""

    def __init__(self, tiers: list[str], library: str, user: int) -> None:
        """tiers, the strongest first; library is imported beforehand; user is an id to try them with.

        `tier` is None where none is to be had.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        seen = view()
        configuration = {
            "socket": theirs.fileno(),
            "tiers": tiers,
            "library": library,
            "user": user,
            # not the working folder, where a submission called random.py may lie
            "harness": [*import_path(seen), str(Path(__file__).resolve().parents[2])],
            "path": import_path(seen),
            "folders": list(seen.folders),
            "hidden": list(seen.hidden),
        }
        boot = BOOT.format("gradgate.isolation.zygote")
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-c", boot, json.dumps(configuration)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=ENVIRONMENT,
                start_new_session=True,
            )
        self._control = ours
        self._one_at_a_time = threading.Lock()
        ours.settimeout(_PATIENCE)
        told = self._told()
        ours.settimeout(None)
        self.tier: str | None = told["tier"]
        self.refused: dict[str, str] = told["refused"]
        self.lacks: list[str] = told["lacks"]

    def hatch(self, limits: Limits, memory: int, user: int) -> Hatched:
        """A new child, confined as the tier confines; user is the id that it runs under where it has one of its own.

        Raises CannotRun where the zygote has ended, or has no process to give.
        """
        requests, to_child = os.pipe()
        from_child, answers = os.pipe()
        printed, prints = os.pipe()
        news, teller = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        job = {"limits": asdict(limits), "memory": memory, "user": user}
        try:
            with self._one_at_a_time:
                theirs = [requests, answers, prints, teller.fileno()]
                socket.send_fds(self._control, [json.dumps(job).encode()], theirs)
        except OSError:
            pass  # the zygote has ended; so will say the socket on which it should tell of the child
        finally:
            for descriptor in (requests, answers, prints):
                os.close(descriptor)
            teller.close()
        return Hatched(to_child, from_child, printed, news)

    def close(self) -> None:
        """Ends the zygote, and with it every child that is left."""
        self._control.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _told(self) -> dict[str, Any]:
        try:
            text = self._control.recv(1 << 16)
        except OSError:
            text = b""
        if not text:
            self._process.kill()
            self._process.wait()
            raise CannotRun("the process that isolates submissions did not start: perhaps for want of memory")
        return json.loads(text)
