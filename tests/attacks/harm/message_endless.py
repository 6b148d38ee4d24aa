"""Raises what cannot be printed. Due: half."""


class Endless(Exception):
    def __str__(self):
        raise Endless from self

    __repr__ = __str__


def sigmoid(x):
    raise Endless
