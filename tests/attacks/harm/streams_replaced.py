"""Puts things that fail in the place of the standard streams. Due: all."""

import sys


class Broken:
    def write(self, text):
        raise KeyError(text)

    def flush(self):
        raise RecursionError


sys.stdout = sys.stderr = Broken()
sys.excepthook = sys.unraisablehook = None
