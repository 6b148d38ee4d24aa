"""Sleeps, and uses no processor time. Due: half."""

import time


def sigmoid(x):
    time.sleep(1e6)
