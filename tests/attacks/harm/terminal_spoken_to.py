"""Prints, and raises with, what a terminal obeys. Due: half."""

print("\x1b[2J\x1b]0;owned\x07\x1b[31m\r\x08\u202e\x9b31m")


class Strange(Exception):
    def __str__(self):
        return "\x1b[2J\x1b]0;owned\x07" + "\ud800" + "\0" + "e" * (1 << 20)


Strange.__name__ = "\x1b[31mStrange" * 1000


def sigmoid(x):
    raise Strange
