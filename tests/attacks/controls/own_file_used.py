"""Writes a file of its own and reads it, where it may."""

import os
import tempfile

import numpy as np

table = np.arange(4.0)
try:
    with tempfile.TemporaryDirectory() as folder:
        np.save(os.path.join(folder, "table.npy"), table)
        table = np.load(os.path.join(folder, "table.npy"))
except OSError:
    pass
assert table[3] == 3
