"""The harness's side of a zygote: starts it, and asks it for children."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from gradgate.errors import CannotRun
from gradgate.isolation.limits import Limits
from gradgate.isolation.view import import_path, view

# -I: nothing of the user's environment or folder decides what the zygote is
_BOOT = (
    "import json, sys; told = json.loads(sys.argv[2]); sys.path[:] = told['harness']; "
    "from gradgate.isolation.zygote import main; main(int(sys.argv[1]), told)"
)
ENVIRONMENT = {
    "PATH": "/usr/bin",
    "LANG": "C.UTF-8",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"),
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}
_PATIENCE = 60.0  # seconds for the zygote to load what it preloads, on a loaded machine
_MOST = 4096


@dataclass(frozen=True)
class End:
    """How a child ended: its exit code (minus the signal's number), and the processor time that it took, in seconds."""

    code: int
    seconds: float


class Child(Protocol):
    """A process for one submission. It reads requests and writes answers; what it prints comes over a pipe too."""

    requests: BinaryIO
    answers: BinaryIO
    prints: BinaryIO

    def kill(self) -> None:
        """Ends it and whatever it started. Safe to call twice."""

    def ended(self, patience: float) -> End | None:
        """Waits some seconds for its end; None where it did not come, or nobody knows of it."""


class Hatched:
    """A child of a zygote."""

    def __init__(self, requests: int, answers: int, prints: int, news: socket.socket) -> None:
        self.requests: BinaryIO = os.fdopen(requests, "wb")
        self.answers: BinaryIO = os.fdopen(answers, "rb")
        self.prints: BinaryIO = os.fdopen(prints, "rb", buffering=0)
        self._news = news
        news.settimeout(_PATIENCE)
        told, descriptors, _, _ = socket.recv_fds(news, _MOST, 1)
        if not descriptors:
            raise CannotRun(f"the isolation could not start a process for a submission: {told.decode() or 'it ended'}")
        self._process: int | None = descriptors[0]
        self._end: End | None = None

    def kill(self) -> None:
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
        if self._end is None and self._process is not None:
            self._news.settimeout(patience)
            try:
                self._end = End(**json.loads(self._news.recv(_MOST)))
            except (OSError, ValueError):
                return None
        return self._end


class Hatchery:
    """A zygote, and what its start told: the tier, what this machine lacks, and why stronger tiers were refused."""

    def __init__(self, tiers: list[str], preload: list[str]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        seen = view()
        configuration = {
            "tiers": tiers,
            "preload": preload,
            # not the working folder, where a submission called random.py may lie
            "harness": [*import_path(seen), str(Path(__file__).resolve().parents[2])],
            "path": import_path(seen),
            "folders": list(seen.folders),
            "hidden": list(seen.hidden),
        }
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _BOOT, str(theirs.fileno()), json.dumps(configuration)],
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
        self.lacks: list[str] = told.get("lacks", [])

    def hatch(self, limits: Limits, memory: int, user: int) -> Hatched:
        """A new child, confined as the tier confines. user is the id that it runs under where it has one of its own."""
        requests, to_child = os.pipe()
        from_child, answers = os.pipe()
        printed, prints = os.pipe()
        news, teller = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        job = {"limits": asdict(limits), "memory": memory, "user": user}
        try:
            with self._one_at_a_time:
                descriptors = [requests, answers, prints, teller.fileno()]
                socket.send_fds(self._control, [json.dumps(job).encode()], descriptors)
        except OSError as error:
            raise CannotRun(f"the process that isolates submissions has ended: {error}") from error
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
            raise CannotRun("the process that isolates submissions did not start; run it again with more memory")
        return json.loads(text)
