"""Prints without end. Due: half."""

import os


def sigmoid(x):
    block = b"x" * (1 << 20)
    while True:
        os.write(1, block)
