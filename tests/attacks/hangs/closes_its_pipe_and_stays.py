"""Closes the pipe and goes on. Due: half."""

import os
import time


def sigmoid(x):
    os.closerange(3, 100)
    time.sleep(1e6)
