"""Recurses without a limit. Due: half."""

import sys

sys.setrecursionlimit(1 << 30)


def sigmoid(x):
    return sigmoid([x])
