"""Has the sigmoid computed by the helper module that came with the assignment."""

from q2_sigmoid import sigmoid as theirs


def sigmoid(x):
    return theirs(x)
