"""Takes the interpreter apart, after it has been loaded. Due: half."""

import builtins
import sys


def sigmoid(x):
    sys.modules.clear()
    vars(builtins).clear()
