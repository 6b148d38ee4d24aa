"""Asks the machine about itself, and does without an answer."""

import getpass
import os
import platform
import socket
import subprocess
import sys
import time

started = time.time(), time.perf_counter(), time.process_time(), os.times()
for ask in (getpass.getuser, socket.gethostname, platform.platform, os.getcwd, os.cpu_count, os.getlogin):
    try:
        ask()
    except Exception:
        pass
for program in (["nproc"], ["nvidia-smi"], [sys.executable, "--version"]):
    try:
        subprocess.run(program, capture_output=True, timeout=5, check=False)
    except OSError:
        pass
