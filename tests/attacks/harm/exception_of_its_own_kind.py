"""Raises what no `except Exception` catches. Due: half."""


class Beyond(BaseException):
    pass


def sigmoid(x):
    raise Beyond
