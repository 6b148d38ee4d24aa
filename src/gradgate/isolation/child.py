"""What the harness holds of a process for one submission, however it was started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Protocol

# of a process that is to run submissions: nothing of ours is passed on to it
ENVIRONMENT = {
    "PATH": "/usr/bin",
    "LANG": "C.UTF-8",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"),
    "MALLOC_ARENA_MAX": "2",  # or each thread of a submission reserves 128 MiB of its address space
    "PYTHONHASHSEED": "0",  # the order of a set is the same in every run
    "PYTHONDONTWRITEBYTECODE": "1",
}
# -s and no working folder: a submission called random.py must not become Python's own. {} is the module to be run.
BOOT = (
    "import json, sys; told = json.loads(sys.argv[1]); sys.path[:] = told['harness']; from {} import main; main(told)"
)


@dataclass(frozen=True)
class End:
    """How a child ended: its exit code (minus the signal's number), and the processor time that it took, in seconds."""

    code: int
    seconds: float


class Child(Protocol):
    """A process that reads requests and writes answers; what it prints comes over a pipe too."""

    requests: BinaryIO
    answers: BinaryIO
    prints: BinaryIO

    def kill(self) -> None:
        """Ends it and whatever it started. Safe to call twice, and from several threads."""

    def ended(self, patience: float) -> End | None:
        """Waits some seconds for its end; None where it did not come, or nobody knows of it."""
