"""Reads where no memory is. Due: half."""

import ctypes


def sigmoid(x):
    return ctypes.string_at(0)
