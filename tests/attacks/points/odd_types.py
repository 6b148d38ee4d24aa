"""Objects, texts, complex numbers, masked arrays and memory views where arrays are due."""

import numpy as np


class Odd:
    shape = (1,)
    dtype = np.dtype("float64")

    def __array__(self, *given, **named):
        raise KeyboardInterrupt


def sigmoid(x):
    return np.ma.masked_all(np.shape(x))


def naive_softmax(center, outside, U):
    return Odd(), Odd(), Odd()


def negative_sampling(center, outside, negatives, U):
    return "0", np.zeros(len(center), complex), np.zeros(np.shape(U), object)


def skipgram(center, outsides, V_c, U, loss, negatives):
    return memoryview(b"0"), range(10**12), iter(())
