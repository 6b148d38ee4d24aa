"""Never returns. Due: half."""


def sigmoid(x):
    while True:
        pass
