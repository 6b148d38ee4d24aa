"""What one submission may use up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of one cell, that is of one fresh process and all calls made in it.

    cpu_seconds is processor time, which another process's load does not shorten; wall_seconds is time on the clock,
    while the harness waits for it. memory and torch_memory are bytes beyond what Python and NumPy, or torch, take up
    by themselves. What is printed beyond printed_bytes is dropped; beyond drowned_bytes the process is ended.
    """

    cpu_seconds: float = 5.0
    wall_seconds: float = 15.0
    memory: int = 1 << 29
    torch_memory: int = 2 << 30
    file_bytes: int = 16 << 20
    box_bytes: int = 32 << 20
    box_files: int = 1000
    threads: int = 64
    printed_bytes: int = 64 << 10
    drowned_bytes: int = 64 << 20
