"""Sets alarms and handlers for its own use, and takes them back."""

import contextlib
import faulthandler
import gc
import signal
import sys

with contextlib.suppress(Exception):
    faulthandler.enable()
signal.signal(signal.SIGALRM, lambda *given: None)
signal.alarm(0)
gc.collect()
sys.setrecursionlimit(5000)
