"""One operation that lasts for years. Due: half."""


def sigmoid(x):
    return sum(range(10**15))
