"""Seeds the generators, keeps results of calls, and uses data classes and enumerations."""

import enum
import functools
import random
from dataclasses import dataclass

import numpy as np

random.seed(1)
np.random.seed(1)


class Loss(enum.Enum):
    NAIVE = "naive_softmax"


@dataclass(frozen=True)
class Settings:
    loss: Loss = Loss.NAIVE


@functools.lru_cache(maxsize=None)
def constant(n):
    return np.random.rand(n).sum() * 0


plain = sigmoid


def sigmoid(x):
    return plain(x) + constant(3)
