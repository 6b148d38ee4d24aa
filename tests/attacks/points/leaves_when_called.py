"""Leaves the process in the middle of a call, with exit code 0."""

import os


def sigmoid(x):
    os._exit(0)
