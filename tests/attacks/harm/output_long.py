"""Prints ten megabytes, which is too much to keep and no reason to end it. Due: all."""

import sys

for _ in range(10):
    print("y" * (1 << 20))
    print("z" * 100, file=sys.stderr)
