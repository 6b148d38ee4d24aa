"""Asks for more memory than there is, bit by bit. Due: half."""


def sigmoid(x):
    kept = []
    while True:
        kept.append(bytearray(1 << 26))
