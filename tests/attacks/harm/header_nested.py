"""Announces itself in a header that is nested deeper than a parser goes, and in numbers that have no end. Due: half."""

import os
import struct


def sigmoid(x):
    for text in (b"[" * 60000, b'{"arrays": [], "seconds": 1' + b"0" * 4000 + b"}", b'{"arrays": [], "seconds": NaN}'):
        for descriptor in range(3, 10):
            try:
                os.write(descriptor, struct.pack("<II", len(text), 0) + text)
            except OSError:
                pass
    return x
