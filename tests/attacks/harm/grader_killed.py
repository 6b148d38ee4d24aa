"""Sends signals to the process that grades, to its group and to everybody. Due: all."""

import os
import signal

for target in (PARENT, os.getppid(), 1, -1, 0, -PARENT):
    if target in (0, -1, os.getpid()):
        continue  # an escape would end this very test, or the machine
    for number in (signal.SIGUSR1, 0):
        try:
            os.kill(target, number)
            print("SENT A SIGNAL" if target in (PARENT, -PARENT) else "")
        except OSError:
            pass
