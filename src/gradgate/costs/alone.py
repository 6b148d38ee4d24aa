"""Measuring in a process of its own: one thread, a deadline, and whatever the implementation does ends there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from gradgate.calling.host import ONE_THREAD
from gradgate.errors import CannotRun

LIMIT = 300.0  # seconds: a measurement takes a few; the exact reference of the largest size takes most of them


def run_alone(module: str, *arguments: str, limit: float = LIMIT) -> Any:
    """What `python -m module arguments` prints as its last line, read as JSON. Raises CannotRun with what it said."""
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, **ONE_THREAD, "PYTHONHASHSEED": "0"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"{arguments[0]}: no measurement within {limit:.0f} s") from error
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines()
        raise CannotRun(f"{arguments[0]}: measuring it ended with {said[-1] if said else f'status {done.returncode}'}")
    return json.loads(lines[-1])
